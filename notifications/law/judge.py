"""What the rulebooks say of a case: may it go now, not before an instant, or not at all, and by which rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from notifications.law import bars, scope, timing
from notifications.law.case import Case
from notifications.law.rule import ContentProhibited, Rule, Rulebook, ThirdParty

HORIZON = timedelta(days=400)  # a contact that the rules put off longer is forbidden


class Decision(StrEnum):
    ALLOWED = "allowed"
    DEFER = "defer"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Ruling:
    decision: Decision
    rules: tuple[Rule, ...] = ()  # those that decide; none for allowed
    until: datetime | None = None  # UTC; of a deferral


class Rules(NamedTuple):
    """The rules about one kind of contact, by what they can do."""

    bars: tuple[Rule, ...]
    times: tuple[Rule, ...]


@lru_cache(maxsize=4096)
def rules_for(books: tuple[Rulebook, ...], *, binds: str, stage: str, channel: str) -> Rules:
    """The rules about this kind of contact. Found once: which they are depends on no person and no instant."""
    rules = [
        rule
        for book in books
        for rule in book.rules
        if scope.concerns(rule, binds=binds, stage=stage, channel=channel)
    ]
    return Rules(
        bars=tuple(rule for rule in rules if bars.can_forbid(rule)),
        times=tuple(rule for rule in rules if timing.can_delay(rule)),
    )


def judge(books: tuple[Rulebook, ...], case: Case, *, at: datetime) -> Ruling:
    """Weigh a contact at an instant (UTC). The strictest rule wins, and each that objects is named."""
    rules = rules_for(books, binds=case.binds, stage=case.stage, channel=case.channel)
    if no := barring(rules, case, at):
        return Ruling(Decision.FORBIDDEN, no)
    late = delaying(rules, case, at)
    if not late:
        return Ruling(Decision.ALLOWED)
    until = earliest(rules, case, at)
    objecting = tuple(rule for rule, _ in late)
    if until is None:
        return Ruling(Decision.FORBIDDEN, objecting)
    return Ruling(Decision.DEFER, objecting, until)


def barring(rules: Rules, case: Case, at: datetime) -> tuple[Rule, ...]:
    """The rules that forbid the case."""
    found = [rule for rule in rules.bars if bars.forbids(rule, case, at) and scope.bites(rule, case, at)]
    return tuple(rule for rule in found if not _is_covered(rule, found))


def delaying(rules: Rules, case: Case, at: datetime) -> list[tuple[Rule, datetime | None]]:
    """The rules that put the case off, each with its own first instant (UTC); None: never by itself."""
    found = []
    for rule in rules.times:
        later = timing.not_before(rule, case, at)
        if later != at and scope.bites(rule, case, at):
            found.append((rule, later))
    return found


def earliest(rules: Rules, case: Case, at: datetime) -> datetime | None:
    """The first instant (UTC) from `at` on at which no rule puts the case off. None: there is none."""
    until = at + HORIZON
    while at < until:
        moves = [later for _, later in delaying(rules, case, at)]
        if not moves:
            return at
        if None in moves:
            return None
        at = max(move for move in moves if move is not None)
    return None


def _is_covered(rule: Rule, found: Iterable[Rule]) -> bool:
    """Is a more special rule of the same book named already for the same thing? The special law goes before
    the general one; the ban stands either way.
    """
    return any(other is not rule and _is_more_special(other, rule) for other in found)


def _is_more_special(special: Rule, general: Rule) -> bool:
    if _book(special) != _book(general):
        return False
    if type(special) is type(general) and special.binds < general.binds:
        return True  # who it binds: a duty of collectors before one of everybody
    # What anyone can see is judged by the rule on being seen, not also as a word to a certain person.
    return isinstance(general, ThirdParty) and isinstance(special, ContentProhibited) and special.public


def _book(rule: Rule) -> str:
    return rule.id.split(".", 1)[0]
