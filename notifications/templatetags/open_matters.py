"""What is open between a borrower and the lender, on the pages of what they owe."""

from typing import Any

from django import template
from django.utils import timezone

from loans.models import CreditAccount
from notifications import open_matters as matters
from notifications.open_matters import Matter

register = template.Library()


@register.simple_tag(takes_context=True)
def open_matters(context: Any, account: CreditAccount | None = None) -> list[Matter]:
    """All of it with the answers not read yet, or what is about one account."""
    borrower, answers = context["request"].borrower, 0 if account else context["news"]().answers
    return matters.of(borrower, now=timezone.now(), answers=answers, account=account)
