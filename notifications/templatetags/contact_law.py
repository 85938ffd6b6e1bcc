"""What the law says of contacting a person, on staff pages."""

from typing import Any

from django import template
from django.utils import timezone

from accounts.models import Borrower
from notifications import asked, law_words, rule_words
from notifications.law.rule import Rule
from notifications.words import Category, HoldReason, HumanChannel

register = template.Library()


@register.inclusion_tag("admin/notifications/may_contact.html")
def may_contact(borrower: Borrower) -> dict[str, Any]:
    """The panel "May I call now?" of one borrower."""
    return {"panel": asked.may_contact(borrower, now=timezone.now())}


@register.filter
def way(value: str) -> str:
    """A way of contact as staff read it."""
    return str(HumanChannel(value).label)


@register.filter
def stage(value: str) -> str:
    return str(Category(value).label)


@register.filter
def hold(value: str) -> str:
    """Why we are silent."""
    return str(HoldReason(value).label)


@register.filter
def kind(rule: Rule) -> str:
    """What a rule is about."""
    return str(rule_words.KINDS[rule.kind])


@register.filter
def facts(rule: Rule) -> list[tuple[str, str]]:
    """What a rule says besides its sentence: labels and words."""
    return rule_words.facts(rule)


@register.filter
def checked(rule: Rule) -> str:
    """How sure we are of a rule."""
    return law_words.checked(rule)
