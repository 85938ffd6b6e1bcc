"""How well a provider has done of late, as one number between 0 and 1. Pure.

Everything a provider did counts half as much after each HALF_LIFE: an exponentially weighted moving average, kept as
four sums that fade together. With d = 0.5 ** (age / HALF_LIFE), so that what was last told `age` seconds ago fades:

    error rate     e = d·faults / (d·calls + DOUBT)
    delivery time  t = (d·seconds + DOUBT·USUAL) / (d·receipts + DOUBT)
    health         h = (1 - e)² · min(1, USUAL / t)

DOUBT is what is held against a rash judgement: so many calls without a fault, and receipts in the usual time, are
taken for granted. It also brings h back to 1: as d goes to 0, e goes to 0 and t to USUAL. The square makes a provider
that loses a tenth of its messages keep 81 % of its share, and one that loses half 25 %.

100 calls with 30 faults just now, no receipts: e = 30/120 = 0.25, h = 0.5625. Five minutes later, nothing heard
since: d = 0.5, e = 15/70 = 0.21, h = 0.62. After an hour: d = 1/4096, h = 0.999.
"""

from dataclasses import dataclass, replace

HALF_LIFE = 300.0  # seconds
DOUBT = 20.0  # calls, and receipts
USUAL = 20.0  # seconds until a phone has a text; who is quicker gains nothing by it


@dataclass(frozen=True)
class Health:
    """The sums, as they stood at `at`."""

    calls: float = 0.0
    faults: float = 0.0  # refused for a reason of the provider's own, or without a clear answer
    receipts: float = 0.0  # that said "delivered"
    seconds: float = 0.0  # from the call until each of these
    at: float = 0.0  # seconds since 1970


def faded(health: Health, *, now: float) -> Health:
    """The same, seen from `now`. A clock that went back makes nothing grow."""
    d = 0.5 ** (max(0.0, now - health.at) / HALF_LIFE)
    return Health(health.calls * d, health.faults * d, health.receipts * d, health.seconds * d, now)


def with_calls(health: Health, *, calls: int, faults: int, now: float) -> Health:
    """After calls that were answered, or were not."""
    before = faded(health, now=now)
    return replace(before, calls=before.calls + calls, faults=before.faults + faults)


def with_receipt(health: Health, *, seconds: float, now: float) -> Health:
    """After a receipt that came so long after its call."""
    before = faded(health, now=now)
    return replace(before, receipts=before.receipts + 1, seconds=before.seconds + max(0.0, seconds))


def error_rate(health: Health, *, now: float) -> float:
    seen = faded(health, now=now)
    return seen.faults / (seen.calls + DOUBT)


def delivery_seconds(health: Health, *, now: float) -> float:
    seen = faded(health, now=now)
    return (seen.seconds + DOUBT * USUAL) / (seen.receipts + DOUBT)


def factor(health: Health, *, now: float) -> float:
    """By what a provider's weight is multiplied: in (0, 1], and 1 where nothing is known."""
    slowness = delivery_seconds(health, now=now) / USUAL
    return (1.0 - error_rate(health, now=now)) ** 2 / max(1.0, slowness)
