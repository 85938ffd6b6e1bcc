"""Two pages for machines: is the process alive, and can the portal do its work? Neither knows of a person."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from notifications.engine import PLAN
from notifications.models import Tick

LATE_SLOTS = 5  # a deploy skips one or two slots; five without one is an engine that stands still


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else: restarting the web server mends no database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Status 503 where the database or the cache is away, or the engine's clock stands still."""
    facts = state(now=timezone.now())
    return JsonResponse(facts, status=200 if facts["ready"] else 503)


def state(*, now: datetime) -> dict[str, bool | float | None]:
    """engine_seconds: age of the last finished slot of the engine's clock; None where there is none."""
    database, age = _engine_age(now)
    is_late = age is None or age > LATE_SLOTS * settings.ENGINE_SLOT.total_seconds()
    cache_answers = _cache_answers()
    return {
        "ready": database and cache_answers and not is_late,
        "database": database,
        "cache": cache_answers,
        "engine_seconds": age,
    }


def _engine_age(now: datetime) -> tuple[bool, float | None]:
    """Does the database answer, and how old is the last slot? One row, by the index on (name, slot)."""
    finished = Tick.objects.filter(name=PLAN, finished_at__isnull=False).order_by("-slot")
    try:
        last = finished.values_list("finished_at", flat=True).first()
    except DatabaseError:
        return False, None
    return True, round((now - last).total_seconds(), 1) if last else None


def _cache_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True
