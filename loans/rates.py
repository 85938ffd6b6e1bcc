"""The interest rate of one period, from the rate of the year. Pure. Answers are fractions: 0.01 is 1 %."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from loans.daycount import DayCount, year_share
from loans.due_dates import Period, Unit, due_on
from loans.terms import Basis, Compounding, RateChange, Terms

_A_YEAR = {Unit.WEEK: 52, Unit.HALF_MONTH: 24, Unit.MONTH: 12, Unit.QUARTER: 4, Unit.YEAR: 1}
_DAYS = {DayCount.THIRTY_360: 360, DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}


def periods_a_year(period: Period, day_count: DayCount = DayCount.THIRTY_360) -> Decimal:
    """Months 12, halves of them 24, weeks 52, every two weeks 26; days as many as the day count's year has, or 365."""
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
        self._constant = (
            periodic_rate(terms.annual_rate_pct, self._periods, terms.compounding) if is_constant else None
        )

    def due(self, number: int) -> date | None:
        """The due date of an instalment; 0: the day the loan was paid out. None: the contract has no days."""
        terms = self.terms
        if 1 <= number <= len(terms.due_on):
            return terms.due_on[number - 1]
        if terms.disbursed_on is None:
            return None
        return due_on(terms.disbursed_on, number + 1, terms.period)

    def change_in(self, number: int) -> RateChange | None:
        """The rate change that begins with a period or within it; of several the last."""
        if not self.terms.rate_changes:
            return None
        begun = (change for change in reversed(self.terms.rate_changes) if self._begins_in(change, number))
        return next(begun, None)

    def of(self, number: int) -> Decimal:
        """The rate by which the period's interest is computed."""
        if self._constant is not None:
            return self._constant
        start, end = self.due(number - 1), self.due(number)
        if start is None or end is None:
            return self._even(self._annual(number, start))
        return self.interest(Decimal(1), number, start, end)

    def interest(self, amount: Decimal, number: int, start: date, end: date) -> Decimal:
        """Interest of a constant amount from a day of the period to another, exact.

        By 30/360 it is the period's, times the days / the days of the period. Where the rate changes, each part bears
        its own: 100 in February 2024, at 7 % until the 15th and at 4 % after it, 7 / 12 · 14 / 29 + 4 / 12 · 15 / 29.
        """
        if not self.terms.rate_changes:  # by far the most loans
            return self._stretch(amount, number, self.terms.annual_rate_pct, start, end)
        parts = self._parts(number, start, end)
        return sum((self._stretch(amount, number, *part) for part in parts), Decimal(0))

    def for_instalment(self, first: int, last: int) -> list[Decimal]:
        """The rates of the periods `first` to `last` by which their equal instalment is computed."""
        return self.known_in(first)._for_instalment(first, last)

    def known_in(self, number: int) -> "PeriodRates":
        """The rates as an instalment computed for a period knows them.

        A change that begins in a later period brings its own new instalment. One that begins within this period and
        keeps the instalment leaves it as if the old rate went on.
        """
        known = tuple(change for change in self.terms.rate_changes if self._is_known_in(change, number))
        if known == self.terms.rate_changes:
            return self
        return PeriodRates(replace(self.terms, rate_changes=known))

    def _is_known_in(self, change: RateChange, number: int) -> bool:
        if change.from_number is not None:
            return change.from_number <= number
        start, end = self.due(number - 1), self.due(number)
        if change.on is None or start is None or end is None:
            return False
        return change.on <= start or (change.recast and change.on < end)

    def _for_instalment(self, first: int, last: int) -> list[Decimal]:
        if self.terms.conventions.basis is Basis.PER_PERIOD:
            return [self.of(number) for number in range(first, last + 1)]
        start, end = self.due(first - 1), self.due(first)
        if start is None or end is None:
            return [self._even(self._annual(first, start))] * (last - first + 1)
        parts = self._parts(first, start, end)
        rates = [self._even(annual) for annual, _at, _until in parts]
        if len(parts) == 1:
            return rates * (last - first + 1)
        shares = (Decimal((until - at).days) / (end - start).days for _annual, at, until in parts)
        mixed = sum((rate * share for rate, share in zip(rates, shares, strict=True)), Decimal(0))
        return [mixed] + rates[-1:] * (last - first)

    def _annual(self, number: int, day: date | None) -> Decimal:
        """The yearly rate in percent after a day of a period. day: None where the contract has no days."""
        rate = self.terms.annual_rate_pct
        for change in self.terms.rate_changes:
            if change.on is None:
                has_begun = change.from_number is not None and change.from_number <= number
            else:
                has_begun = day is not None and change.on <= day
            rate = change.annual_rate_pct if has_begun else rate
        return rate

    def _begins_in(self, change: RateChange, number: int) -> bool:
        if change.on is None:
            return change.from_number == number
        start, end = self.due(number - 1), self.due(number)
        return start is not None and end is not None and start <= change.on < end

    def _parts(self, number: int, start: date, end: date) -> list[tuple[Decimal, date, date]]:
        """The yearly rates between two days of a period, each with its first and last day."""
        changes = (change.on for change in self.terms.rate_changes)
        days = [start, *(day for day in changes if day is not None and start < day < end), end]
        return [(self._annual(number, at), at, until) for at, until in pairwise(days)]

    def _stretch(self, amount: Decimal, number: int, annual: Decimal, start: date, end: date) -> Decimal:
        day_count = self.terms.day_count
        if day_count is not DayCount.THIRTY_360:
            return amount * rate_between(annual, start, end, day_count)
        whole = amount * periodic_rate(annual, self._periods, self.terms.compounding)
        first, last = self.due(number - 1), self.due(number)
        if first is None or last is None or (start, end) == (first, last):
            return whole
        return whole * (end - start).days / (last - first).days

    def _even(self, annual: Decimal) -> Decimal:
        """The rate of a period as long as every other one."""
        if self.terms.conventions.basis is Basis.DAYS_30_365:
            return annual * 30 * 12 / (100 * 365 * self._periods)
        return periodic_rate(annual, self._periods, self.terms.compounding)
