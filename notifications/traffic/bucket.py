"""How fast a provider may be called: a token bucket for each provider and sender, shared by all workers.

One Lua script, by the server's own clock, asked once per batch and provider: for n tokens it gives m, and says when the
others have their turn. Codes that a person waits for take theirs without asking: they find RESERVE of the bucket left
to them, and may put it into debt, which the reminders pay back by waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic

from django.conf import settings
from django.core.cache import cache as django_cache
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError

from notifications.traffic.shared import client, is_away

BURST = 1.0  # seconds of the rate that may go out at once
RESERVE = 0.2  # of the burst, for codes
# While the server is away each worker keeps to a part of the rate of its own, so that even several of them keep to it.
ALONE = 0.1

LONGEST_PROMISE = 900  # seconds; rows that wait longer are all told this

# KEYS[1]: the bucket. ARGV: tokens a second, burst, wanted, floor (tokens that must stay), force (1: always given),
# longest promise. Returns the tokens given, and the milliseconds until the first of the others has its turn: turns are
# given out one after the other, so that a queue of an hour is not looked at anew each second.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local floor, force, longest = tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'turn')
local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local given = wanted
if not force then given = math.max(0, math.min(wanted, math.floor(tokens - floor))) end
tokens = math.max(tokens - given, -burst)
local turn = math.max(tonumber(kept[3]) or 0, now + math.max(0, floor + 1 - tokens) / rate)
local first = math.min(turn, now + longest)
if wanted > given then turn = first + (wanted - given) / rate end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now),
           'turn', string.format('%.6f', turn))
redis.call('EXPIRE', KEYS[1], math.ceil(2 * burst / rate) + 2 * longest)
return {given, math.ceil((first - now) * 1000)}
"""


@dataclass(frozen=True)
class Granted:
    tokens: int
    wait: float = 0.0  # seconds until the first one that was not given has its turn
    rate: float = 0.0  # tokens a second; 0: without limit


@dataclass
class Alone:
    """A bucket of this process's own, for while the server is away. No burst: it starts empty."""

    rate: float  # tokens a second
    tokens: float = 0.0
    at: float | None = None  # monotonic

    def take(self, wanted: int, *, now: float) -> Granted:
        passed = now - self.at if self.at is not None else 0.0
        self.tokens = min(max(1.0, self.rate * BURST), self.tokens + passed * self.rate)
        self.at = now
        given = max(0, min(wanted, int(self.tokens)))
        self.tokens -= given
        return Granted(given, max(0.0, 1 - self.tokens) / self.rate, self.rate)


def rate(provider: str) -> float:
    """Messages a second; 0: without limit."""
    return float(settings.PROVIDER_RATES.get(provider, 0))


def take(provider: str, sender: str, wanted: int) -> Granted:
    """Ask for tokens. What is not given waits in its row."""
    if not (per_second := rate(provider)):
        return Granted(wanted)
    burst = max(1.0, per_second * BURST)
    floor = RESERVE * burst if burst > 1 else 0.0
    if not is_away():
        try:
            return _asked(provider, sender, wanted, (per_second, burst, floor, 0))
        except RedisError:
            is_away(failed=True)
    return _alone(provider, per_second).take(wanted, now=monotonic())


def take_for_a_code(provider: str, sender: str) -> None:
    """One token for a code, whatever is left: it never waits, and the reminders after it do."""
    if not (per_second := rate(provider)) or is_away():
        return
    try:
        _asked(provider, sender, 1, (per_second, max(1.0, per_second * BURST), 0.0, 1))
    except RedisError:
        is_away(failed=True)


def levels(senders: Mapping[str, str]) -> dict[str, float]:
    """The tokens in the buckets of those that have a rate. senders: by provider. Empty where the server is away."""
    limited = {name: from_whom for name, from_whom in senders.items() if rate(name)}
    if not limited or is_away():
        return {}
    asking = client().pipeline(transaction=False)
    asking.time()
    for name, from_whom in limited.items():
        asking.hmget(_key(name, from_whom), "tokens", "at")
    try:
        (seconds, micro), *found = asking.execute()
    except RedisError:
        is_away(failed=True)
        return {}
    now = seconds + micro / 1e6
    return {name: _level(rate(name), *kept, now=now) for name, kept in zip(limited, found, strict=True)}


def _level(per_second: float, tokens: str | None, at: str | None, *, now: float) -> float:
    burst = max(1.0, per_second * BURST)
    return min(burst, float(tokens) + max(0.0, now - float(at)) * per_second) if tokens and at else burst


def _key(provider: str, sender: str) -> str:
    return str(django_cache.make_key(f"traffic:bucket:{provider}:{sender}"))


def _asked(provider: str, sender: str, wanted: int, terms: tuple[float, float, float, int]) -> Granted:
    per_second, burst, floor, force = terms
    given, milliseconds = _script(client())(
        keys=[_key(provider, sender)], args=[per_second, burst, wanted, floor, force, LONGEST_PROMISE]
    )
    return Granted(int(given), int(milliseconds) / 1000, per_second)


@cache
def _script(redis: Redis) -> Script:
    return redis.register_script(TAKE)


@cache
def _alone(provider: str, per_second: float) -> Alone:
    return Alone(max(per_second * ALONE, 0.01))
