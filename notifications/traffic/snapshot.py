"""How all providers stand at one instant, for metrics and staff: reads only, from what the workers share.

Two round trips to Valkey. While it is away everything reads as new: closed, in full health, with a full bucket.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from notifications.traffic import bucket, health, routing, shared
from notifications.traffic.breaker import State
from notifications.traffic.desk import sender


@dataclass(frozen=True)
class ProviderHealth:
    """One provider of one channel. None: there is nothing to say."""

    channel: str
    provider: str
    weight: float  # as configured
    share: float  # of the channel's next messages: 0 to 1; 0 while its breaker is not closed
    error_rate: float  # of its last calls, 0 to 1
    delivery_seconds: float  # until a phone has a message
    breaker: str  # notifications.traffic.breaker.State
    opens_in: float | None  # seconds until the next probes, where the breaker is open
    rate: float | None  # most messages a second
    tokens: float | None  # in the bucket now; below 0 while codes have run ahead


def read(*, now: datetime) -> tuple[ProviderHealth, ...]:
    """In the order of the settings."""
    at = now.timestamp()
    ways = [(channel, name) for channel, names in settings.CHANNEL_PROVIDERS.items() for name in names]
    standing = shared.read(ways)
    levels = bucket.levels({name: sender(name) for _, name in ways})
    found = []
    for channel, weights in settings.CHANNEL_PROVIDERS.items():
        healths = {name: standing[channel, name].health for name in weights}
        closed = {
            name: weight
            for name, weight in weights.items()
            if standing[channel, name].breaker.state is State.CLOSED
        }
        parts = routing.shares(closed, healths, now=at)
        for name, weight in weights.items():
            known = standing[channel, name].breaker
            found.append(
                ProviderHealth(
                    channel=channel,
                    provider=name,
                    weight=weight,
                    share=parts.get(name, 0.0),
                    error_rate=health.error_rate(healths[name], now=at),
                    delivery_seconds=health.delivery_seconds(healths[name], now=at),
                    breaker=known.state.value,
                    opens_in=max(0.0, known.until - at) if known.state is State.OPEN else None,
                    rate=bucket.rate(name) or None,
                    tokens=levels.get(name),
                )
            )
    return tuple(found)
