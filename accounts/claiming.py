"""Claiming: how a person gets a login for the borrower they are.

invite → send → open the link → answer a fact only the borrower knows → choose an address → prove it by a code → claim.
A link that does not work says always the same, whatever the cause: nobody learns from it who is a customer.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import contact_points, letters, logins, refusals
from accounts.addresses import Address
from accounts.models import Borrower, ContactPoint, Invitation, User
from accounts.refusals import Kind

log = logging.getLogger(__name__)
SIGNER = signing.Signer(salt="accounts.invitation")
WRONG_ANSWERS = 5  # then the invitation ends


class InvitationInvalid(Exception):
    """The link is forged, expired, used or worn out, or the borrower has a login. Why is never told."""


# ---------- the lender's side ----------


def invite(borrower: Borrower, *, sent_to: ContactPoint | None, by: User | None, now: datetime) -> Invitation:
    """A new invitation, valid for settings.INVITATION_DAYS. sent_to: None where the link goes by letter.

    ValueError, with words for staff: the borrower has a login, or the contact point is not one to write to.
    """
    if borrower.user_id is not None:
        raise ValueError(_("This person already has a login. They can sign in."))
    if sent_to is not None and (sent_to.borrower_id != borrower.pk or sent_to.closed_at is not None):
        raise ValueError(_("Choose an open contact point of this person."))
    return Invitation.objects.create(
        borrower=borrower,
        sent_to=sent_to,
        invited_by=by,
        created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )


def link(invitation: Invitation) -> str:
    """The address to open, absolute. Whoever has it still needs the fact."""
    return settings.PORTAL_URL + reverse("accounts:claim", args=[SIGNER.sign(invitation.id.hex)])


def send(invitation: Invitation) -> None:
    """Write the link to the contact point of the invitation, in the borrower's language.

    Call it outside a transaction. ValueError: the invitation names no contact point; hand the link over yourself.
    """
    if (point := invitation.sent_to) is None:
        raise ValueError(_("This invitation has no contact point. Give the person the link yourself."))
    letters.send(
        "invitation",
        to=Address.of(point),
        language=invitation.borrower.language,
        name=invitation.borrower.name,
        link=link(invitation),
        days=settings.INVITATION_DAYS,
    )


# ---------- the person's side ----------


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation a link carries. InvitationInvalid: it opens nothing, or nothing any more."""
    try:
        invitation_id = UUID(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise InvitationInvalid from error
    return resume(invitation_id, now=now)


def resume(invitation_id: UUID, *, now: datetime) -> Invitation:
    """The invitation again, a page later. InvitationInvalid: it has ended meanwhile."""
    invitation = Invitation.objects.select_related("borrower", "sent_to").filter(pk=invitation_id).first()
    return _open(invitation, now)


def answer_fact(invitation: Invitation, *, answer: str, now: datetime) -> bool:
    """Whether the answer is right. InvitationInvalid: it was the last wrong one, or the invitation has ended.

    The row is locked, so that guesses made in parallel are counted like any others.
    """
    with transaction.atomic():
        locked = _lock(invitation.pk, now)
        if _fact()(locked.borrower, answer):
            return True
        locked.wrong_answers += 1
        locked.save(update_fields=["wrong_answers"])
    refusals.note(Kind.CODE, purpose="claim_fact", invitation=locked.pk, wrong=locked.wrong_answers)
    _open(locked, now)
    return False


def claim(invitation: Invitation, *, address: Address, now: datetime, language: str = "") -> User:
    """Make the login. `address` has been proved by a code; the fact has been answered.

    language: that of the pages the person has just read and answered. It is theirs from now on; what the lender's
    file says is a guess by their country.

    InvitationInvalid: another tab was first. AddressTaken: another login signs in with this address.
    """
    with transaction.atomic():
        locked = _lock(invitation.pk, now)
        borrower = locked.borrower
        user = logins.create(address, name=borrower.name)
        borrower.user, borrower.language = user, language or borrower.language
        borrower.save(update_fields=["user", "language"])
        contact_points.verify(borrower, address, now=now)
        locked.used_at = now
        locked.save(update_fields=["used_at"])
        transaction.on_commit(partial(_notice, locked, address))
    log.info("claim_done invitation=%s borrower=%s login=%s", locked.pk, borrower.pk, user.pk)
    return user


def _lock(invitation_id: UUID, now: datetime) -> Invitation:
    """Invitation, then borrower: two invitations of one borrower cannot both make a login."""
    rows = Invitation.objects.select_for_update(of=("self", "borrower")).select_related("borrower")
    return _open(rows.filter(pk=invitation_id).first(), now)


def _open(invitation: Invitation | None, now: datetime) -> Invitation:
    if (
        invitation is None
        or invitation.used_at is not None
        or invitation.expires_at <= now
        or invitation.wrong_answers >= WRONG_ANSWERS
        or invitation.borrower.user_id is not None
    ):
        raise InvitationInvalid
    return invitation


def _notice(invitation: Invitation, address: Address) -> None:
    """Tell where the invitation went if the login uses another address: the owner may not be who claimed."""
    point = invitation.sent_to
    if point is None or point.closed_at is not None or Address.of(point) == address:
        return
    letters.send("claimed", to=Address.of(point), language=invitation.borrower.language)


def _fact() -> Callable[[Borrower, str], bool]:
    return cast(Callable[[Borrower, str], bool], import_string(settings.CLAIM_FACT))
