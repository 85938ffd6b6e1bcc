"""Keys: made, shown once, found again by their digest, bounded in what they may and how often."""

import secrets
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.one_way import digest
from loans.models import ApiKey
from loans.models.api import Scope

PREFIX = "bpk_"  # lets secret scanners recognise a leaked one
SHOWN = 12  # characters of it that stay readable
MINUTE = 60  # seconds


class TooManyCalls(Exception):
    """The key's minute is used up. args: seconds until the next one."""


class NotAllowed(Exception):
    """The key's scopes do not hold this. args: the scope."""


def fill(key: ApiKey) -> str:
    """Give an unsaved key its secret, and return it: it is nowhere else."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key.start, key.digest = secret[:SHOWN], digest(secret)
    return secret


def revoke(key: ApiKey, *, now: datetime) -> None:
    """From now on nobody comes in with it. A second time changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


class KeyAuth(HttpBearer):
    """`Authorization: Bearer bpk_…`. Sets request.api_key."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        now = timezone.now()
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        key = ApiKey.objects.filter(unexpired, digest=digest(token), revoked_at=None).first()
        if key is None:
            return None
        _count(key, now)
        if key.last_used_on != now.date():  # one write a day, not one a call
            ApiKey.objects.filter(pk=key.pk).update(last_used_on=now.date())
        return key


def need(request: Any, scope: Scope) -> ApiKey:
    """The key that asks. NotAllowed: it may not do this."""
    key: ApiKey = request.auth
    if scope not in key.scopes:
        raise NotAllowed(scope.value)
    return key


def _count(key: ApiKey, now: datetime) -> None:
    """One call in this minute. The count is the cache's: losing it gives a key one more minute's calls."""
    minute, passed = divmod(int(now.timestamp()), MINUTE)
    place = f"api:{key.pk}:{minute}"
    cache.add(place, 0, 2 * MINUTE)
    try:
        calls = cache.incr(place)
    except ValueError:  # lost in between
        return
    if calls > key.calls_a_minute:
        raise TooManyCalls(MINUTE - passed)
