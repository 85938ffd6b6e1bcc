"""Which provider takes a message. Pure: shares from weights and health, and one choice by a point between 0 and 1."""

from collections.abc import Mapping

from notifications.traffic import health
from notifications.traffic.health import Health


def shares(weights: Mapping[str, float], healths: Mapping[str, Health], *, now: float) -> dict[str, float]:
    """Each provider's part of the whole: its weight times its health, of the sum of all. Empty where all weights are 0.

    Weights 3 and 1, the first at half its health: 1.5 and 1, so 0.6 and 0.4. Nothing heard for an hour: 0.75, 0.25.
    """
    pulls = {
        name: weight * health.factor(healths.get(name, Health()), now=now) for name, weight in weights.items()
    }
    whole = sum(pulls.values())
    return {name: pull / whole for name, pull in pulls.items()} if whole > 0 else {}


def choose(shares: Mapping[str, float], point: float) -> str | None:
    """The provider in whose part of the whole the point lies. None: there is nobody to choose.

    point: in [0, 1), drawn for each message. Zero parts are never chosen.
    """
    reached, last = 0.0, None
    for name, part in shares.items():
        if part <= 0:
            continue
        reached, last = reached + part, name
        if point < reached:
            return name
    return last  # sums of floats may end a hair below 1


def by_rank(shares: Mapping[str, float]) -> list[str]:
    """The best first: for a message that a person waits for."""
    return sorted(shares, key=lambda name: -shares[name])
