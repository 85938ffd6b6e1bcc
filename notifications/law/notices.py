"""Notices that the law may demand of a lender even where a person is to be left in peace. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from notifications.law.rule import Rule, Rulebook

# In the order in which they are told. The first two are purposes of a message (Rule.only_purposes) that a rule of
# content describes; the others are exceptions (Rule.unless) by which a rule lets through what it forbids otherwise.
# Other purposes are no notices: they answer what the person asks for, or speak to somebody else.
PURPOSES = ("arrears_notice", "outsourcing_notice")
EXCEPTIONS = ("final_notice", "required_notice")


@dataclass(frozen=True)
class Notice:
    """One kind of notice, and the rules that demand it or leave room for it."""

    name: str
    rules: tuple[Rule, ...]


def notices(books: Iterable[Rulebook], *, binds: str, on: date) -> tuple[Notice, ...]:
    """What may still come to a person whom these rulebooks protect. binds: creditor or collector. on: the day."""
    found: defaultdict[str, list[Rule]] = defaultdict(list)
    for book in books:
        for rule in book.rules:
            if binds in rule.binds and _holds(rule, on):
                for name in rule.only_purposes | rule.unless:
                    found[name].append(rule)
    return tuple(Notice(name, tuple(found[name])) for name in (*PURPOSES, *EXCEPTIONS) if name in found)


def _holds(rule: Rule, on: date) -> bool:
    return (rule.effective_from or on) <= on <= (rule.effective_to or on)
