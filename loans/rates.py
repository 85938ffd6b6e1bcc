"""The interest rate of one period, from the rate of the year. Pure. Answers are fractions: 0.01 is 1 %."""

from datetime import date
from decimal import Decimal

from loans.daycount import DayCount, year_share
from loans.due_dates import Period, Unit, due_on
from loans.terms import Basis, Compounding, Terms

_A_YEAR = {Unit.WEEK: 52, Unit.MONTH: 12, Unit.QUARTER: 4, Unit.YEAR: 1}
_DAYS = {DayCount.THIRTY_360: 360, DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}


def periods_a_year(period: Period, day_count: DayCount = DayCount.THIRTY_360) -> Decimal:
    """Months 12, weeks 52, every two weeks 26; of days as many as the day count's year has (else 365)."""
    whole = _DAYS.get(day_count, 365) if period.unit is Unit.DAY else _A_YEAR[period.unit]
    return Decimal(whole) / period.every


def periodic_rate(
    annual_rate_pct: Decimal, periods: Decimal, compounding: Compounding | None = None
) -> Decimal:
    """rate / periods a year; where the stated rate compounds m times a year: (1 + rate / m) ^ (m / periods) − 1.

    4.9 % in months: 0.00408333…;  5 % semi-annually (Canada), in months: 0.00412391…
    """
    if compounding is None or compounding.times_a_year == periods:
        # One division, to the 28 digits of a Decimal, as lenders' books do: 19.03 % on 3 000.00 is then a hair
        # below 47.575 a month and becomes 47.57.
        return annual_rate_pct / (100 * periods)
    times = compounding.times_a_year
    return (1 + annual_rate_pct / (100 * times)) ** (times / periods) - 1


def rate_between(annual_rate_pct: Decimal, start: date, end: date, day_count: DayCount) -> Decimal:
    """The rate for the days from `start` to `end`.  12 % for 30 days, actual/365: 0.00986301…"""
    share = year_share(start, end, day_count)
    return annual_rate_pct * share.numerator / (100 * share.denominator)


class PeriodRates:
    """The rate and the due date of each period of a contract, by its number from 1."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._periods = periods_a_year(terms.period, terms.day_count)
        # By far the most loans bear one rate all along.
        is_constant = terms.day_count is DayCount.THIRTY_360 and not terms.rate_changes
        self._constant = self._nominal(1) if is_constant else None

    def due(self, number: int) -> date | None:
        """The due date of an instalment; 0: the day the loan was paid out. None: the contract has no days."""
        terms = self.terms
        if 1 <= number <= len(terms.due_on):
            return terms.due_on[number - 1]
        if terms.disbursed_on is None:
            return None
        return due_on(terms.disbursed_on, number + 1, terms.period)

    def annual(self, number: int) -> Decimal:
        """The yearly rate in percent that the period bears."""
        rate = self.terms.annual_rate_pct
        for change in self.terms.rate_changes:
            if change.from_number <= number:
                rate = change.annual_rate_pct
        return rate

    def of(self, number: int) -> Decimal:
        """The rate by which the period's interest is computed."""
        if self._constant is not None:
            return self._constant
        start, end = self.due(number - 1), self.due(number)
        if self.terms.day_count is DayCount.THIRTY_360 or start is None or end is None:
            return self._nominal(number)
        return rate_between(self.annual(number), start, end, self.terms.day_count)

    def for_instalment(self, first: int, last: int) -> list[Decimal]:
        """The rates of the periods `first` to `last` by which their equal instalment is computed."""
        terms, annual = self.terms, self.annual(first)
        if terms.conventions.basis is Basis.PER_PERIOD:
            return [self.of(number) for number in range(first, last + 1)]
        if terms.conventions.basis is Basis.DAYS_30_365:
            rate = annual * 30 * 12 / (100 * 365 * self._periods)
        else:
            rate = self._nominal(first)
        return [rate] * (last - first + 1)

    def _nominal(self, number: int) -> Decimal:
        return periodic_rate(self.annual(number), self._periods, self.terms.compounding)
