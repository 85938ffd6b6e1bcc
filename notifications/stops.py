"""Stop and start: the person says it, in whatever way, and from that instant it holds."""

from datetime import datetime

from django.db import transaction

from accounts.models import Borrower, User
from notifications import consents, lanes
from notifications.consents import Basis, Changed
from notifications.models import Consent, Hold
from notifications.words import HoldReason


@transaction.atomic
def stop(borrower: Borrower, *, words: str, way: str, by: User | None, now: datetime) -> bool:
    """Send this person no more reminders. True where that is new; asked again, nothing changes.

    words: what the person wrote or agreed to. way: page, sms or staff. by: the login that did it, if any.
    The lane is locked first: a worker that is deciding about this person has committed what it is sending
    before the hold is written, and every later decision sees the hold.
    """
    lanes.lock(borrower.pk)
    _, is_new = Hold.objects.get_or_create(
        borrower=borrower,
        reason=HoldReason.STOP,
        ended_at=None,
        defaults={"started_at": now, "set_by": by},
    )
    if is_new:
        changed = Changed(Consent.Kind.STOP, {"stopped": False}, {"stopped": True})
        consents.record(borrower, changed, said=Basis(words, way, by), now=now)
    return is_new


@transaction.atomic
def start(borrower: Borrower, *, words: str, way: str, by: User | None, now: datetime) -> bool:
    """Take the person's stop back. True where there was one. Holds for other reasons stay."""
    lanes.lock(borrower.pk)
    ended = Hold.objects.filter(borrower=borrower, reason=HoldReason.STOP, ended_at=None).update(ended_at=now)
    if ended:
        changed = Changed(Consent.Kind.START, {"stopped": True}, {"stopped": False})
        consents.record(borrower, changed, said=Basis(words, way, by), now=now)
    return bool(ended)


def is_stopped(borrower: Borrower) -> bool:
    """Whether the person's own stop is in force."""
    return Hold.objects.filter(borrower=borrower, reason=HoldReason.STOP, ended_at=None).exists()
