"""What the law of the places where borrowers live demands of a message's words. Pure.

The gate asks the same rules of each single reminder and closes a channel where a demand is not met; here they are
asked before, so that nobody finds out by silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from notifications import carried
from notifications.law import books, scope
from notifications.law.rule import ALL, ContentRequired, Rulebook

_STAGES = {"digest": frozenset({"upcoming", "due", "overdue"})}  # category → stages, where they differ


@dataclass(frozen=True)
class Lender:
    binds: str  # whom the law sees: creditor or collector
    zones: frozenset[str]  # where its borrowers live, IANA names


def of(lender: Lender, category: str, channel: str, *, today: date) -> Mapping[str, str]:
    """What must stand in a message of a category on a channel: key → citation.

    Left out: rules for special cases (a first notice, a card's letter), which not every message meets, and what every
    message carries by itself.
    """
    stages = _STAGES.get(category, frozenset({category}))
    is_like_text = channel in carried.LIKE_TEXTS
    by_itself = carried.WITH_EVERY_REMINDER | (carried.WITH_EVERY_TEXT if is_like_text else frozenset())
    return {
        key: rule.citation
        for book in sorted(books.all_books().values(), key=lambda book: book.id)
        if lender.zones.intersection(book.zones)
        for rule in _rules(book)
        if lender.binds in rule.binds
        and rule.stages & stages
        and rule.channels & {channel, ALL}
        and scope.is_in_force(rule, today)
        for key in sorted(rule.keys - by_itself - {"language"})  # a text is written in one language
    }


def _rules(book: Rulebook) -> list[ContentRequired]:
    return [
        rule
        for rule in book.rules
        if isinstance(rule, ContentRequired)
        and not (rule.only_for or rule.only_first or rule.only_purposes or rule.only_places)
        and rule.only_from_days_past_due is None
        and rule.only_until_days_past_due is None
    ]
