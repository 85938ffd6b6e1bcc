"""The time a statement is about: a calendar month, a year, or all of an account's life."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

NAME = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2]))?|all")


@dataclass(frozen=True)
class Period:
    """Calendar days, both included."""

    name: str  # "2026-10", "2026" or "all", as in addresses
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def month(day: date) -> Period:
    """The month that holds this day."""
    first = day.replace(day=1)
    return Period(f"{first:%Y-%m}", first, _month_after(first) - timedelta(days=1))


def parse(name: str, *, first: date, last: date) -> Period:
    """The period of this name. first, last: what `all` means. ValueError: no such period."""
    found = NAME.fullmatch(name)
    if not found:
        raise ValueError(f"'{name}' is no period. Write a month as 2026-10, a year as 2026, or all.")
    if not found["year"]:
        return Period(name, first, last)
    year = int(found["year"])
    if found["month"]:
        return month(date(year, int(found["month"]), 1))
    return Period(name, date(year, 1, 1), date(year, 12, 31))


def months(first: date, last: date) -> Iterator[Period]:
    """The months from that of `first` to that of `last`, the latest first."""
    day = last.replace(day=1)
    while day >= first.replace(day=1):
        yield month(day)
        day = (day - timedelta(days=1)).replace(day=1)


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
