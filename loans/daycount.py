"""How much of a year lies between two dates, by the convention of the contract. Pure.

Shares of a year are exact fractions; who needs a decimal rounds once, at the end.
"""

from calendar import isleap
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction


class DayCount(StrEnum):
    """The convention's name as contracts print it. Source: 2006 ISDA Definitions, section 4.16; the last: Fineract."""

    THIRTY_360 = "30/360"
    THIRTY_365 = "30/365"  # months of 30 days in a year of 365
    ACTUAL_360 = "actual/360"
    ACTUAL_364 = "actual/364"  # 52 equal weeks
    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"
    ACTUAL_ACTUAL_31 = "actual/actual from 31 December"  # the night to 1 January belongs to the new year


_DENOMINATORS = {
    DayCount.THIRTY_360: 360,
    DayCount.THIRTY_365: 365,
    DayCount.ACTUAL_360: 360,
    DayCount.ACTUAL_364: 364,
    DayCount.ACTUAL_365: 365,
}


def year_share(start: date, end: date, convention: DayCount, *, both_ends: bool = False) -> Fraction:
    """The part of a year from `start` to `end`; below 0 if the end is earlier.

    both_ends: the first and the last day each count, as 1 to 30 October are 30 days.

    30/N: every month has 30 days (bond basis: the 31st is a 30th, as an end only after the 30th).
    actual/N: calendar days / N. actual/actual: the days in leap years / 366 + the other days / 365.
    15 January to 15 March 2024: 60/360, 60/360, 60/364, 60/365, 60/366.
    12 December 2023 to 12 January 2024: 20/365 + 11/366; from 31 December, as Apache Fineract: 19/365 + 12/366.
    """
    if both_ends:
        end += timedelta(days=1)
    if convention is DayCount.ACTUAL_ACTUAL:
        return _actual_actual(start, end)
    if convention is DayCount.ACTUAL_ACTUAL_31:
        return _actual_actual(start + timedelta(days=1), end + timedelta(days=1))
    of_30 = convention in (DayCount.THIRTY_360, DayCount.THIRTY_365)
    days = _days_of_30(start, end) if of_30 else (end - start).days
    return Fraction(days, _DENOMINATORS[convention])


def days_share(days: int, convention: DayCount) -> Fraction:
    """The part of a year that so many days are.

    ValueError: fewer than 0, or actual/actual, which needs to know which days.
    """
    if days < 0:
        raise ValueError("Interest runs for 0 days or more.")
    if convention not in _DENOMINATORS:
        raise ValueError("A number of days has no share of a year by actual/actual. Name the dates.")
    return Fraction(days, _DENOMINATORS[convention])


def _days_of_30(start: date, end: date) -> int:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first


def _actual_actual(start: date, end: date) -> Fraction:
    if end < start:
        return -_actual_actual(end, start)
    share, at = Fraction(0), start
    while at.year < end.year:
        year_end = date(at.year + 1, 1, 1)
        share += Fraction((year_end - at).days, _days_of(at.year))
        at = year_end
    return share + Fraction((end - at).days, _days_of(at.year))


def _days_of(year: int) -> int:
    return 366 if isleap(year) else 365
