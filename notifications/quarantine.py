"""Borrowers that no claim brings to an outcome: set aside by the engine, released by a person.

Counted are claims in a row that ended in an error of the decision, or in a worker that died. At the fifth
(MOST_FRUITLESS_CLAIMS) no worker takes the lane any more; the reminders stay planned, and expire in their time.
"""

import logging
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from notifications import lanes
from notifications.models import Lane

log = logging.getLogger(__name__)


def set_aside() -> QuerySet[Lane]:
    return Lane.objects.filter(set_aside_at__isnull=False).order_by("set_aside_at")


def alarm() -> int:
    """Say with each slot how many there are, as long as there are any."""
    number = set_aside().count()
    if number:
        log.error("lanes_set_aside number=%d: see them in the admin, mend the cause, release them", number)
    return number


@transaction.atomic
def release(borrower_id: int, *, reason: str, by: User, now: datetime) -> bool:
    """Let workers take the lane again, at once. False: it was not set aside. reason: kept with who did it."""
    lanes.lock(borrower_id)
    is_done = Lane.objects.filter(pk=borrower_id, set_aside_at__isnull=False).update(
        set_aside_at=None, fruitless=0, next_at=now
    )
    if is_done:
        lane = Lane.objects.get(pk=borrower_id)
        LogEntry.objects.log_actions(by.pk, [lane], CHANGE, change_message=reason, single_object=True)
    return bool(is_done)
