"""What providers and people say against an address, and what follows: it is closed, and its owner is told.

An address that is surely at fault closes at once, one that is likely or perhaps at fault after so many receipts in a
row that say so (`heard.Fault`). Its owner hears it in the inbox, and outside by the next of their own channels.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext, override

from accounts import closing
from accounts.models import ContactPoint
from notifications import inbox, lanes, notices, preferences, stops
from notifications.apart import apart
from notifications.channels.base import About
from notifications.heard import Fault, Receipt, Says
from notifications.inbox import Note
from notifications.material import Material, material
from notifications.models import Attempt
from notifications.notices import Notice, Ready
from notifications.reason import Reason
from notifications.traffic.desk import Desk
from notifications.words import Channel, Delivery

Closed = ContactPoint.Closed

CLOSED = Reason("address.closed")
COUNTED = timedelta(days=90)  # failures older than this say nothing of an address today
MOST = 200  # people told in one go
VERDICTS = (Delivery.UNDELIVERED, Delivery.DELIVERED, Delivery.READ)


def weigh(attempt: Attempt, receipt: Receipt, *, now: datetime) -> None:
    """Draw what a receipt says of the address. The caller holds the borrower's lane.

    A complaint is a stop for reminders over that channel too, whatever address they would go to.
    """
    if receipt.says != Says.NOTHING:
        words = f"The provider: {receipt.says.value}."
        preferences.leave_out(attempt.borrower, attempt.channel, words=words, now=now)
    if attempt.contact_point_id is None:
        return
    if receipt.says == Says.COMPLAINT:
        closing.close(attempt.contact_point_id, why=Closed.COMPLAINED, now=now)
    elif receipt.fault != Fault.NONE and _failures(attempt, now) >= receipt.fault:
        closing.close(attempt.contact_point_id, why=_why(attempt.channel), now=now)


def draw_left(*, now: datetime) -> None:
    """Draw what no worker has drawn, for it died after it had settled."""
    left = (
        Attempt.objects.exclude(said_against="").order_by("settled_at").values_list("borrower_id", flat=True)
    )
    draw(list(left[:MOST]), now=now)


def draw(borrower_ids: Collection[int], *, now: datetime) -> None:
    """Draw what providers said against these people's addresses in their very answers: no such number, or its owner has
    said STOP there.

    It stands in the settled attempt until the transaction that draws it, so it is drawn once, whoever dies.
    """
    for borrower_id in dict.fromkeys(borrower_ids):
        with apart("consequence_not_drawn", borrower=borrower_id):
            _draw_of(borrower_id, now)


@transaction.atomic
def _draw_of(borrower_id: int, now: datetime) -> None:
    lanes.lock(borrower_id)
    rows = Attempt.objects.exclude(said_against="").filter(borrower=borrower_id)
    for attempt in rows.select_related("borrower").order_by("settled_at"):
        _draw(attempt, now)
        Attempt.objects.filter(pk=attempt.pk).update(said_against="")


def _draw(attempt: Attempt, now: datetime) -> None:
    match About(attempt.said_against):
        case About.STOP:
            stops.stop(attempt.borrower, words=attempt.detail, way=attempt.channel, by=None, now=now)
        case About.CHANNEL:
            preferences.leave_out(attempt.borrower, attempt.channel, words=attempt.detail, now=now)
        case About.ADDRESS if attempt.contact_point_id:
            closing.close(attempt.contact_point_id, why=_why(attempt.channel), now=now)


def _why(channel: str) -> str:
    return Closed.BOUNCED if channel == Channel.EMAIL else Closed.UNREACHABLE


def _failures(attempt: Attempt, now: datetime) -> int:
    """How many messages in a row did not arrive there, this one among them, since its owner last proved it.

    0 where this one is older than that, or than COUNTED: a receipt may be years late.
    """
    point, since = attempt.contact_point, now - COUNTED
    if point is not None and point.verified_at:
        since = max(since, point.verified_at)
    if attempt.started_at < since:
        return 0
    rows = Attempt.objects.filter(
        contact_point=attempt.contact_point_id, delivery__in=VERDICTS, started_at__gte=since
    )
    latest = rows.order_by("-started_at").values_list("pk", "delivery")[: max(Fault)]
    count = 0
    for pk, delivery in latest:
        if pk != attempt.pk and delivery != Delivery.UNDELIVERED:
            break
        count += 1
    return max(count, 1)


# ---------- telling ----------


def tell_due(*, now: datetime) -> int:
    """Tell whose address we closed: a note in the inbox, and one notice outside. Returns the calls made."""
    due = ContactPoint.objects.filter(told_at=None, closed_reason__in=list(closing.WHY), closed_at__lte=now)
    waiting = list(due.order_by("closed_at").values_list("pk", "borrower_id")[:MOST])
    if not waiting:
        return 0
    known, desk = material(), Desk(now=now)
    calls = [call for pk, borrower_id in waiting if (call := _claimed(pk, borrower_id, known, desk))]
    if calls:
        outcomes = notices.send(calls, now=now)
        for attempt_id, outcome in outcomes.items():
            notices.settle(attempt_id, outcome, now=now)
        draw_left(now=now)
    return len(calls)


def _claimed(point_id: int, borrower_id: int, known: Material, desk: Desk) -> Ready | None:
    with apart("notice_not_decided", borrower=borrower_id):
        return _claim(point_id, borrower_id, known, desk)
    return None


@transaction.atomic
def _claim(point_id: int, borrower_id: int, known: Material, desk: Desk) -> Ready | None:
    """Put the note, once, and commit the notice outside as soon as the person's hours allow it."""
    now = desk.now
    lanes.lock(borrower_id)
    point = ContactPoint.objects.select_related("borrower").filter(pk=point_id, told_at=None).first()
    if point is None or point.closed_at is None:
        return None
    notice = Notice(borrower_id, CLOSED, partial(_in_full, point))
    found = notices.claim(notice, known=known, desk=desk)
    if isinstance(found, datetime) and found < point.closed_at + notices.OF_USE:
        return None  # at night; the page says it already
    _put_note(point, now)
    point.told_at = now
    point.save(update_fields=["told_at"])
    return found if isinstance(found, Ready) else None


def _put_note(point: ContactPoint, now: datetime) -> None:
    borrower = point.borrower
    with override(borrower.language):
        subject = gettext("We closed an address of yours")
        inbox.put(borrower, Note(subject, _in_full(point), CLOSED), now=now)


def _in_full(point: ContactPoint) -> str:
    """In the language in force."""
    told = closing.notice(point)
    text = gettext(
        "We no longer write to %(address)s. %(why)s Your profile shows how to confirm it again or add another one."
    )
    return text % {"address": told.shown, "why": told.why}
