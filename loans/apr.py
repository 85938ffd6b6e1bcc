"""The yearly rate that a loan's payments stand for. Pure. Answers are percent a year, not rounded.

Both measures find the rate at which what is advanced and what is paid are worth the same:

    Σ Aⱼ / ((1 + fⱼ · i) · (1 + i)^tⱼ) = Σ Pₖ / ((1 + fₖ · i) · (1 + i)^tₖ)

with t whole unit periods and a fraction f of one after the first advance. In the United States (actuarial method,
12 CFR Part 1026, Appendix J, paragraph (b)(8)) the APR is i times the unit periods of a year; in the European
Union (Directive 2008/48/EC, Annex I) the unit period is a year, fractions compound, and the APR is i itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from loans.due_dates import add_months

PRECISION = Decimal("1e-15")


@dataclass(frozen=True, slots=True)
class Flow:
    """Money on a day."""

    on: date
    amount: Decimal


class UnitPeriod(Enum):
    """A unit period of Appendix J, (b)(4): the days or the months it has."""

    DAY = (1, 0)
    WEEK = (7, 0)
    TWO_WEEKS = (14, 0)
    HALF_MONTH = (15, 0)  # of a month of 30 days
    FOUR_WEEKS = (28, 0)
    MONTH = (0, 1)
    TWO_MONTHS = (0, 2)
    QUARTER = (0, 3)
    FOUR_MONTHS = (0, 4)
    HALF_YEAR = (0, 6)
    YEAR = (0, 12)

    @property
    def months(self) -> int:
        return self.value[1]

    @property
    def days(self) -> int:
        """Its days; 0 for one counted in months."""
        return self.value[0]

    @property
    def a_year(self) -> int:
        """How many a year has."""
        return 12 // self.months if self.months else {1: 365, 7: 52, 14: 26, 15: 24, 28: 13}[self.days]


def unit_period(a_year: int) -> UnitPeriod:
    """The unit period of which a year has so many. ValueError: Appendix J has none."""
    for one in UnitPeriod:
        if one.a_year == a_year:
            return one
    raise ValueError(f"A year does not have {a_year} unit periods.")


@dataclass(frozen=True, slots=True)
class Timed:
    """An amount `whole` unit periods and `part` of one after the first advance."""

    amount: Decimal
    whole: int
    part: Fraction = Fraction(0)


def between(start: date, end: date, unit: UnitPeriod) -> tuple[int, Fraction]:
    """Whole unit periods and the part of one from `start` to `end`, months counted back from `end`: (b)(5).

    10 February to 1 April in months: one month back is 1 March, 19 odd days of 30 remain. 10 January to 1 March
    in pairs of months: one month of 30 days and 22 days are 52 of 60. 10 January to 16 March in halves of months:
    two months of 30 days and 6 days are 4 and 6 of 15. ValueError: the end comes first.
    """
    if end < start:
        raise ValueError(f"{end} comes before the advance of {start}.")
    if not unit.months and unit is not UnitPeriod.HALF_MONTH:
        whole, odd = divmod((end - start).days, unit.days)
        return whole, Fraction(odd, unit.days)
    months = (end.year - start.year) * 12 + end.month - start.month
    while add_months(end, -months) < start:
        months -= 1
    days = (add_months(end, -months) - start).days
    if unit is UnitPeriod.HALF_MONTH:
        whole, odd = divmod(30 * months + days, unit.days)
        return whole, Fraction(odd, unit.days)
    whole, rest = divmod(months, unit.months)
    if unit is UnitPeriod.YEAR and days:
        return whole, Fraction((add_months(end, -whole * 12) - start).days, 365)
    return whole, Fraction(rest * 30 + days, 30 * unit.months)


def term(length: Fraction, units_a_year: Fraction) -> tuple[int, Fraction]:
    """A length in years as unit periods: a single payment's term.  18 months in years: 1 and a half"""
    whole, part = divmod(length * units_a_year, 1)
    return int(whole), part


def us_apr(advances: Sequence[Timed], payments: Sequence[Timed], units_a_year: Decimal) -> Decimal:
    """The APR by the actuarial method, percent.

    5 000 lent, 24 monthly payments of 230: 9.69.   ValueError: nothing is lent or paid, or no rate fits.
    """
    return (
        _rate(lambda rate: _worth(advances, rate), lambda rate: _worth(payments, rate)) * units_a_year * 100
    )


def eu_apr(advances: Sequence[Flow], payments: Sequence[Flow]) -> Decimal:
    """The effective annual rate, percent; a year has 365 days, counted from the first advance.

    500 lent and 510 paid five days later: (510 / 500) ^ (365 / 5) − 1 = 324.44 %.
    ValueError: nothing is lent or paid, or no rate fits.
    """
    first = min((flow.on for flow in advances), default=date.min)

    def worth(flows: Sequence[Flow], rate: Decimal) -> Decimal:
        daily = (1 + rate) ** (Decimal(1) / 365)  # one root for all: whole powers cost a tenth of broken ones
        return sum((flow.amount / daily ** (flow.on - first).days for flow in flows), Decimal(0))

    return _rate(lambda rate: worth(advances, rate), lambda rate: worth(payments, rate)) * 100


def regular(first: tuple[int, Fraction], amounts: Sequence[Decimal]) -> list[Timed]:
    """Payments one unit period apart, the first so long after the advance."""
    whole, part = first
    return [Timed(amount, whole + place, part) for place, amount in enumerate(amounts)]


def timed(flows: Sequence[Flow], start: date, unit: UnitPeriod) -> list[Timed]:
    """Dated amounts, by unit periods from `start`."""
    return [Timed(flow.amount, *between(start, flow.on, unit)) for flow in flows]


def _worth(amounts: Sequence[Timed], rate: Decimal) -> Decimal:
    total = Decimal(0)
    for one in amounts:
        odd = 1 + rate * one.part.numerator / one.part.denominator
        total += one.amount / (odd * (1 + rate) ** one.whole)
    return total


def _rate(lent: Callable[[Decimal], Decimal], paid: Callable[[Decimal], Decimal]) -> Decimal:
    """The rate per period at which both are worth the same, by halving the interval it lies in."""
    low, high = Decimal("-0.999999"), Decimal(1)
    if lent(Decimal(0)) <= 0 or paid(Decimal(0)) <= 0:
        raise ValueError("An APR needs money lent and money paid.")
    if lent(Decimal(0)) == paid(Decimal(0)):
        return Decimal(0)  # also where it is paid back the same day, which any rate would fit
    while paid(high) > lent(high):
        high *= 4
        if high > 10**12:
            raise ValueError("No rate makes these payments worth what was lent.")
    while high - low > PRECISION * max(Decimal(1), high):
        middle = (low + high) / 2
        low, high = (middle, high) if paid(middle) > lent(middle) else (low, middle)
    return (low + high) / 2
