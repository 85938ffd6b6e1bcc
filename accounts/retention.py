"""What is deleted by age: one registry. What the law or the record keeps is in none of it.

Each app adds its kinds when it is ready (`<app>/retention_kinds.py`); RETENTION_DAYS sets other spans. Never deleted:
agreements, bills, payments, messages and their attempts, conversations, the record of choices, used invitations, and
the log of what staff changed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

log = logging.getLogger(__name__)
BATCH = 1_000  # rows of one statement, which is one transaction: nobody waits long for a lock


@dataclass(frozen=True)
class Kind:
    """Rows that may go, all of one table."""

    name: str  # in RETENTION_DAYS
    days: int  # kept, unless RETENTION_DAYS says otherwise
    rows: Callable[[datetime], QuerySet[Any]]  # those that were over before this instant


KINDS: dict[str, Kind] = {}


def add(*kinds: Kind) -> None:
    for kind in kinds:
        KINDS[kind.name] = kind


def days_of(kind: Kind) -> float:
    """0: kept for ever."""
    return settings.RETENTION_DAYS.get(kind.name, kind.days)


def run(*, now: datetime, until: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Delete what is too old, in batches, until nothing is or `until` is true. Returns how many of each kind.

    Killed at any instant it leaves whole batches, and the next run goes on.
    """
    deleted = {}
    for kind in KINDS.values():
        if days := days_of(kind):
            deleted[kind.name] = _delete(kind.rows(now - timedelta(days=days)), until)
            log.info("deleted_by_age kind=%s rows=%d", kind.name, deleted[kind.name])
    return deleted


def _delete(rows: QuerySet[Any], until: Callable[[], bool]) -> int:
    """No order is asked for, so that the index of the age, not that of the key, finds them."""
    total = 0
    while not until() and (keys := list(rows.order_by().values_list("pk", flat=True)[:BATCH])):
        total += rows.filter(pk__in=keys).delete()[0]  # the condition again: a row may have changed meanwhile
    return total
