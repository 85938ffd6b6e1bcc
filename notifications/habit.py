"""How a person pays, read off their own bills. Pure: no Django, no clock. docs/habit.md tells the method."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from statistics import median_high

LAST_BILLS = 12  # how far back a habit looks: a year of monthly bills; what is older was another life
FEWEST_BILLS = 3  # with fewer there is no verdict
AS_A_RULE = Fraction(3, 4)  # of the bills
RELIABLE = Fraction(9, 10)  # of the bills paid on time: one slip in a year of monthly bills is forgiven
WIDEST_SPREAD = 7  # days; a person whose bills lie further apart has no usual day
ANSWERED_WITHIN = 1  # days from a message to the payment that answers it
CLEAN_YEAR = timedelta(days=360)  # twelve monthly due dates, a weekend's shift allowed


class Kind(StrEnum):
    """How a person pays as a rule."""

    EARLY = "early"  # before the due date
    ON_DAY = "on_day"  # on time, and not always with days to spare
    LATE = "late"  # after it, by about the same number of days
    IRREGULAR = "irregular"  # now so, now so
    AUTOPAY = "autopay"  # the bank pays by itself
    NEW = "new"  # too few bills to tell


@dataclass(frozen=True)
class PastBill:
    """One bill that is paid off, or is open past its due date."""

    due_on: date
    # When the last of it was paid; of a statement that the next one replaced unpaid, when it was replaced; None: open.
    paid_on: date | None
    asked_on: tuple[date, ...] = ()  # local days of the messages about it, in any order


@dataclass(frozen=True)
class Habit:
    """How a person pays. Offsets are days from the due date: -2 is two days before it."""

    kind: Kind
    typical_offset: int = 0  # the median; of two in the middle the later
    spread: int = 0  # days; three of four bills lie within so many of the typical one
    bills: int = 0  # that the verdict rests on, at most LAST_BILLS
    on_time: int = 0  # of them
    answered: int = 0  # of those on time, paid within ANSWERED_WITHIN days of a message
    first_slip: date | None = None  # due date of the last bill, where it came late after a clean year
    autopay_failed: bool = False

    @property
    def answers_reminders(self) -> bool:
        """Do our messages make this person pay? At least every second bill on time followed one."""
        return self.on_time > 0 and 2 * self.answered >= self.on_time

    @property
    def usual_until(self) -> int:
        """The offset by which this person has usually paid; never the due date itself or later."""
        return min(self.typical_offset + self.spread, -1)


NOBODY_KNOWS = Habit(Kind.NEW)


def habit(
    bills: Iterable[PastBill], *, today: date, has_autopay: bool = False, autopay_failed: bool = False
) -> Habit:
    """A person's habit as of `today` (their local day), over the bills of all their accounts.

    has_autopay, autopay_failed: of the account whose bill is asked about.
    Open bills that are not yet due say nothing and are left out; one open past its due date counts as late by
    the days it has been open. Paid on -2, -2, -3, +1: typical -2, spread 1, three of four on time.
    """
    known = sorted((bill for bill in bills if bill.paid_on or bill.due_on < today), key=_order)
    recent = known[-LAST_BILLS:]
    offsets = [_offset(bill, today) for bill in recent]
    if not offsets:
        kind = Kind.AUTOPAY if has_autopay else Kind.NEW
        return Habit(kind, autopay_failed=has_autopay and autopay_failed)
    typical = median_high(offsets)
    spread = _spread(offsets, typical)
    return Habit(
        kind=Kind.AUTOPAY if has_autopay else _kind(offsets, typical, spread),
        typical_offset=typical,
        spread=spread,
        bills=len(offsets),
        on_time=sum(offset <= 0 for offset in offsets),
        answered=sum(_was_answer(bill) for bill in recent),
        first_slip=_first_slip(known, today),
        autopay_failed=has_autopay and autopay_failed,
    )


def _order(bill: PastBill) -> tuple[date, date]:
    return bill.due_on, bill.paid_on or date.max


def _offset(bill: PastBill, today: date) -> int:
    return ((bill.paid_on or today) - bill.due_on).days


def _spread(offsets: Sequence[int], typical: int) -> int:
    """The fewest days around `typical` within which three of four bills lie."""
    distances = sorted(abs(offset - typical) for offset in offsets)
    needed = -(-len(distances) * AS_A_RULE.numerator // AS_A_RULE.denominator)  # rounded up
    return distances[needed - 1]


def _kind(offsets: Sequence[int], typical: int, spread: int) -> Kind:
    count = len(offsets)
    if count < FEWEST_BILLS:
        return Kind.NEW
    if sum(offset <= 0 for offset in offsets) >= RELIABLE * count:
        return Kind.EARLY if sum(offset < 0 for offset in offsets) >= AS_A_RULE * count else Kind.ON_DAY
    if typical > 0 and spread <= WIDEST_SPREAD:
        return Kind.LATE
    return Kind.IRREGULAR


def _was_answer(bill: PastBill) -> bool:
    """Was it paid on time, on the day of a message or the day after?"""
    if bill.paid_on is None or bill.paid_on > bill.due_on:
        return False
    return any(0 <= (bill.paid_on - asked).days <= ANSWERED_WITHIN for asked in bill.asked_on)


def _first_slip(known: Sequence[PastBill], today: date) -> date | None:
    """The last due date, where that bill came late and a whole year before it is on record without a slip."""
    last = max(known, key=lambda bill: bill.due_on).due_on
    year = last - CLEAN_YEAR
    slipped = any(_offset(bill, today) > 0 for bill in known if bill.due_on == last)
    before = [bill for bill in known if bill.due_on < last]
    is_on_record = any(bill.due_on <= year for bill in before)
    clean = all(_offset(bill, today) <= 0 for bill in before if bill.due_on >= year)
    return last if slipped and is_on_record and clean else None
