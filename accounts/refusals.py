"""What was refused: one line in the log, with ids only, and a count by the minute for the whole house.

Who guesses codes, leafs through other people's ids or runs into limits shows here; docs/operation.md has the alerts.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

WINDOW = 5  # minutes that a rate is told of
_KEPT = (WINDOW + 1) * 60  # seconds


class Kind(StrEnum):
    """Why something was refused."""

    SIGN_IN = "sign_in"  # a wrong password, code or second step
    STEP_UP = "step_up"  # the same, of who is signed in already
    CODE = "code"  # a wrong code for an address, or a wrong answer to a claim
    FORBIDDEN = "forbidden"  # no right, no key, no signature, or a form without its token
    NOT_THERE = "not_there"  # a row that does not exist, or is somebody else's
    METHOD = "method"  # an address that is asked as it cannot be
    LIMITED = "limited"  # too often


# A 404 of an address that we do not have is the noise of the internet, and left out: see RefusalMiddleware.
BY_STATUS = {
    401: Kind.FORBIDDEN,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_THERE,
    405: Kind.METHOD,
    415: Kind.METHOD,
    429: Kind.LIMITED,
}


def note(kind: Kind, **ids: object) -> None:
    """ids: names and ids of ours only, never what somebody typed."""
    log.warning("refused kind=%s%s", kind.value, "".join(f" {name}={each}" for name, each in ids.items()))
    key = _key(kind, timezone.now())
    try:
        cache.add(key, 0, timeout=_KEPT)
        cache.incr(key)
    except (RedisError, ValueError):  # away, or fallen out just now: the line in the log stands
        return


def per_minute(*, now: datetime) -> dict[Kind, float]:
    """How many of each kind a minute, over the last five. Empty where the cache is away."""
    minutes = [now - timedelta(minutes=ago) for ago in range(WINDOW)]
    keys = {kind: [_key(kind, minute) for minute in minutes] for kind in Kind}
    try:
        found = cache.get_many([key for each in keys.values() for key in each])
    except RedisError:
        return {}
    return {kind: sum(found.get(key, 0) for key in each) / WINDOW for kind, each in keys.items()}


def _key(kind: Kind, at: datetime) -> str:
    return f"accounts:refused:{kind.value}:{int(at.timestamp()) // 60}"
