"""Calls, visits and letters that staff put on record: each takes a place in the caps, like a message."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Borrower, User
from loans.models import CreditAccount
from notifications import lanes
from notifications.models import RecordedContact
from notifications.words import HumanChannel


class ContactRefused(ValueError):
    """This contact cannot be put on record; the text says why, to staff."""


@dataclass(frozen=True)
class NewContact:
    """A contact that was made, or that is made this moment."""

    channel: str  # a HumanChannel value
    outcome: str  # a RecordedContact.Outcome value
    at: datetime  # UTC
    account: CreditAccount | None = None  # None: it was about all of them
    is_inbound: bool = False
    note: str = ""


def check(borrower: Borrower, contact: NewContact, *, now: datetime) -> None:
    """ContactRefused: this contact makes no sense for this borrower."""
    if contact.account and contact.account.borrower_id != borrower.pk:
        raise ContactRefused(gettext("This account is not the borrower's."))
    if contact.at > now:
        raise ContactRefused(gettext("This is yet to come. Put it on record when it is made."))
    if (contact.channel == HumanChannel.LETTER) != (contact.outcome == RecordedContact.Outcome.SENT):
        raise ContactRefused(gettext("A letter is sent; of a call or a visit, say what came of it."))


@transaction.atomic
def record(borrower: Borrower, *, contact: NewContact, by: User, now: datetime) -> RecordedContact:
    """Put a contact on record. ContactRefused: see check().

    The lane is locked first, so it is a reservation like a message's attempt: what a worker is sending is
    committed before, and every later decision counts this contact. A reminder over a cap then waits.
    """
    check(borrower, contact, now=now)
    lanes.lock(borrower.pk)
    return RecordedContact.objects.create(
        borrower=borrower,
        account=contact.account,
        channel=contact.channel,
        outcome=contact.outcome,
        is_inbound=contact.is_inbound,
        at=contact.at,
        note=contact.note,
        recorded_by=by,
    )
