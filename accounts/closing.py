"""Addresses that we close ourselves: a mailbox that is gone, a number that is somebody else's now.

A closed address is written to no more, for whatever reason, until its owner proves anew that they read it
(`contact_points.verify`). The person sees why on their first page and on their profile.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import addresses, contact_points, logins
from accounts.addresses import Address
from accounts.models import Borrower, ContactPoint, User

log = logging.getLogger(__name__)
Closed = ContactPoint.Closed

WHY: dict[str, Promise] = {
    Closed.BOUNCED: _("Our e-mails to it come back. The mailbox may be gone."),
    Closed.COMPLAINED: _("Our e-mails to it were reported as spam, so we send none."),
    Closed.UNREACHABLE: _("Our texts do not reach it. The number may be out of use."),
    Closed.WRONG_PERSON: _("Whoever reads it told us that they are not you."),
}


@dataclass(frozen=True)
class Notice:
    """What to tell a person of an address of theirs that we closed."""

    point: ContactPoint
    shown: str  # the address as its owner reads it
    why: Promise


def close(point_id: int, *, why: str, now: datetime) -> bool:
    """Close an address for one of the reasons of WHY. True where it was open.

    Who holds a wrong person's phone must not sign in with it either, even where nothing else is left: the lender can
    invite the borrower anew. Otherwise another proved address takes over where there is one.
    """
    with transaction.atomic():
        point = _locked(point_id)
        if point is None or point.closed_at:
            return False
        point.closed_at, point.closed_reason, point.told_at = now, why, None
        point.save(update_fields=["closed_at", "closed_reason", "told_at"])
        _end_sign_in(point)
    log.warning("contact_point_closed contact_point=%s why=%s", point_id, why)
    return True


def notices(borrower: Borrower) -> list[Notice]:
    """What this borrower should know, newest first. Gone once they prove the address anew or remove it."""
    points = addresses.of(borrower).filter(closed_at__isnull=False, closed_reason__in=list(WHY))
    return [notice(point) for point in points.order_by("-closed_at", "pk")]


def notice(point: ContactPoint) -> Notice:
    return Notice(point, addresses.shown(Address.of(point)), WHY[point.closed_reason])


def _locked(point_id: int) -> ContactPoint | None:
    """The login first, then the address: the order of contact_points."""
    user_id = ContactPoint.objects.filter(pk=point_id).values_list("borrower__user_id", flat=True).first()
    if user_id:
        User.objects.select_for_update().get(pk=user_id)
    rows = ContactPoint.objects.select_for_update(of=("self",)).select_related("borrower__user")
    return rows.filter(pk=point_id).first()


def _end_sign_in(point: ContactPoint) -> None:
    user = point.borrower.user
    if user is None or logins.value_of(user, point.kind) != point.value:
        return
    others = [Address.of(other) for other in contact_points.proved(point.borrower)]
    if not others and point.closed_reason != Closed.WRONG_PERSON:
        return
    logins.drop(user, point.kind)
    for other in others:
        logins.offer(user, other)
