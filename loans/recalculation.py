"""The schedule of a loan that was paid early, late, in part or beyond, or drawn again. Pure.

Interest accrues on the principal really outstanding: what is overdue keeps bearing it, what is paid early stops
bearing it. What is paid goes to interest that is due, then to principal that is due, then ahead of the plan; by
`AfterExtra.NEXT_INSTALMENTS` interest run up until the day comes before what is ahead.

Guaranteed: the principal parts of the rows add up to what was lent, and the last row leaves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import cast

from loans.annuity import equal_instalment
from loans.rates import PeriodRates
from loans.replay import Payment
from loans.rounding import rounded
from loans.schedule import Row, instalment_of
from loans.terms import Books, Method, Terms

ZERO = Decimal(0)


class AfterExtra(StrEnum):
    """What a payment beyond the demand, or a further advance, does to the instalments that follow.

    After an advance all but the first keep the instalment, and the last one takes the rest.
    """

    RE_AMORTISE = "re-amortise"  # as many, smaller ones
    KEEP = "keep"  # as large ones, fewer
    KEEP_PLAN = "keep-plan"  # the plan stays: the extra is the next instalments' money, paid early
    PAY_AHEAD = "pay-ahead"  # the next instalments' principal counts as paid, then the plan goes on
    # An early payment pays the interest run up, then the next instalments' principal. Each stays as large as it was:
    # interest for which one has no room left is demanded with the first that has (Fineract's progressive loans).
    NEXT_INSTALMENTS = "next-instalments"

    @property
    def keeps_the_plan(self) -> bool:
        return self in (AfterExtra.KEEP_PLAN, AfterExtra.NEXT_INSTALMENTS)


@dataclass(frozen=True, slots=True)
class Advance:
    """Money lent on top, on a day. On a due day it comes after that day's demand."""

    on: date
    amount: Decimal


Event = Payment | Advance


@dataclass(frozen=True, kw_only=True)
class Course:
    """A contract with an equal instalment, what happened to it, and the day from which it is seen."""

    terms: Terms
    events: Sequence[Event] = ()
    as_of: date  # what is unpaid then counts as paid that day; of later events only planned advances count
    after_extra: AfterExtra = AfterExtra.RE_AMORTISE
    rounds_each_stretch: bool = False  # interest of each stretch of constant principal, else once a period

    def __post_init__(self) -> None:
        if self.terms.disbursed_on is None:
            raise ValueError("A loan is recalculated from the day it was paid out.")
        has_grace = self.terms.principal_grace or self.terms.interest_free or self.terms.amortised_over
        is_equal = self.terms.method in (Method.ANNUITY, Method.FIXED_INSTALMENT)
        if has_grace or not is_equal or any(change.cap for change in self.terms.rate_changes):
            raise ValueError(
                "Only a loan in equal instalments, without grace, balloon or cap, is recalculated."
            )
        if self.terms.conventions.books is not Books.ROUND_EACH:
            raise ValueError("Only a loan whose interest is rounded each period is recalculated.")
        last = PeriodRates(self.terms).due(self.terms.instalments)
        if any(isinstance(event, Advance) and last is not None and event.on >= last for event in self.events):
            raise ValueError(f"An advance comes before the last due day, {last}.")


@dataclass(frozen=True, slots=True)
class Position:
    """What is owed on a day: principal, interest already demanded, and interest run up since."""

    principal: Decimal
    interest_due: Decimal
    accrued: Decimal

    @property
    def interest(self) -> Decimal:
        return self.interest_due + self.accrued

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


def recalculate(course: Course) -> list[Row]:
    """The rows as they stand: past ones as demanded and paid, later ones as they will be demanded.

    5 000 at 12 %, actual/365, instalment 862 due on 1 December, paid on the 5th: the second period bears
    5 000 · 4 days + 4 187.32 · 27 days = 6.58 + 37.17 = 43.75.
    """
    running = _Running(course)
    rows = []
    for number in range(1, course.terms.instalments + 1):
        rows.append(running.close(number))
        if not running.plan and not running.overdue:
            break
    return rows


def position(course: Course, on: date) -> Position:
    """What is owed at the end of a day, by what had happened until then. ValueError: before the loan."""
    running = _Running(replace(course, as_of=on))
    if on < running.due(0):
        raise ValueError(f"The loan was paid out only on {running.due(0)}.")
    number = 1
    while number <= course.terms.instalments and running.due(number) < on:
        running.close(number)
        number += 1
    return running.until(number, on)


@dataclass
class _Running:
    """The loan between two due days."""

    course: Course
    plan: Decimal = field(init=False)  # principal left if everything demanded so far is paid
    overdue: Decimal = ZERO  # principal demanded and not paid
    ahead: Decimal = ZERO  # principal paid before it is demanded
    interest_due: Decimal = ZERO  # interest demanded and not paid
    early: Decimal = ZERO  # of the running period's interest, what was paid before its due day
    carried: Decimal = ZERO  # interest of earlier periods for which their instalments had no room
    skipped: Decimal = ZERO  # principal of next instalments that counts as paid
    overpaid: Decimal = ZERO  # beyond all there was to pay

    def __post_init__(self) -> None:
        self.rates = PeriodRates(self.course.terms)
        self.plan = self.course.terms.principal
        self.instalment = self.course.terms.instalment or instalment_of(self.course.terms)

    @property
    def outstanding(self) -> Decimal:
        return self.plan + self.overdue - self.ahead

    def due(self, number: int) -> date:
        return cast(date, self.rates.due(number))  # a course has the day it was paid out, so every due day

    def _end(self, number: int) -> date:
        """The period's last day. What is unpaid after the last instalment is in a period without end."""
        return self.due(number) if number <= self.course.terms.instalments else date.max

    def until(self, number: int, on: date) -> Position:
        """The position on a day of period `number`, whose demand has not been made."""
        interest, paid, lent = self._accrue(number, on)
        interest -= self.early
        due_now = min(paid, interest)  # paid on the due day itself
        principal = self.outstanding - (paid - due_now) + lent - self.overpaid
        return Position(principal, self.interest_due, interest - due_now)

    def close(self, number: int) -> Row:
        """Lives through a period, makes its demand, and says it as a row."""
        course, end = self.course, self.due(number)
        change = self.rates.change_in(number)
        if change and change.recast:
            self._recast(number)
        plan = self.plan
        interest, paid, lent = self._accrue(number, end)
        if self.plan > plan and course.after_extra is AfterExtra.RE_AMORTISE:
            self._recast(number, first_rate=interest / self.plan)
        is_last = number == course.terms.instalments
        early, self.early = self.early, ZERO
        interest, self.carried = self._with_room(interest, early, is_last=is_last)
        beyond = max(self.ahead - self.plan, ZERO)  # more than all principal: it pays the period's interest
        self.ahead -= beyond
        paid += beyond + early
        demanded = self.plan if is_last else min(self.instalment - interest, self.plan)
        skipped = min(self.skipped, max(demanded, ZERO)) if not is_last else ZERO
        self.skipped -= skipped
        demanded -= skipped
        towards = self.ahead + max(paid - interest, ZERO)
        self.overpaid += max(towards - self.plan, ZERO)
        towards = min(towards, self.plan)
        extra = max(towards - demanded, ZERO) if towards else ZERO
        repaid = demanded if course.after_extra.keeps_the_plan else demanded + extra
        if end < course.as_of:  # what is unpaid now is overdue; on the day seen, it counts as paid
            self.overdue += max(demanded - towards, ZERO)
            self.interest_due += max(interest - paid, ZERO)
        self.ahead = extra if course.after_extra.keeps_the_plan else ZERO
        self.plan += lent - repaid
        if extra and course.after_extra is AfterExtra.PAY_AHEAD:
            self.skipped += extra
        if (extra or lent) and course.after_extra is AfterExtra.RE_AMORTISE:
            self._recast(number + 1)
        return Row(number, end, repaid + interest, repaid, interest, self.plan)

    def _with_room(self, interest: Decimal, early: Decimal, *, is_last: bool) -> tuple[Decimal, Decimal]:
        """What the instalment demands of the interest, and what is left for the next one.

        One that has no room for all of it demands no more than was paid.
        """
        if is_last or self.course.after_extra is not AfterExtra.NEXT_INSTALMENTS:
            return interest, ZERO
        room = self.instalment - min(self.ahead, self.instalment - early)
        demanded = interest if interest <= room else rounded(early, self.course.terms.conventions.unit)
        if self.plan <= self.instalment - demanded:  # the loan ends with it
            return interest, ZERO
        return demanded, interest - demanded

    def _accrue(self, number: int, until: date) -> tuple[Decimal, Decimal, Decimal]:
        """The period's interest until a day; what was paid on its due day for its own demand, and lent then."""
        at, end = self.due(number - 1), self._end(number)
        stretches, on_due, lent = [], ZERO, ZERO
        for day, event in self._moments(number, until):
            stretches.append(self._stretch(number, at, day))
            at = day
            if event is None:
                self.overdue = self.interest_due = ZERO
            elif isinstance(event, Advance):
                if day == end:
                    lent += event.amount
                else:
                    self.plan += event.amount
            elif day == end:
                on_due += self._catch_up(event.amount)
            else:
                left = self._catch_up(event.amount)
                if self.course.after_extra is AfterExtra.NEXT_INSTALMENTS:
                    run_up = min(left, self.carried + self._rounded(stretches) - self.early)
                    self.early += run_up
                    left -= run_up
                self.ahead += left
        stretches.append(self._stretch(number, at, until))
        return self.carried + self._rounded(stretches), on_due, lent

    def _moments(self, number: int, until: date) -> list[tuple[date, Event | None]]:
        """The events of a period in order, and after those of its day the one from which it is seen: None."""
        start, end, seen = self.due(number - 1), self._end(number), self.course.as_of
        moments: list[tuple[date, Event | None]] = [
            (event.on, event)
            for event in self.course.events
            # On the day the loan was paid out there is no period before.
            if (start < event.on <= end or (number == 1 and event.on == start))
            and event.on <= (until if isinstance(event, Advance) else min(until, seen))
        ]
        if start < seen < until:
            moments.append((seen, None))
        return sorted(moments, key=lambda moment: moment[0])

    def _catch_up(self, amount: Decimal) -> Decimal:
        """Pays what is overdue, and says what is left of the amount."""
        interest = min(amount, self.interest_due)
        principal = min(amount - interest, self.overdue)
        self.interest_due -= interest
        self.overdue -= principal
        return amount - interest - principal

    def _stretch(self, number: int, start: date, end: date) -> Decimal:
        """Interest of constant principal; what is overpaid bears none."""
        return self.rates.interest(max(self.outstanding, ZERO), number, start, end)

    def _rounded(self, stretches: list[Decimal]) -> Decimal:
        conventions = self.course.terms.conventions
        if self.course.rounds_each_stretch:
            return sum((rounded(one, conventions.unit, conventions.interest) for one in stretches), ZERO)
        return rounded(sum(stretches, ZERO), conventions.unit, conventions.interest)

    def _recast(self, number: int, *, first_rate: Decimal | None = None) -> None:
        """A new equal instalment over the periods that are left, at their real lengths.

        first_rate: what the first of them bears, where a part of the principal was lent only within it.
        """
        terms = self.course.terms
        known = self.rates.known_in(number)
        rates = [known.of(one) for one in range(number, terms.instalments + 1)]
        if first_rate is not None:
            rates[0] = first_rate
        if rates and self.plan > 0:
            exact = equal_instalment(self.plan, rates)
            self.instalment = rounded(exact, terms.conventions.payment_unit, terms.conventions.payment)
