"""Two pages for machines: is the process alive, and can the portal do its work? Neither knows of a person."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from notifications import status, workers


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
    """engine_seconds: age of the last finished slot of the engine's clock; None where there is none.

    workers, late_workers: how many give signs of life, and how many no longer do; None where nobody can tell. One
    late worker among others is the orchestrator's to mend (`worker_ready`); the portal is not ready where all are.
    """
    found = _engine(now)
    cache_answers = _cache_answers()
    return {
        "ready": found is not None and found.goes and cache_answers,
        "database": found is not None,
        "cache": cache_answers,
        "engine_seconds": found.age if found else None,
        "workers": found.workers if found else None,
        "late_workers": found.late_workers if found else None,
    }


@dataclass(frozen=True)
class _Engine:
    age: float | None  # seconds since a slot finished
    workers: int
    late_workers: int

    @property
    def goes(self) -> bool:
        """Its clock goes; and where workers are known, one of them is alive."""
        all_are_late = self.late_workers > 0 and self.workers == 0
        return self.age is not None and self.age <= workers.late_after().total_seconds() and not all_are_late


def _engine(now: datetime) -> _Engine | None:
    """None: the database does not answer. Two queries: one row by the index on (name, slot), a row per worker."""
    try:
        age = status.tick_age(now)
        late = [one.is_late for one in workers.seen(now=now)]
    except DatabaseError:
        return None
    return _Engine(age, late.count(False), late.count(True))


def _cache_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True
