"""What was perhaps sent: asked for, waited for, and closed. Never sent again.

Within CLOSES after its call a provider that can be asked by our reference is asked a few times, and a receipt settles
the attempt whenever it comes. What is unknown then stays so: closed, and listed for staff. A later receipt still moves
it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from notifications import receipts
from notifications.channels.base import Accepted, Question
from notifications.channels.deliver import Door
from notifications.models import Attempt
from notifications.words import AttemptState

ASKED_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20))  # after the call
CLOSES = timedelta(minutes=30)
LOOKED_BACK = timedelta(days=1)  # where nothing ran for a day, nobody asks any more
MOST = 200  # questions, and attempts closed, in one go: a tick has little time


def run(*, now: datetime) -> int:
    """Ask for what is due to be asked for, then close what is over. Returns how many were found to be taken."""
    found = _ask(list(_askable(now)), now)
    over = _open(now).filter(started_at__lte=now - CLOSES).order_by("started_at")[: 10 * MOST]
    Attempt.objects.filter(pk__in=list(over.values_list("pk", flat=True)), state=AttemptState.UNKNOWN).update(
        reconciled_at=now
    )
    return found


def _open(now: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        state=AttemptState.UNKNOWN, reconciled_at=None, started_at__gt=now - LOOKED_BACK
    )


def _askable(now: datetime) -> QuerySet[Attempt]:
    """Those whose provider can be asked, and was not since the last of the instants for it."""
    names = [name for name, path in settings.PROVIDERS.items() if import_string(path).can_be_asked]
    due = Q()
    for after in ASKED_AFTER:
        never_since = Q(asked_at=None) | Q(asked_at__lt=F("started_at") + after)
        due |= Q(started_at__lte=now - after) & never_since
    rows = _open(now).filter(due, provider__in=names, started_at__gt=now - CLOSES)
    return rows.select_related("contact_point").order_by("started_at")[:MOST] if names else rows.none()


def _ask(attempts: Sequence[Attempt], now: datetime) -> int:
    by_provider: defaultdict[str, list[Question]] = defaultdict(list)
    for attempt in attempts:
        if attempt.contact_point:
            question = Question(attempt.pk, attempt.contact_point.value, attempt.started_at)
            by_provider[attempt.provider].append(question)
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts]).update(asked_at=now)
    taken = 0
    if not by_provider:
        return taken
    with Door() as door:
        for name, questions in by_provider.items():
            for attempt_id, outcome in door.ask(name, questions).items():
                if isinstance(outcome, Accepted):
                    taken += _is_taken(attempt_id, outcome.reference, now)
    return taken


@transaction.atomic
def _is_taken(attempt_id: UUID, reference: str, now: datetime) -> bool:
    rows = Attempt.objects.select_for_update().filter(pk=attempt_id, state=AttemptState.UNKNOWN)
    if attempt := rows.first():
        receipts.settle_as_taken(attempt, reference, now=now)
    return attempt is not None
