"""What settles a loan on a day, and what interest runs up meanwhile. Pure. Amounts in the account's currency."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from loans.rates import PeriodRates
from loans.recalculation import Course, position

ONE_DAY = timedelta(days=1)


class InterestUntil(StrEnum):
    """Up to when a loan that is settled early bears interest."""

    PAYOFF_DAY = "payoff day"
    END_OF_PERIOD = "end of period"  # the next due day, as if the loan ran on until then


@dataclass(frozen=True)
class Quote:
    """What settles the loan if it arrives on `on`; the next day it is `tomorrow`."""

    on: date
    principal: Decimal
    interest: Decimal
    tomorrow: Decimal

    @property
    def payoff(self) -> Decimal:
        return self.principal + self.interest


def quote(course: Course, on: date, until: InterestUntil = InterestUntil.PAYOFF_DAY) -> Quote:
    """The payoff of a loan: principal outstanding, interest demanded and unpaid, and interest run up.

    100.00 at 7 %, monthly 30/360 from 1 January: on the 15th 0.5833… · 14 / 31 = 0.26, so 100.26.
    ValueError: before the loan.
    """
    principal, interest = _owed(course, on, until)
    later_principal, later_interest = _owed(course, on + ONE_DAY, until)
    return Quote(on, principal, interest, later_principal + later_interest)


def _owed(course: Course, on: date, until: InterestUntil) -> tuple[Decimal, Decimal]:
    last = on if until is InterestUntil.PAYOFF_DAY else _end_of_period(course, on)
    return position(course, on).principal, position(course, last).interest


def _end_of_period(course: Course, on: date) -> date:
    """The first due day not before `on`; after the last one the day itself."""
    rates = PeriodRates(course.terms)
    days = (rates.due(number) for number in range(1, course.terms.instalments + 1))
    return next((day for day in days if day is not None and day >= on), on)


def accrued(amount: Decimal, annual_rate_pct: Decimal, share: Fraction) -> Decimal:
    """Interest on a constant amount for a share of a year (`daycount`), exact; penal interest too.

    1 000 000 at 13.5 % for 1 to 30 October with both ends, actual/365: 11 095.890…
    5 547.945 overdue at 25 % for 26 days: 98.799…
    """
    return amount * annual_rate_pct * share.numerator / (100 * share.denominator)
