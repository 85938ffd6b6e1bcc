"""What the rulebooks say of a case: may it go now, not before an instant, or not at all, and by which rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from notifications import local_time
from notifications.law import bars, scope, timing
from notifications.law.case import Case
from notifications.law.rule import (
    ConsentNeeded,
    ContentProhibited,
    ContentRequired,
    Hold,
    Rule,
    Rulebook,
    ThirdParty,
    Week,
)

HORIZON = timedelta(days=400)  # a contact that the rules put off longer is forbidden

Delay = tuple[Rule, datetime | None]


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
    open_hours: Week  # in which none of the rules about hours objects, whatever the case
    other_times: tuple[Rule, ...]  # those that speak of something else than hours


@lru_cache(maxsize=4096)
def rules_for(books: tuple[Rulebook, ...], *, binds: str, stage: str, channel: str) -> Rules:
    """The rules about this kind of contact. Found once: which they are depends on no person and no instant."""
    rules = [
        rule
        for book in books
        for rule in book.rules
        if scope.concerns(rule, binds=binds, stage=stage, channel=channel)
    ]
    times = tuple(rule for rule in rules if timing.can_delay(rule))
    weeks = [rule.hours for rule in times if timing.is_about_hours_only(rule)]
    return Rules(
        bars=tuple(rule for rule in rules if bars.can_forbid(rule)),
        times=times,
        open_hours=timing.common_hours(weeks),
        other_times=tuple(rule for rule in times if not timing.is_about_hours_only(rule)),
    )


def judge(books: tuple[Rulebook, ...], case: Case, *, at: datetime) -> Ruling:
    """Weigh a contact at an instant (UTC). The strictest rule wins, and each that objects is named."""
    rules = rules_for(books, binds=case.binds, stage=case.stage, channel=case.channel)
    if no := barring(rules, case, at):
        return Ruling(Decision.FORBIDDEN, no)
    late = list(delaying(rules, case, at))
    if not late:
        return Ruling(Decision.ALLOWED)
    until = earliest(rules, case, at)
    if until is None:
        never = tuple(rule for rule, later in late if later is None)
        return Ruling(Decision.FORBIDDEN, never or tuple(rule for rule, _ in late))
    return Ruling(Decision.DEFER, tuple(rule for rule, _ in late), until)


def barring(rules: Rules, case: Case, at: datetime) -> tuple[Rule, ...]:
    """The rules that forbid the case. What may not be said at all has no duty to carry anything."""
    found = [rule for rule in rules.bars if bars.forbids(rule, case, at) and scope.bites(rule, case, at)]
    if len(found) < 2:
        return tuple(found)
    found = [rule for rule in found if not isinstance(rule, ContentRequired)] or found
    return tuple(rule for rule in found if not any(_goes_before(other, rule, case) for other in found))


def delaying(rules: Rules, case: Case, at: datetime) -> Iterator[Delay]:
    """The rules that put the case off, each with its own first instant (UTC); None: never by itself."""
    # Most instants lie in everybody's hours; which rule they come from matters only where they do not.
    is_open = local_time.is_open(at, rules.open_hours, case.zones)
    for rule in rules.other_times if is_open else rules.times:
        later = timing.not_before(rule, case, at)
        if later is not at and later != at and scope.bites(rule, case, at):
            yield rule, later


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


def _goes_before(special: Rule, general: Rule, case: Case) -> bool:
    """Does a more special rule of the same book say the same already? It goes before the general one; the ban
    stands either way.
    """
    if special is general or _book(special) != _book(general):
        return False
    if type(special) is type(general) and _is_same_matter(special, general, case):
        if special.binds < general.binds:
            return True  # who it binds: a duty of collectors before one of everybody
        # Of a debt of any product the rule about all says it.
        return not case.product and general.only_for == "card" and special.only_for != "card"
    # What anyone can see is judged by the rule on being seen, not also as a word to a certain person.
    is_on_being_seen = isinstance(special, ContentProhibited) and special.public and case.message.is_public
    return isinstance(general, ThirdParty) and is_on_being_seen


def _is_same_matter(one: Rule, other: Rule, case: Case) -> bool:
    match one, other:
        case ContentProhibited(), ContentProhibited():
            return bool(one.categories & other.categories & case.message.says)
        case Hold(), Hold():
            return one.trigger == other.trigger
        case ConsentNeeded(), ConsentNeeded():
            return one.purpose == other.purpose
    return True


def _book(rule: Rule) -> str:
    return rule.id.split(".", 1)[0]
