"""A rule of law in words for staff: what it says, where it stands, in which version, and how well it was checked."""

from django.utils.translation import gettext

from notifications.law import books
from notifications.law.rule import Rule
from notifications.reason import Reason


def proof(reason: Reason) -> str:
    """What backs one reason: the rule with the version that decided, its text, its source.

    The text is the rulebook's own, in the language it is written in. Where the book has changed since, or no longer
    has the rule, that is said: the text shown is then not the one that decided.
    """
    version = str(reason.facts.get("version", ""))
    rule = books.rule(reason.rule)
    parts = [f"{reason.rule}@{version}" if version else reason.rule]
    if rule:
        parts.append(rule.plain)
        if version and rule.version != version:
            parts.append(gettext("the rulebook is at %(version)s by now") % {"version": rule.version})
    elif version:
        parts.append(gettext("no longer in the rulebook"))
    if source := reason.source or (rule.citation if rule else ""):
        parts.append(source)
    if rule:
        parts.append(checked(rule))
    return " · ".join(parts)


def checked(rule: Rule) -> str:
    """How sure we are of a rule, in the active language. The lender's own policy stands in no law."""
    if rule in books.careful().rules:
        return gettext("the lender's own policy")
    match rule.confidence:
        case "verified":
            return gettext("read in the law itself")
        case "secondary":
            return gettext("read in a summary")
    return gettext("unverified")
