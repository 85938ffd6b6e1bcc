"""Adding and removing the addresses a borrower can be reached at. Each change is told to the other addresses."""

import logging
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import addresses, letters, logins
from accounts.addresses import Address
from accounts.models import Borrower, ContactPoint, User

log = logging.getLogger(__name__)
Source = ContactPoint.Source


def proved(borrower: Borrower) -> list[ContactPoint]:
    """The open addresses this borrower has proved to read, oldest proof first."""
    rows = addresses.of(borrower).filter(verified_at__isnull=False, closed_at=None)
    return list(rows.order_by("verified_at", "pk"))


def verify(borrower: Borrower, address: Address, *, now: datetime) -> ContactPoint:
    """Write down that the borrower has proved to read `address`: a new one, or one we had on file."""
    point, _created = ContactPoint.objects.update_or_create(
        borrower=borrower,
        kind=address.kind,
        value=address.value,
        defaults={"verified_at": now, "closed_at": None, "closed_reason": ""},
        create_defaults={"verified_at": now, "source": Source.BORROWER},
    )
    return point


def add(borrower: Borrower, address: Address, *, now: datetime) -> ContactPoint:
    """A proved address more. Signs in too, where the login has none of this kind and nobody else has it."""
    with transaction.atomic():
        user = _lock(borrower)
        point = verify(borrower, address, now=now)
        logins.offer(user, address)
        _tell("address_added", borrower, besides=point)
    log.info("contact_point_added borrower=%s contact_point=%s", borrower.pk, point.pk)
    return point


def remove(borrower: Borrower, point: ContactPoint, *, now: datetime) -> None:
    """Close a contact point. If it signs in, another proved address of its kind takes over.

    ValueError, with words for the person: nothing would be left to sign in with.
    """
    with transaction.atomic():
        user = _lock(borrower)
        _tell("address_removed", borrower)  # to the removed one too: its owner may not be who removes it
        point.closed_at, point.closed_reason = now, ContactPoint.Closed.REMOVED
        point.save(update_fields=["closed_at", "closed_reason"])
        if logins.value_of(user, point.kind) == point.value:
            _replace(user, borrower, point.kind)
    log.info("contact_point_removed borrower=%s contact_point=%s", borrower.pk, point.pk)


def _replace(user: User, borrower: Borrower, kind: str) -> None:
    logins.drop(user, kind)
    for other in proved(borrower):
        logins.offer(user, Address.of(other))
    if not any(logins.value_of(user, each) for each in addresses.WRITTEN_TO):
        raise ValueError(_("You sign in with this address. Add another one first, then remove this one."))


def _lock(borrower: Borrower) -> User:
    """The borrower's login, locked: one change of its addresses at a time."""
    return User.objects.select_for_update().get(pk=borrower.user_id)  # type: ignore[misc]


def _tell(letter: str, borrower: Borrower, *, besides: ContactPoint | None = None) -> None:
    for point in proved(borrower):
        if point != besides:
            to = Address.of(point)
            transaction.on_commit(partial(letters.send, letter, to=to, language=borrower.language))
