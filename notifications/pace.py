"""The pace: which rungs of the cadence suit a person's habit. Pure, and only ever takes away, softens or delays.

The gate's laws, holds and windows stand above it: what the pace keeps may still wait or fall away there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from notifications.habit import Habit, Kind
from notifications.reason import Reason

Pace = Literal["auto", "gentle", "standard", "close", "off"]
PACES: tuple[Pace, ...] = get_args(Pace)

GENTLE_LEAD = -3  # days; a gentle pace keeps the rung before the due date that is nearest to it
PATIENCE = 2  # days later for a first slip


@dataclass(frozen=True)
class Rung:
    """One step of the cadence as the pace sees it."""

    offset_days: int  # -3: three days before the due date
    useful_days: int = 0  # days after its own on which it may still be sent
    is_required: bool = False  # law demands this message: no pace takes it away


@dataclass(frozen=True)
class Keep:
    """As the cadence says."""


@dataclass(frozen=True)
class Soften:
    """In softer, discreet words, and `later_days` after the rung's own day."""

    reason: Reason
    later_days: int = 0


@dataclass(frozen=True)
class Drop:
    reason: Reason


KEEP = Keep()
Verdict = Keep | Soften | Drop
Cadence = Sequence[Rung]  # in any order


def keeps(pace: Pace, habit: Habit, rung: Rung, *, cadence: Cadence, due_on: date) -> Verdict:
    """What the pace makes of one rung of a bill due on `due_on`.

    cadence: all the rungs that the borrower's own choice leaves, `rung` among them. For every habit: off ⊆ gentle ⊆
    standard = close, and auto ⊆ standard.
    """
    if rung.is_required:
        return KEEP
    match pace:
        case "off":
            return Drop(Reason("pace.off"))
        case "gentle":
            return KEEP if rung.offset_days in _gentle(cadence) else Drop(Reason("pace.gentle"))
        case "auto":
            return _auto(habit, rung, cadence, due_on)
        case "standard" | "close":
            return KEEP


def _gentle(cadence: Cadence) -> set[int]:
    """At most one rung before the due date, the due date itself, and the first after it: -3, 0, +3."""
    offsets = [rung.offset_days for rung in cadence]
    before = [offset for offset in offsets if offset < 0]
    after = [offset for offset in offsets if offset > 0]
    nearest = min(before, key=lambda offset: (abs(offset - GENTLE_LEAD), -offset), default=0)
    return {nearest, 0, min(after, default=0)}


def _auto(habit: Habit, rung: Rung, cadence: Cadence, due_on: date) -> Verdict:
    is_before = rung.offset_days <= 0
    match habit.kind:
        case Kind.AUTOPAY if is_before and not habit.autopay_failed:
            return Drop(Reason("pace.autopay"))
        case Kind.EARLY if is_before:
            because = Reason("pace.early", {**_facts(habit), "prompted": habit.answers_reminders})
            return Soften(because) if rung.offset_days == _one_note(habit, cadence) else Drop(because)
        case Kind.ON_DAY if is_before:
            is_kept = rung.offset_days in (0, _last_before(cadence))
            return KEEP if is_kept else Drop(Reason("pace.on_day", _facts(habit)))
    if not is_before and habit.first_slip == due_on:
        return Soften(Reason("pace.first_slip"), _patience(rung, cadence))
    if not is_before and habit.kind is Kind.EARLY:
        return Soften(Reason("pace.reliable", _facts(habit)))
    return KEEP


def _facts(habit: Habit) -> dict[str, Any]:
    return {"days": -habit.typical_offset, "bills": habit.bills, "on_time": habit.on_time}


def _one_note(habit: Habit, cadence: Cadence) -> int | None:
    """The rung that an early payer keeps.

    Who pays without being asked keeps the first rung after the day by which they have usually paid: it goes
    out only when this bill is not like the others. Who pays when asked keeps the rung they answer. Where the
    cadence has no such rung: the last one up to the due date.
    """
    offsets = sorted(rung.offset_days for rung in cadence if rung.offset_days <= 0)
    if habit.answers_reminders:
        answered = [offset for offset in offsets if offset <= habit.typical_offset]
        return answered[-1] if answered else min(offsets, default=None)
    return next((offset for offset in offsets if offset > habit.usual_until), max(offsets, default=None))


def _last_before(cadence: Cadence) -> int | None:
    """On-the-day payers have no days to spare: they keep the last rung before the due date too."""
    return max((rung.offset_days for rung in cadence if rung.offset_days < 0), default=None)


def _patience(rung: Rung, cadence: Cadence) -> int:
    """Days to wait: no longer than the rung is of use, and never onto the next one's day."""
    following = min(
        (other.offset_days for other in cadence if other.offset_days > rung.offset_days), default=None
    )
    until_next = PATIENCE if following is None else following - rung.offset_days - 1
    return min(PATIENCE, rung.useful_days, until_next)
