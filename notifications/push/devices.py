"""The devices that show a person's push messages: added by the browser, removed by the person or the push service."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Borrower, ContactPoint
from notifications.channels import push_key
from notifications.channels.base import Device
from notifications.models import PushDevice

log = logging.getLogger(__name__)

MOST = 10  # devices of one person: each message goes to all of them
REMOVED, TAKEN_OVER, GONE = (
    "removed by the borrower",
    "somebody else uses this browser",
    "gone, says its push service",
)


@dataclass(frozen=True)
class Subscription:
    """What the browser says, checked by push_form.SubscriptionForm."""

    endpoint: str
    p256dh: str
    auth: str


def is_offered() -> bool:
    """Can the lender send push messages at all?"""
    return "push" in settings.CHANNEL_PROVIDERS


def of(borrower: Borrower) -> QuerySet[PushDevice]:
    """The person's devices in use, the newest first."""
    return PushDevice.objects.filter(
        contact_point__borrower=borrower, contact_point__closed_at=None
    ).order_by("-added_at", "-pk")


def add(borrower: Borrower, subscription: Subscription, *, name: str, now: datetime) -> PushDevice:
    """This browser shows the person's messages from now on, and nobody else's.

    The browser has shown that it can: the endpoint and keys are its own. ValueError, with words for the person: too
    many devices.
    """
    with transaction.atomic():
        Borrower.objects.select_for_update().get(pk=borrower.pk)
        others = of(borrower).exclude(endpoint=subscription.endpoint)
        if others.count() >= MOST:
            text = _("You have %(number)d devices already. Remove one first.")
            raise ValueError(text % {"number": MOST})
        _take_from_others(borrower, subscription.endpoint, now)
        point, _created = ContactPoint.objects.update_or_create(
            borrower=borrower,
            kind=ContactPoint.Kind.PUSH,
            value=hashlib.sha256(subscription.endpoint.encode()).hexdigest(),
            defaults={"verified_at": now, "closed_at": None, "closed_reason": ""},
            create_defaults={"verified_at": now, "source": ContactPoint.Source.BORROWER},
        )
        device, _created = PushDevice.objects.update_or_create(
            contact_point=point,
            defaults={
                "endpoint": subscription.endpoint,
                "p256dh": subscription.p256dh,
                "auth": subscription.auth,
                "key": push_key.public(settings.PUSH_PRIVATE_KEY) if settings.PUSH_PRIVATE_KEY else "",
                "name": name,
                "added_at": now,
            },
        )
    log.info("push_device_added borrower=%s contact_point=%s", borrower.pk, point.pk)
    return device


def _take_from_others(borrower: Borrower, endpoint: str, now: datetime) -> None:
    """Whoever used this browser before must not have their messages shown to the next person."""
    before = PushDevice.objects.filter(endpoint=endpoint).exclude(contact_point__borrower=borrower)
    points = list(before.values_list("contact_point_id", flat=True))
    _close(points, why=TAKEN_OVER, now=now)


def remove(device: PushDevice, *, now: datetime) -> None:
    """The person wants no more messages there."""
    _close([device.pk], why=REMOVED, now=now)


def on_login_deleted(borrower: Borrower, now: datetime, **_: object) -> None:
    """Messages on a screen lead to a login that is no more."""
    _close(list(of(borrower).values_list("pk", flat=True)), why=REMOVED, now=now)


def retire(points: Sequence[int], *, now: datetime) -> None:
    """They are no more: uninstalled, permission withdrawn, or made for another key of ours. Preferences ask again."""
    if points:
        _close(points, why=GONE, now=now)
        log.info("push_devices_gone number=%d", len(points))


def _close(points: Sequence[int], *, why: str, now: datetime) -> None:
    """The contact point stays, for the attempts that name it; the keys go."""
    with transaction.atomic():
        PushDevice.objects.filter(pk__in=points).delete()
        ContactPoint.objects.filter(pk__in=points, closed_at=None).update(closed_at=now, closed_reason=why)


def by_borrower(borrower_ids: Sequence[int]) -> dict[int, tuple[Device, ...]]:
    """Borrower → the devices in use, as a provider needs them. One query."""
    found: defaultdict[int, tuple[Device, ...]] = defaultdict(tuple)
    rows = PushDevice.objects.filter(
        contact_point__borrower_id__in=borrower_ids, contact_point__closed_at=None
    ).order_by("pk")
    fields = ("contact_point__borrower_id", "contact_point_id", "endpoint", "p256dh", "auth", "key")
    for borrower_id, *device in rows.values_list(*fields):
        found[borrower_id] += (Device(*device),)
    return dict(found)
