"""The work desk on the staff's first page: what waits for a person, by what this member of staff may see.

Each app adds its lines when it is ready (`<app>/desk_lines.py`). A line is read only for who has its right: nobody
else pays for it, or learns that there is something. Each costs a query or two over an index, and counts no further than
MOST.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User

# Rows. A figure that reaches it means "at least": to work through them, nobody needs to know more.
MOST = 1000


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits."""

    what: str
    number: int
    address: str  # of the list that shows exactly these
    note: str = ""  # since when, or until when
    is_pressing: bool = False  # something is late already, or stands still

    @property
    def figure(self) -> str:
        return f"{MOST:,}+" if self.number >= MOST else f"{self.number:,}"


@dataclass(frozen=True)
class Line:
    """right: of who may see what it finds."""

    right: str
    read: Callable[[datetime], Iterable[Waiting]]


LINES: list[Line] = []


def add(*lines: Line) -> None:
    LINES.extend(lines)


def of(user: User, *, now: datetime) -> list[Waiting]:
    """What waits now, the pressing first. now: UTC."""
    found = [each for line in LINES if user.has_perm(line.right) for each in line.read(now) if each.number]
    return sorted(found, key=lambda each: not each.is_pressing)


def rows(model: str, **filters: str) -> str:
    """The address of a table's list, filtered. model: "app.name"."""
    address = reverse(f"admin:{model.replace('.', '_')}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address
