"""A calendar of due dates as an iCalendar text. Pure. Source: RFC 5545; the calendar's name as RFC 7986 and, for
apps that are older, as X-WR-CALNAME."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loans.calendar_text import escape, fold

PRODUCT = "-//Borrower portal//Due dates//EN"
RINGS_AT = 9  # o'clock, wherever the calendar's owner is: a day's event has no zone
READ_AGAIN = "PT6H"  # how often an app is asked to look


@dataclass(frozen=True)
class Entry:
    """One due date."""

    uid: str  # the same for ever
    day: date
    title: str
    words: str  # empty: no more than the title is told
    sequence: int  # counts the changes
    changed_at: datetime  # UTC


def text(name: str, entries: Sequence[Entry], *, alarm_days: int | None) -> str:
    """The whole file. alarm_days: before each day, at nine; 0: on the day; None: no alarm."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"NAME:{escape(name)}", f"X-WR-CALNAME:{escape(name)}"]
    lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{READ_AGAIN}", f"X-PUBLISHED-TTL:{READ_AGAIN}"]
    for entry in entries:
        lines += _event(entry, alarm_days)
    return "".join(map(fold, [*lines, "END:VCALENDAR"]))


def _event(entry: Entry, alarm_days: int | None) -> Iterator[str]:
    changed = f"{entry.changed_at:%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{changed}"  # in a published calendar the same as LAST-MODIFIED (3.8.7.2)
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escape(entry.title)}"
    if entry.words:
        yield f"DESCRIPTION:{escape(entry.words)}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"  # a due date takes no time of the day
    if alarm_days is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escape(entry.title)}"
        yield f"TRIGGER:{_trigger(alarm_days)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _trigger(days: int) -> str:
    """From the midnight at which the day begins: 9 hours after it, or days × 24 − 9 hours before it."""
    return f"-PT{days * 24 - RINGS_AT}H" if days else f"PT{RINGS_AT}H"
