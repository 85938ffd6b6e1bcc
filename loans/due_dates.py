"""Dates on which instalments fall due. Pure calendar arithmetic.

A monthly due date keeps its day of the month. A month that is too short is due on its last day, and the next
month returns to the day agreed: 31 January, 28 February, 31 March. Adding a month to the date before would
stick at the 28th for ever.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    HALF_MONTH = "half_month"  # 24 a year, 15 days apart as in months of 30 days
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


@dataclass(frozen=True)
class Period:
    """The time from one due date to the next: `every` units. ValueError: every < 1."""

    unit: Unit = Unit.MONTH
    every: int = 1

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("A period is at least one day, week, month, quarter or year.")

    @property
    def months(self) -> int:
        """Its length in months; 0 for one counted in days or halves of months."""
        return _MONTHS.get(self.unit, 0) * self.every

    @property
    def days(self) -> int:
        """Its length in days; 0 for one counted in months or halves of them, which have no fixed length."""
        return _DAYS.get(self.unit, 0) * self.every


MONTHLY = Period()


def add_months(start: date, months: int, *, day_of_month: int | None = None) -> date:
    """The day so many months later, on `day_of_month` (1 to 31; else the start's), or the month's last day.

    31 January + 1 month: 28 February, in a leap year 29. ValueError: no day of a month, or after year 9999.
    """
    day = day_of_month or start.day
    if not 1 <= day <= 31:
        raise ValueError("A day of the month is 1 to 31.")
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if day > 28:  # below, every month has it, and most contracts stay below
        day = min(day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def add_half_months(start: date, halves: int, *, day_of_month: int | None = None) -> date:
    """The day so many halves of a month later, as months of 30 days have them: 15 days on, or back in the next month.

    1 March: 16 March, 1 April.  31 January: 15 February, 28 February, 15 March, 31 March.
    ValueError: no day of a month, or after year 9999.
    """
    months, odd = divmod(halves, 2)
    if not odd:
        return add_months(start, months, day_of_month=day_of_month)
    day = min(day_of_month or start.day, 30)
    if day <= 15:
        return add_months(start, months, day_of_month=day + 15)
    return add_months(start, months + 1, day_of_month=day - 15)


def due_on(
    first_due: date, number: int, period: Period = MONTHLY, *, day_of_month: int | None = None
) -> date:
    """The due date of instalment `number` (from 1), counted from the first one, never from the one before.

    day_of_month: what the contract says, where the first due date itself fell in a month too short for it.
    """
    passed = number - 1
    if period.days:
        return first_due + timedelta(days=passed * period.days)
    if period.unit is Unit.HALF_MONTH:
        return add_half_months(first_due, passed * period.every, day_of_month=day_of_month)
    return add_months(first_due, passed * period.months, day_of_month=day_of_month)


def due_dates(disbursed_on: date, count: int, period: Period = MONTHLY) -> list[date]:
    """The due dates of a loan whose first instalment is due one period after it was paid out."""
    return [due_on(disbursed_on, number + 1, period) for number in range(1, count + 1)]
