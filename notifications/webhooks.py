"""Tell the lender's systems what borrowers decide: an outbox row with the decision, a signed POST until it is taken.

At least once: a receiver knows a double by its id. Format and signature: Standard Webhooks 1.0
(standardwebhooks.com): HMAC-SHA256 over "id.timestamp.body", base64, in `webhook-signature: v1,…`.
"""

import asyncio
import base64
import ipaddress
import json
import random
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from django.db import transaction

from accounts.models import Borrower
from loans.pay.signature import SECRET_PREFIX as SECRET_PREFIX
from loans.pay.signature import sign as signature
from notifications.models import Consent, WebhookDelivery, WebhookEndpoint
from notifications.models.webhooks import Event

OF_CONSENT = {
    Consent.Kind.PREFERENCE: Event.PREFERENCE,
    Consent.Kind.STOP: Event.STOP,
    Consent.Kind.START: Event.START,
    Consent.Kind.HOLD: Event.HOLD,
    Consent.Kind.LIFT: Event.LIFT,
}
TIMEOUT = timedelta(seconds=10)  # for one call
LEASE = timedelta(seconds=60)  # a killed sender's rows are due again after it
AT_ONCE = 50
GIVE_UP = timedelta(days=3)  # after it happened
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
GONE = 410  # the receiver wants no more


@dataclass(frozen=True)
class Answer:
    """What the receiver said. status 0: nothing, for the reason in `detail`."""

    status: int
    detail: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def tell(event: Event, borrower: Borrower, data: Mapping[str, Any], *, now: datetime) -> None:
    """Put an event into the outbox of every endpoint that wants it, inside the caller's transaction."""
    wanted = [
        each.pk for each in WebhookEndpoint.objects.filter(is_active=True) if event.value in each.events
    ]
    if not wanted:
        return
    about = {"borrower": borrower.reference, **data}
    body = json.dumps({"type": event.value, "timestamp": now.isoformat(), "data": about}, ensure_ascii=False)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint_id=pk, event=event, body=body, created_at=now, next_attempt_at=now)
        for pk in wanted
    )


def send_due(*, now: datetime) -> int:
    """Send what is due, at most AT_ONCE. Returns how many were taken."""
    due = _claim(now)
    answers = asyncio.run(_post_all(due, now)) if due else []
    for delivery, answer in zip(due, answers, strict=True):
        _settle(delivery, answer, now)
    return sum(answer.is_taken for answer in answers)


def _claim(now: datetime) -> list[WebhookDelivery]:
    """Take due rows by moving their next try behind a lease: any number of senders may run."""
    with transaction.atomic():
        open_ones = WebhookDelivery.objects.filter(next_attempt_at__lte=now, endpoint__is_active=True)
        due = list(
            open_ones.select_related("endpoint")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_attempt_at")[:AT_ONCE]
        )
        keys = [delivery.pk for delivery in due]
        WebhookDelivery.objects.filter(pk__in=keys).update(next_attempt_at=now + LEASE)
    return due


def _settle(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    delivery.tries += 1
    delivery.detail = answer.detail[:200]
    if answer.is_taken:
        delivery.delivered_at, delivery.next_attempt_at = now, None
    else:
        again = now + wait(delivery.tries, share=random.random())  # noqa: S311
        is_over = again > delivery.created_at + GIVE_UP or answer.status == GONE
        delivery.next_attempt_at = None if is_over else again
    delivery.save(update_fields=["tries", "detail", "delivered_at", "next_attempt_at"])
    if answer.status == GONE:
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(is_active=False)


def wait(tries: int, *, share: float) -> timedelta:
    """Half of a ceiling that doubles with each try, 30 s, 60 s … at most 6 hours, and a random share of the other half.

    share: in [0, 1).
    """
    ceiling: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 10))
    return ceiling / 2 * (1 + share)


# ---------- over HTTP ----------


async def _post_all(due: Sequence[WebhookDelivery], now: datetime) -> list[Answer]:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT.total_seconds())
    connector = aiohttp.TCPConnector(resolver=None if settings.LOCAL else PublicOnly())
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        return list(await asyncio.gather(*(_post(session, delivery, now) for delivery in due)))


async def _post(session: aiohttp.ClientSession, delivery: WebhookDelivery, now: datetime) -> Answer:
    """One call. No redirect is followed: it would carry the event to where nobody put it."""
    endpoint, sent_at = delivery.endpoint, int(now.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(endpoint.secret, str(delivery.pk), sent_at, delivery.body),
    }
    if problem := problem_of(endpoint.url):
        return Answer(0, problem)
    try:
        async with session.post(
            endpoint.url, data=delivery.body.encode(), headers=headers, allow_redirects=False
        ) as response:
            return Answer(response.status, f"HTTP {response.status}")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Answer(0, f"no answer: {type(error).__name__}")


def problem_of(url: str) -> str:
    """Why nothing is sent to this address; empty where it may be. In production: HTTPS, to a public host."""
    if settings.LOCAL:
        return ""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return "the address must begin with https://"
    try:
        is_public = ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:  # a name: PublicOnly looks at what it resolves to
        return ""
    return "" if is_public else "the address is not a public one"


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only: a webhook must not reach into the lender's own network."""

    def __init__(self) -> None:
        self._usual = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._usual.resolve(host, port, family)
        public = [each for each in found if ipaddress.ip_address(each["host"]).is_global]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._usual.close()
