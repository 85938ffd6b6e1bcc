"""My contact plan: what the sending gate would send, as lines with their words and as a calendar of months."""

import calendar
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from notifications import reasons
from notifications.context import Written
from notifications.preview import Planned, Told
from notifications.words import Category, Channel

DAYS = 60  # that are looked ahead


class Span(NamedTuple):
    """Days, where the person lives; both are in it."""

    first: date
    last: date


@dataclass(frozen=True)
class Line:
    """One message to come, or one that will not come, as a page shows it."""

    planned: Planned
    channel: str
    category: str
    why: str
    words: Written | None
    anchor: str = ""  # of the first message of a day: where the calendar's day leads


@dataclass(frozen=True)
class Cell:
    """One day of a month's table."""

    day: date
    messages: int
    is_shown: bool  # within the month, and among the days that are looked at

    @property
    def anchor(self) -> str:
        return _anchor(self.day)


@dataclass(frozen=True)
class Place:
    """Whose calendar it is: the words of a language, and weeks as a country counts them."""

    language: str  # as in accounts.models.LANGUAGES
    country: str  # ISO 3166-1, two letters

    @property
    def first_weekday(self) -> int:
        """0 is Monday, as CLDR has it."""
        return _first_weekday(self.country)


@dataclass(frozen=True)
class Month:
    first: date
    weekdays: tuple[tuple[str, str], ...]  # short and whole names
    weeks: tuple[tuple[Cell, ...], ...]
    days: tuple[tuple[Line, ...], ...]  # the messages of each day that has some


def lines(told: Sequence[Told]) -> list[Line]:
    """In order of time, in the language in force."""
    seen: set[date] = set()
    found = []
    for planned, words in told:
        is_first = planned.is_sent and planned.at.date() not in seen
        seen |= {planned.at.date()} if is_first else set()
        found.append(
            Line(
                planned,
                channel=str(Channel(planned.channel).label) if planned.channel else "",
                category=str(Category(planned.category).label),
                why=reasons.sentence(planned.reasons),
                words=words,
                anchor=_anchor(planned.at.date()) if is_first else "",
            )
        )
    return found


def months(coming: Sequence[Line], *, today: date, days: int, place: Place) -> list[Month]:
    """The months that `days` days from today on lie in. coming: what is sent."""
    counts = Counter(map(_day, coming))
    last, weekdays = today + timedelta(days=days), _weekdays(place)
    return [
        Month(
            first,
            weekdays=weekdays,
            weeks=tuple(_weeks(first, counts, Span(today, last), place)),
            days=tuple(tuple(lines) for day, lines in groupby(coming, _day) if day.replace(day=1) == first),
        )
        for first in _firsts(today, last)
    ]


def _weeks(first: date, counts: Mapping[date, int], span: Span, place: Place) -> Iterator[tuple[Cell, ...]]:
    """The month's weeks that are not all over."""
    for week in calendar.Calendar(place.first_weekday).monthdatescalendar(first.year, first.month):
        cells = tuple(
            Cell(day, counts.get(day, 0), day.month == first.month and span.first <= day <= span.last)
            for day in week
        )
        if any(cell.is_shown for cell in cells):
            yield cells


def _firsts(today: date, last: date) -> Iterator[date]:
    first = today.replace(day=1)
    while first <= last:
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


def _day(line: Line) -> date:
    return line.planned.at.date()


@cache
def _first_weekday(country: str) -> int:
    """Babel looks through all its files for a locale that it has no file of."""
    try:
        return int(Locale.parse(f"und_{country}").first_week_day)
    except UnknownLocaleError:  # most of the world's
        return 0


@cache
def _weekdays(place: Place) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(place.language, sep="-").days["stand-alone"]
    order = [(place.first_weekday + number) % 7 for number in range(7)]
    return tuple((str(names["narrow"][one]), str(names["wide"][one])) for one in order)


def _anchor(day: date) -> str:
    return f"day-{day.isoformat()}"
