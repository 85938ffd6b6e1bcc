"""The inbox: everything that was sent to one borrower, or may have been."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.utils.translation import gettext

from accounts.models import Borrower
from notifications.models import Attempt
from notifications.reason import Reason, to_json
from notifications.words import AttemptState, Category, Channel, Delivery

# What a provider refused never left us: it is no message to the person.
SENT_STATES = (AttemptState.ACCEPTED, AttemptState.UNKNOWN, AttemptState.CALLING)

# New here: not opened, and perhaps not seen elsewhere. A text that reached the phone calls for no badge; a push message
# said only that one waits here.
IS_NEW = Q(read_at=None) & (
    Q(channel__in=[Channel.INBOX, Channel.PUSH])
    | Q(state=AttemptState.UNKNOWN)
    | Q(delivery=Delivery.UNDELIVERED)
)


def messages(borrower: Borrower) -> QuerySet[Attempt]:
    """The borrower's messages, newest first, each with `is_new`."""
    new = Case(When(IS_NEW, then=Value(True)), default=Value(False), output_field=BooleanField())
    return (
        Attempt.objects.filter(borrower=borrower, state__in=SENT_STATES)
        .annotate(is_new=new)
        .order_by("-started_at", "-id")
    )


def of_login(user: Any) -> QuerySet[Attempt]:
    """The messages of whoever signs in with it. user: its id, or an expression."""
    return Attempt.objects.filter(borrower__user=user, state__in=SENT_STATES)


@dataclass(frozen=True)
class Note:
    """What is put into an inbox, in the borrower's language. template_id: the version of the words, if staff's."""

    subject: str
    body: str
    why: Reason
    category: Category = Category.SERVICE
    template_id: int | None = None


def put(borrower: Borrower, note: Note, *, now: datetime) -> Attempt:
    """A note of ours in the inbox. By being committed it is delivered."""
    return Attempt.objects.create(
        borrower=borrower,
        category=note.category,
        channel=Channel.INBOX,
        provider=Channel.INBOX,
        state=AttemptState.ACCEPTED,
        language=borrower.language,
        subject=note.subject,
        body=note.body,
        template_id=note.template_id,
        reasons=to_json([note.why]),
        started_at=now,
        settled_at=now,
    )


def mark_read(attempt_id: UUID, *, now: datetime) -> None:
    """Note the first time the message was opened here; a later one changes nothing."""
    Attempt.objects.filter(pk=attempt_id, read_at=None).update(read_at=now)


def mark_all_read(borrower: Borrower, *, now: datetime) -> None:
    """Whatever is new counts as seen."""
    Attempt.objects.filter(IS_NEW, borrower=borrower, state__in=SENT_STATES).update(read_at=now)


def standing(attempt: Attempt) -> str:
    """What became of the message, in plain words."""
    if attempt.channel == Channel.INBOX:
        return gettext("in your inbox here")
    if attempt.delivery == Delivery.NONE:
        return _WITHOUT_RECEIPT[AttemptState(attempt.state)]()
    return _WITH_RECEIPT[Delivery(attempt.delivery)]()


_WITHOUT_RECEIPT = {
    AttemptState.CALLING: lambda: gettext("being sent"),
    AttemptState.ACCEPTED: lambda: gettext("sent"),
    AttemptState.UNKNOWN: lambda: gettext("perhaps sent"),
}
_WITH_RECEIPT = {
    Delivery.QUEUED: lambda: gettext("on its way"),
    Delivery.SENT: lambda: gettext("sent"),
    Delivery.UNDELIVERED: lambda: gettext("could not be delivered"),
    Delivery.DELIVERED: lambda: gettext("delivered"),
    Delivery.READ: lambda: gettext("read"),
}
