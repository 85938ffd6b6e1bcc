"""The audit of calls, and with it idempotency: a repetition of a call gets the first one's answer."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.translation import override

from loans.api.keys import need
from loans.api.schemas import Batch, BatchOut, Result
from loans.models import ApiCall, ApiKey
from loans.models.api import Scope

HEADER = "Idempotency-Key"
UNFINISHED = timedelta(minutes=2)  # longer than any batch takes; after it the worker is taken for dead
OK = 200
Upsert = Callable[..., list[Result]]  # of loans.api.upserts


class BadKey(ValueError):
    """The idempotency key cannot be used for this call."""


class NotJson(Exception):
    """The body does not say that it is JSON."""


class StillRunning(Exception):
    """The first call with this idempotency key is not finished."""


def audit(request: Any, scope: Scope) -> ApiKey:
    """Check the scope and write a reading call down. NotAllowed: the key may not."""
    key = need(request, scope)
    ApiCall.objects.create(key=key, method=request.method, path=_path(request), status=OK)
    return key


def write(request: Any, scope: Scope, batch: Batch[Any], upsert: Upsert) -> dict[str, Any]:
    """Write a batch once for the call's idempotency key. Returns the answer.

    A repetition after a crash does the work again: batches leave alone what is already so.
    NotAllowed, NotJson, BadKey, StillRunning.
    """
    if request.content_type != "application/json":
        raise NotJson
    key, now = need(request, scope), timezone.now()
    call = _begin(request, key, len(batch.rows), now)
    if call.answer is not None:
        return call.answer  # type: ignore[no-any-return]
    with override("en"):  # what a system is told does not hang on the language of its HTTP client
        answer = BatchOut.of(upsert(batch.rows, now=now)).dict()
    call.status, call.refused = OK, answer["refused"]
    call.answer = answer if call.idempotency_key else None
    call.save(update_fields=["status", "refused", "answer"])
    return answer


def _begin(request: HttpRequest, key: ApiKey, rows: int, now: datetime) -> ApiCall:
    """This call's row, or the one of the call it repeats."""
    name = request.headers.get(HEADER, "")
    if len(name) > 64 or not name.isprintable():
        raise BadKey(f"{HEADER} is up to 64 visible characters.")
    digest = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
    call = ApiCall(
        key=key, at=now, method=request.method or "", path=_path(request), rows=rows, idempotency_key=name,
        request_digest=digest,
    )  # fmt: skip
    try:
        with transaction.atomic():
            call.save()
    except IntegrityError:
        return _first(key, name, digest, now)
    return call


def _first(key: ApiKey, name: str, digest: str, now: datetime) -> ApiCall:
    first = ApiCall.objects.get(key=key, idempotency_key=name)
    if first.request_digest != digest:
        raise BadKey(f"This {HEADER} was used for another request. Use a new one for each request.")
    if first.answer is not None:
        return first
    taken = ApiCall.objects.filter(pk=first.pk, at=first.at, at__lt=now - UNFINISHED).update(at=now)
    if not taken:
        raise StillRunning
    return first


def _path(request: HttpRequest) -> str:
    return escape_uri_path(request.path)[:200]  # a path may hold what no column takes
