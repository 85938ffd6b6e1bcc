"""What all workers know of the providers: one value in Valkey for each channel and provider.

Changed by compare-and-set, so that each rule is a pure function in Python and no worker overwrites another's news.
Losing it loses nothing: what is not there is a closed breaker and a provider in the best of health.
"""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache as django_cache
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError

from notifications.traffic import breaker, health
from notifications.traffic.breaker import Breaker
from notifications.traffic.health import Health

logger = logging.getLogger(__name__)

KEPT = 24 * 3600  # seconds after the last news
TURNS = 5  # against other workers, before news is given up
PATIENCE = 0.25  # seconds for one question: the messages behind it must not wait for a rate limiter
AWAY_FOR = 5.0  # seconds until it is asked again after it did not answer

Way = tuple[str, str]  # channel, provider

# KEYS[1]: the value. ARGV: what it was thought to be ("" for none), what it shall be, seconds to keep it.
SWAP = """
local is = redis.call('GET', KEYS[1])
if (is or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


@dataclass(frozen=True)
class Standing:
    """How one provider stands in one channel."""

    health: Health = field(default_factory=Health)
    breaker: Breaker = field(default_factory=Breaker)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, stored: str) -> "Standing":
        """What another version of this code wrote is as good as nothing."""
        try:
            known = json.loads(stored)
            state = breaker.State(known["breaker"].pop("state"))
            return cls(Health(**known["health"]), Breaker(state=state, **known["breaker"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


def read(ways: Iterable[Way]) -> dict[Way, Standing]:
    """One round trip."""
    wanted = list(ways)
    if not wanted or is_away():
        return {way: Standing() for way in wanted}
    try:
        found: Any = client().mget([_key(way) for way in wanted])
    except RedisError:
        is_away(failed=True)
        return {way: Standing() for way in wanted}
    return {
        way: Standing.from_json(text) if text else Standing() for way, text in zip(wanted, found, strict=True)
    }


def take_probes(way: Way, wanted: int, *, now: float) -> int:
    """So many of the messages may try whether the provider is back."""
    taken = 0

    def take(standing: Standing) -> Standing:
        nonlocal taken
        after, taken = breaker.with_probes_taken(standing.breaker, wanted, now=now)
        return replace(standing, breaker=after)

    return taken if _change(way, take) else 0


def tell_calls(way: Way, *, calls: int, faults: int, now: float, patience: float = 0.0) -> None:
    """What came of calls. patience: seconds that the provider asked for."""

    def told(standing: Standing) -> Standing:
        after = breaker.with_calls(standing.breaker, calls=calls, faults=faults, now=now, patience=patience)
        if after.state is not standing.breaker.state:
            logger.warning("breaker_%s channel=%s provider=%s", after.state, *way)
        return Standing(health.with_calls(standing.health, calls=calls, faults=faults, now=now), after)

    _change(way, told)


def tell_delivered(way: Way, *, seconds: float, now: float) -> None:
    """A receipt: so long after its call the phone had it."""
    _change(
        way,
        lambda standing: replace(
            standing, health=health.with_receipt(standing.health, seconds=seconds, now=now)
        ),
    )


def _change(way: Way, change: Callable[[Standing], Standing]) -> bool:
    """Was it written? Not where the server is away, or others were quicker TURNS times: then this news is lost."""
    if is_away():
        return False
    key = _key(way)
    try:
        for _ in range(TURNS):
            before: Any = client().get(key) or ""
            after = change(Standing.from_json(before) if before else Standing()).to_json()
            if after == before or _swap(client())(keys=[key], args=[before, after, KEPT]):
                return True
    except RedisError:
        is_away(failed=True)
    return False


_away_until = 0.0


def is_away(*, failed: bool = False) -> bool:
    """Has the server just failed to answer? Then it is left alone for a moment: each question would cost PATIENCE."""
    global _away_until
    if failed:
        logger.warning(
            "traffic_unshared: Valkey does not answer; breakers count as closed, rates are kept alone"
        )
        _away_until = monotonic() + AWAY_FOR
    return monotonic() < _away_until


@cache
def client() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )


@cache
def _swap(redis: Redis) -> Script:
    return redis.register_script(SWAP)


def _key(way: Way) -> str:
    return str(django_cache.make_key("traffic:{}:{}".format(*way)))
