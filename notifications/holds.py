"""Holds that staff place and lift: a reason to be silent, with the words it rests on."""

from datetime import datetime

from django.db import transaction

from accounts.models import Borrower, User
from notifications import lanes, stops
from notifications.models import Consent, Hold
from notifications.words import HoldReason

WAY = "staff"


@transaction.atomic
def place(borrower: Borrower, *, reason: str, words: str, by: User, now: datetime) -> Hold:
    """Be silent towards this person from now on. The hold in force; for the same reason there is one at a time.

    words: what the person said, or the document it rests on. The lane is locked first: what a worker is sending
    is committed before the hold is written, and every later decision sees the hold.
    """
    if reason == HoldReason.STOP:
        stops.stop(borrower, words=words, way=WAY, by=by, now=now)
        return Hold.objects.get(borrower=borrower, reason=reason, ended_at=None)
    lanes.lock(borrower.pk)
    hold, is_new = Hold.objects.get_or_create(
        borrower=borrower,
        reason=reason,
        ended_at=None,
        defaults={"started_at": now, "note": words, "set_by": by},
    )
    if is_new:
        _record(hold, Consent.Kind.HOLD, words=words, by=by, now=now)
    return hold


@transaction.atomic
def lift(hold: Hold, *, words: str, by: User, now: datetime) -> bool:
    """End this hold. True where it was still in force. Holds for other reasons stay."""
    if hold.reason == HoldReason.STOP:
        return stops.start(hold.borrower, words=words, way=WAY, by=by, now=now)
    lanes.lock(hold.borrower_id)
    ended = Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=now)
    if ended:
        _record(hold, Consent.Kind.LIFT, words=words, by=by, now=now)
    return bool(ended)


def _record(hold: Hold, kind: Consent.Kind, *, words: str, by: User, now: datetime) -> None:
    held, free = {"hold": hold.reason}, {"hold": None}
    is_placed = kind == Consent.Kind.HOLD
    Consent.objects.create(
        borrower=hold.borrower,
        kind=kind,
        before=free if is_placed else held,
        after=held if is_placed else free,
        words=words,
        way=WAY,
        given_by=by,
        given_at=now,
    )
