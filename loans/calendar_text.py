"""Lines of an iCalendar file, and the days a rule stands for. Pure. Source: RFC 5545."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

LINE_BREAK = "\r\n"
NOON = time(12)
LONGEST = 75  # octets of a line without its break (3.1)

_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


def escape(text: str) -> str:
    """A TEXT value as it is written (3.3.11): backslash, semicolon, comma and line break get a backslash."""
    text = text.replace(LINE_BREAK, "\n").replace("\r", "\n")
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def unescape(text: str) -> str:
    """What an escaped TEXT value says."""
    signs, out = iter(text), []
    for sign in signs:
        if sign == "\\":
            sign = next(signs, "\\")
            sign = "\n" if sign in "nN" else sign
        out.append(sign)
    return "".join(out)


def fold(line: str) -> str:
    """A content line with its breaks: at most 75 octets each, continued after one space (3.1).

    No character is cut in two, so that each line is UTF-8 by itself, as some readers want it.
    """
    lines, room = [""], LONGEST
    for sign in line:
        octets = len(sign.encode())
        if octets > room:
            lines.append(" ")
            room = LONGEST - 1
        lines[-1] += sign
        room -= octets
    return LINE_BREAK.join(lines) + LINE_BREAK


def unfold(text: str) -> list[str]:
    """The content lines of a folded text."""
    return text.replace(LINE_BREAK + " ", "").replace(LINE_BREAK + "\t", "").split(LINE_BREAK)[:-1]


def occurrences(start: date, rule: str) -> Iterator[date]:
    """The days of a recurrence rule (3.3.10), without end where it names none.

    31 January, `FREQ=MONTHLY`: only months that have a 31st. `BYMONTHDAY=-1` is each month's last day. UNTIL as
    a day takes that day in; as an instant it takes in what lies before it, and a day's event lies at its noon.
    ValueError: no rule.
    """
    until_day_s_end = re.sub(r"(UNTIL=\d{8})(?![T\d])", r"\1T235959", rule)
    try:
        days = rrulestr(until_day_s_end.replace("Z", ""), dtstart=datetime.combine(start, NOON))
    except (ValueError, TypeError) as error:  # TypeError: it does not say how often
        raise ValueError(f"{rule!r} is not a recurrence rule: {error}") from error
    return (day.date() for day in days)
