"""Receipts: what a provider says became of a message. Stored first, matched here, forward moves only."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from notifications import closed_addresses, lanes, replies
from notifications.apart import apart
from notifications.away import AWAY
from notifications.heard import INBOUND, Fault, Receipt, Says, reader
from notifications.models import Attempt, ProviderEvent, Reminder
from notifications.traffic import shared
from notifications.words import AttemptState, Delivery, ReminderState

logger = logging.getLogger(__name__)

# An attempt is committed before its call, so its receipt finds it; what waits longer never had one of ours.
GIVE_UP = timedelta(hours=1)
# What a person wrote may be a STOP: while our code trips over it, it stays with the open ones, for people to see.
GIVE_UP_REPLY = timedelta(days=7)

# Results of receipts that say nothing of our message to this address.
ANOTHERS, REFUSED = "the receipt of another message", "the attempt was refused"
NOT_ITS_OWN = (ANOTHERS, REFUSED)


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> bool:
    """Draw the consequence of a stored receipt, once. False where its attempt is not known: it stays open."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return True
    receipt = reader(event.provider).receipt(event.payload)
    found = _attempt(event.provider, receipt)
    if found is None:
        return False
    if accuses := receipt.fault != Fault.NONE or receipt.says != Says.NOTHING:
        lanes.lock(found.borrower_id)  # before the attempt, as everywhere
    attempt = Attempt.objects.select_for_update().get(pk=found.pk)
    event.result = _advance(attempt, receipt, now=now)
    if accuses and event.result not in NOT_ITS_OWN:
        closed_addresses.weigh(attempt, receipt, now=now)
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    return True


def _attempt(provider: str, receipt: Receipt) -> Attempt | None:
    """By our own id, else by the provider's: it finds the attempt once the answer to our call is written."""
    rows = Attempt.objects.all()
    if receipt.attempt:
        return rows.filter(pk=receipt.attempt).first()
    if not receipt.reference:
        return None
    return rows.filter(provider=provider, provider_reference=receipt.reference).first()


def _advance(attempt: Attempt, receipt: Receipt, *, now: datetime) -> str:
    """Move the attempt as far as this receipt proves, never back. What was done, in a few words."""
    if receipt.delivery is None:
        return "not a status we know"
    # A mail's own id stands there where the provider's answer named none.
    if attempt.provider_reference not in ("", receipt.reference, str(attempt.pk)):
        return ANOTHERS
    if attempt.state in (AttemptState.REFUSED_RETRYABLE, AttemptState.REFUSED_FINAL):
        logger.error("receipt_for_a_refused_attempt attempt=%s", attempt.pk)
        return REFUSED
    if attempt.state in (AttemptState.CALLING, AttemptState.UNKNOWN):
        settle_as_taken(attempt, receipt.reference, now=now)
    if receipt.delivery <= attempt.delivery:
        return "already known"
    attempt.delivery = receipt.delivery
    attempt.detail = receipt.detail[:200]
    attempt.save(update_fields=["delivery", "detail"])
    if attempt.delivery == Delivery.DELIVERED:
        seconds = (now - attempt.started_at).total_seconds()
        shared.tell_delivered((attempt.channel, attempt.provider), seconds=seconds, now=now.timestamp())
    return f"now {receipt.delivery.name.lower()}"


def settle_as_taken(attempt: Attempt, reference: str, *, now: datetime) -> None:
    """The provider took the message, as a receipt or its records say, whether or not its answer ever reached us.

    A receipt may be quicker than the worker that still waits for the answer (the attempt is `calling`). The
    worker's own settle then finds nothing left to do, and should it have died, nothing is left undone.
    """
    attempt.state = AttemptState.ACCEPTED
    attempt.provider_reference = reference
    attempt.settled_at = now
    attempt.detail = ""
    attempt.save(update_fields=["state", "provider_reference", "settled_at", "detail"])
    perhaps_sent = Reminder.objects.filter(
        attempts=attempt, state__in=(ReminderState.CALLING, ReminderState.UNKNOWN)
    )
    Reminder.objects.filter(pk__in=perhaps_sent.values("pk")).update(state=ReminderState.SENT)


def sweep(*, now: datetime, limit: int) -> int:
    """Try the events again that are still open, oldest first. Returns how many are now handled."""
    handled = 0
    for event in ProviderEvent.objects.filter(handled_at=None).order_by("received_at")[:limit]:
        with apart("event_not_understood", passing=AWAY, event=event.pk) as work:
            handled += _again(event, now)
        if work.is_broken:
            handled += _given_up(event, now, "not understood")
    return handled


def _again(event: ProviderEvent, now: datetime) -> bool:
    if event.kind == INBOUND:
        replies.answer_late(event, now=now)
        return True
    return apply_event(event, now=now) or _given_up(event, now, "no such attempt")


def _given_up(event: ProviderEvent, now: datetime, result: str) -> bool:
    """Whether it has waited too long to be tried again; its row stays."""
    if event.received_at >= now - (GIVE_UP_REPLY if event.kind == INBOUND else GIVE_UP):
        return False
    return bool(ProviderEvent.objects.filter(pk=event.pk).update(handled_at=now, result=result))
