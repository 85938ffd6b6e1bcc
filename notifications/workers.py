"""Who works: each worker leaves a beat, so that one that hangs is told from one that is idle.

`run_engine` beats in its loop, between batches too. A Celery node beats by a task of its own that every node is
sent (notifications.tasks.pulse): a beat says that the node takes tasks, runs them and reaches the database.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.utils import timezone

from notifications.models import Worker

LATE_SLOTS = 5  # a deploy skips one or two slots; five without a sign of life is something that stands still
FORGOTTEN = timedelta(hours=1)  # by then somebody has mended it, or it is gone for good


@dataclass(frozen=True)
class Seen:
    """One worker as it was last seen."""

    name: str
    host: str
    age: float  # seconds since its last beat
    is_late: bool


def late_after() -> timedelta:
    """How long a worker, or the engine's clock, may be silent before it counts as standing still."""
    slots: timedelta = LATE_SLOTS * settings.ENGINE_SLOT
    return slots


def host() -> str:
    """This machine or container. In a pod: the pod's name."""
    return socket.gethostname()


def beat(name: str, *, now: datetime, process: int | None = None) -> None:
    """`name` is alive. One statement."""
    row = Worker(name=name, host=host(), process=process, beat_at=now)
    Worker.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["host", "process", "beat_at"],
    )


def leave(name: str) -> None:
    """`name` has ended as it should, and is missed by nobody."""
    Worker.objects.filter(pk=name).delete()


def seen(*, now: datetime) -> list[Seen]:
    """All that beat within the last hour, by name. One query; the table has a row per worker."""
    rows = Worker.objects.filter(beat_at__gt=now - FORGOTTEN).order_by("pk")
    ages = ((row, now - row.beat_at) for row in rows)
    return [Seen(row.name, row.host, round(age.total_seconds(), 1), age > late_after()) for row, age in ages]


class Heart:
    """The beats of one process: one each ENGINE_TICK at the most, however often it is asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._next = 0.0  # monotonic seconds

    def beat(self) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + settings.ENGINE_TICK.total_seconds()
        beat(self.name, now=timezone.now(), process=os.getpid())


@contextmanager
def at_work(kind: str) -> Iterator[Heart]:
    """A process that works by itself, for as long as it does; also clears away whom kill -9 took on this host.

    One that breaks stays on the list: it did not end as it should, and starting it again takes its place.
    """
    _bury()
    heart = Heart(f"{kind}@{host()}:{os.getpid()}")
    heart.beat()
    yield heart
    leave(heart.name)


def _bury() -> None:
    here = Worker.objects.filter(host=host(), process__isnull=False).values_list("pk", "process")
    Worker.objects.filter(pk__in=[name for name, process in here if not _runs(process)]).delete()


def _runs(process: int | None) -> bool:
    """Is there a process of this number? Somebody else's counts too: numbers come again."""
    try:
        os.kill(process or 0, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
