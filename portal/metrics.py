"""The engine's state and what was refused, for Prometheus: read at each scrape, and true of the whole house.

What a process counts by itself is not here. A scrape reaches one of several web processes, and would show that one's
share; requests are counted by the proxy in front, which sees them all.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from accounts import refusals
from accounts.refusals import Kind
from notifications import status
from notifications.status import Status
from notifications.traffic.breaker import State


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 for whoever may not read it: nobody learns that it is there. 503 where the database is away."""
    if not _may_read(request):
        raise Http404
    try:
        now = status.read(now=timezone.now())
        refused = refusals.per_minute(now=timezone.now())
    except DatabaseError:
        return HttpResponse(status=503)
    return HttpResponse(exposition(now, refused), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def exposition(now: Status, refused: Mapping[Kind, float]) -> bytes:
    """The text that Prometheus reads. refused: by kind, a minute (accounts.refusals)."""
    registry = CollectorRegistry()
    registry.register(StatusCollector(now, refused))
    return generate_latest(registry)


class StatusCollector(Collector):
    """One snapshot's figures. All are gauges: each is how things stand, and none only ever grows."""

    def __init__(self, now: Status, refused: Mapping[Kind, float]) -> None:
        self.now, self.refused = now, refused

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._clock()
        yield from self._queue()
        yield from self._attempts()
        yield from self._events()
        yield from self._providers()
        yield from self._refusals()

    def _clock(self) -> Iterator[GaugeMetricFamily]:
        now = self.now
        # An engine that never ran has no age: its metric is absent, which an alert can ask for.
        yield _gauge("tick_age_seconds", "Since a slot of the engine's clock finished.", now.tick_age)
        yield _gauge("workers", "Workers that give signs of life.", len(now.workers) - now.late_workers)
        yield _gauge("workers_silent", "Workers that have given none for five slots.", now.late_workers)

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        now = self.now
        at_most = f"counted to {status.MOST_COUNTED:,}"
        yield _gauge("borrowers_due", f"Borrowers who wait for a worker, {at_most}.", now.due_lanes)
        yield _gauge("oldest_due_seconds", "How long the first of them has waited.", now.queue_age or 0)
        yield _gauge("borrowers_leased", "Borrowers who are with a worker.", now.leases)
        yield _gauge(
            "leases_lapsed", "Leases of workers that died; the next tick frees them.", now.lapsed_leases
        )
        yield _gauge("calls_overdue", "Calls without an answer for longer than a lease.", now.overdue_calls)
        planned = "Reminders planned a minute, over the last five."
        yield _gauge("reminders_planned_per_minute", planned, now.per_minute(now.planned))

    def _attempts(self) -> Iterator[GaugeMetricFamily]:
        now = self.now
        yield _gauges(
            "attempts_per_minute",
            "Attempts begun a minute, over the last five, by what became of them so far.",
            ("channel", "provider", "state"),
            (((each.channel, each.provider, each.state), now.per_minute(each.number)) for each in now.flow),
        )
        unknown = f"Attempts of the last day that perhaps arrived, counted to {status.MOST_COUNTED:,}."
        yield _gauge("attempts_unknown", unknown, now.unknown)

    def _events(self) -> Iterator[GaugeMetricFamily]:
        now, way = self.now, ("channel", "provider")
        waiting = f"Receipts and replies not yet understood, counted to {status.MOST_COUNTED:,}."
        yield _gauge("provider_events_open", waiting, now.open_events)
        yield _gauge(
            "oldest_provider_event_seconds", "How long the first of them has waited.", now.event_age or 0
        )
        yield _gauges(
            "receipts_expected",
            "Messages accepted in five minutes half an hour ago.",
            way,
            (((each.channel, each.provider), each.accepted) for each in now.receipts),
        )
        yield _gauges(
            "receipts_arrived",
            "Of them, how many the provider has told about.",
            way,
            (((each.channel, each.provider), each.told) for each in now.receipts),
        )

    def _providers(self) -> Iterator[GaugeMetricFamily]:
        """What the workers share of each provider; as new where the cache is away."""
        way, known = ("channel", "provider"), self.now.providers
        yield _gauges(
            "provider_breaker",
            "1 for the state that the provider's circuit breaker is in.",
            (*way, "state"),
            (
                ((each.channel, each.provider, state.value), float(each.breaker == state.value))
                for each in known
                for state in State
            ),
        )
        for name, help_text, figure in (
            ("provider_share_ratio", "Share of the channel's next messages.", "share"),
            ("provider_fault_ratio", "Share of its last calls that failed.", "error_rate"),
            ("provider_delivery_seconds", "Until a phone has a message.", "delivery_seconds"),
        ):
            rows = (((each.channel, each.provider), getattr(each, figure)) for each in known)
            yield _gauges(name, help_text, way, rows)

    def _refusals(self) -> Iterator[GaugeMetricFamily]:
        """Counted in the cache by every web process; nothing is told while it is away."""
        yield _gauges(
            "refusals_per_minute",
            "What was refused a minute, over the last five, by why.",
            ("kind",),
            (((kind.value,), number) for kind, number in self.refused.items()),
        )


def _gauge(name: str, help_text: str, value: float | None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"portal_{name}", help_text, value=value)


def _gauges(
    name: str, help_text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"portal_{name}", help_text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _may_read(request: HttpRequest) -> bool:
    """With the token of the environment; or from this computer, where that is all there is."""
    said = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and constant_time_compare(said, f"Bearer {settings.METRICS_TOKEN}"):
        return True
    return bool(settings.LOCAL and _is_loopback(request.META.get("REMOTE_ADDR", "")))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a Unix socket has none
        return False
