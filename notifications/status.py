"""How the engine stands at one instant, for operators: read only, six queries, nothing about a person.

What they cost follows what is due, what is being called and what was sent in the last hour: each walks a partial
index of the queue, or the hour's blocks, and none a whole table.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from notifications.engine import PLAN
from notifications.models import Attempt, Lane, ProviderEvent, Tick
from notifications.settle import LEASE
from notifications.words import AttemptState

LOOKED_BACK = timedelta(hours=1)  # at the attempts


@dataclass(frozen=True)
class Status:
    """The engine at one instant. Ages are in seconds; None: there is nothing to have an age."""

    tick_age: float | None  # of the last slot that finished
    due_lanes: int  # borrowers who wait for a worker
    queue_age: float | None  # how long the first of them has waited
    leases: int  # borrowers who are with a worker
    lapsed_leases: int  # of a worker that died; the next tick frees them
    overdue_calls: int  # without an answer for longer than a lease: the next tick makes them unknown
    attempts: dict[str, int]  # state → how many of those begun in the last hour
    unknown: int  # of these, perhaps sent, and never sent again
    open_events: int  # receipts that no attempt was found for yet, and replies not yet heeded

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read(*, now: datetime) -> Status:
    """now: UTC."""
    queue = _queue(now)
    leases = Lane.objects.filter(leased_until__isnull=False).aggregate(
        held=Count("pk", filter=Q(leased_until__gt=now)), lapsed=Count("pk", filter=Q(leased_until__lte=now))
    )
    attempts = _attempts(now)
    return Status(
        tick_age=tick_age(now),
        due_lanes=queue["lanes"],
        queue_age=_age(queue["first"], now),
        leases=leases["held"],
        lapsed_leases=leases["lapsed"],
        overdue_calls=Attempt.objects.filter(state=AttemptState.CALLING, started_at__lt=now - LEASE).count(),
        attempts=attempts,
        unknown=attempts[AttemptState.UNKNOWN],
        open_events=ProviderEvent.objects.filter(handled_at=None).count(),
    )


def _queue(now: datetime) -> dict[str, Any]:
    """The lanes that a claim would find now."""
    is_free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Lane.objects.filter(is_free, next_at__lte=now).aggregate(lanes=Count("pk"), first=Min("next_at"))


def _attempts(now: datetime) -> dict[str, int]:
    begun = Attempt.objects.filter(started_at__gt=now - LOOKED_BACK, started_at__lte=now)
    counted = begun.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(AttemptState.values, 0) | dict(counted)


def tick_age(now: datetime) -> float | None:
    """Seconds since a slot of the engine's clock finished; None: none ever has. One row, by the index."""
    finished = Tick.objects.filter(name=PLAN, finished_at__isnull=False).order_by("-slot")
    return _age(finished.values_list("finished_at", flat=True).first(), now)


def _age(then: datetime | None, now: datetime) -> float | None:
    return round((now - then).total_seconds(), 1) if then else None
