"""How the engine stands at one instant, for operators: read only, ten queries and two round trips to Valkey, nothing
about a person.

Read by the command, the metrics and the staff page alike. What it costs follows what is due, what is being called and
what the last minutes sent, each within a bound: every query walks a partial index, or the blocks of some minutes, and
none a whole table. docs/operation.md has the figures.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from notifications import workers
from notifications.engine import PLAN
from notifications.models import Attempt, Lane, ProviderEvent, Tick
from notifications.settle import LEASE
from notifications.traffic import snapshot
from notifications.traffic.snapshot import ProviderHealth
from notifications.words import AttemptState, Channel, Delivery
from notifications.workers import Seen

WINDOW = timedelta(minutes=5)  # of rates: at full speed half a million attempts a worker
RECEIPTS_TAKE = timedelta(minutes=30)  # what a provider has not told of by then it may never tell of
UNKNOWN_FOR = timedelta(days=1)  # how long somebody may want to look into what was perhaps sent
MOST_COUNTED = 100_000  # rows; a figure that reaches it means "at least"


@dataclass(frozen=True)
class Flow:
    """What became, so far, of the attempts begun in the last WINDOW by one way."""

    channel: str
    provider: str
    state: str
    number: int


@dataclass(frozen=True)
class Receipts:
    """Of the messages of the WINDOW that ended RECEIPTS_TAKE ago: of how many has the provider told?"""

    channel: str
    provider: str
    accepted: int
    told: int


@dataclass(frozen=True)
class Status:
    """The engine at one instant. Ages are in seconds; None: there is nothing to have an age."""

    tick_age: float | None  # of the last slot that finished
    planned: int  # reminders written by the slots of the last WINDOW
    due_lanes: int  # borrowers who wait for a worker; at most MOST_COUNTED
    queue_age: float | None  # how long the first of them has waited
    leases: int  # borrowers who are with a worker
    set_aside: (
        int  # borrowers whom no claim brings to an outcome (notifications.quarantine); somebody must look
    )
    lapsed_leases: int  # of a worker that died; the next tick frees them
    overdue_calls: int  # without an answer for longer than a lease: the next tick makes them unknown
    flow: tuple[Flow, ...]
    attempts: dict[str, int]  # state → how many of those begun in the last WINDOW, whatever their way
    unknown: int  # begun in the last day, perhaps sent, and never sent again; at most MOST_COUNTED
    open_events: (
        int  # receipts that no attempt was found for yet, and replies not yet heeded; at most MOST_COUNTED
    )
    event_age: float | None  # how long the first of them has waited
    receipts: tuple[Receipts, ...]
    workers: tuple[Seen, ...]
    providers: tuple[ProviderHealth, ...]  # breakers, shares and buckets, which the workers share in Valkey

    def per_minute(self, number: int) -> float:
        """A number of the WINDOW as a rate."""
        return round(number / (WINDOW.total_seconds() / 60), 1)

    @property
    def late_workers(self) -> int:
        return sum(one.is_late for one in self.workers)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read(*, now: datetime) -> Status:
    """now: UTC."""
    queue, leases, events, flow = _queue(now), _leases(), _events(), _flow(now)
    by_state: Counter[str] = Counter()
    for each in flow:
        by_state[each.state] += each.number
    return Status(
        tick_age=tick_age(now),
        planned=Tick.objects.filter(name=PLAN, slot__gt=now - WINDOW).aggregate(all=Sum("planned"))["all"]
        or 0,
        due_lanes=queue["lanes"],
        queue_age=_age(queue["first"], now),
        leases=leases["held"],
        set_aside=leases["set_aside"],
        lapsed_leases=leases["lapsed"],
        overdue_calls=Attempt.objects.filter(state=AttemptState.CALLING, started_at__lt=now - LEASE).count(),
        flow=flow,
        attempts={state: by_state[state] for state in AttemptState.values},
        unknown=unknowns(now=now)[:MOST_COUNTED].count(),
        open_events=events["open"],
        event_age=_age(events["first"], now),
        receipts=_receipts(now),
        workers=tuple(workers.seen(now=now)),
        providers=snapshot.read(now=now),
    )


def tick_age(now: datetime) -> float | None:
    """Seconds since a slot of the engine's clock finished; None: none ever has. One row, by the index."""
    finished = Tick.objects.filter(name=PLAN, finished_at__isnull=False).order_by("-slot")
    return _age(finished.values_list("finished_at", flat=True).first(), now)


def unknowns(*, now: datetime) -> QuerySet[Attempt]:
    """What was perhaps sent in the last day, the latest first."""
    begun = {"started_at__gt": now - UNKNOWN_FOR, "started_at__lte": now}
    return Attempt.objects.filter(state=AttemptState.UNKNOWN, **begun).order_by("-started_at")


def _queue(now: datetime) -> dict[str, Any]:
    """The lanes that a claim would find now, oldest first."""
    is_free = Q(leased_until=None) | Q(leased_until__lte=Now())
    due = Lane.objects.filter(is_free, next_at__lte=now, set_aside_at=None).order_by("next_at")
    return due[:MOST_COUNTED].aggregate(lanes=Count("pk"), first=Min("next_at"))


def _leases() -> dict[str, Any]:
    rows = Lane.objects.filter(Q(leased_until__isnull=False) | Q(set_aside_at__isnull=False))
    return rows.aggregate(
        held=Count("pk", filter=Q(leased_until__gt=Now())),
        lapsed=Count("pk", filter=Q(leased_until__lte=Now())),
        set_aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
    )


def _events() -> dict[str, Any]:
    waiting = ProviderEvent.objects.filter(handled_at=None).order_by("received_at")
    return waiting[:MOST_COUNTED].aggregate(open=Count("pk"), first=Min("received_at"))


def _flow(now: datetime) -> tuple[Flow, ...]:
    begun = Attempt.objects.filter(started_at__gt=now - WINDOW, started_at__lte=now)
    counted = begun.values_list("channel", "provider", "state").annotate(Count("pk"))
    return tuple(Flow(*row) for row in counted.order_by("channel", "provider", "state"))


def _receipts(now: datetime) -> tuple[Receipts, ...]:
    until = now - RECEIPTS_TAKE
    accepted = Attempt.objects.filter(
        started_at__gt=until - WINDOW, started_at__lte=until, state=AttemptState.ACCEPTED
    ).exclude(channel=Channel.INBOX)
    told = Count("pk", filter=Q(delivery__gt=Delivery.NONE))
    counted = accepted.values_list("channel", "provider").annotate(accepted=Count("pk"), told=told)
    return tuple(Receipts(*row) for row in counted.order_by("channel", "provider"))


def _age(then: datetime | None, now: datetime) -> float | None:
    return round((now - then).total_seconds(), 1) if then else None
