"""Receipts: what a provider says became of a message. Stored first, matched here, forward moves only."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from notifications import replies
from notifications.models import Attempt, ProviderEvent, Reminder
from notifications.words import AttemptState, Delivery, ReminderState

logger = logging.getLogger(__name__)

STATUS, INBOUND = "status", "inbound"  # ProviderEvent.kind

# Twilio's MessageStatus → ours. Its first four all say: not yet with the network.
DELIVERIES = {
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.SENT,
    "undelivered": Delivery.UNDELIVERED,  # the network or the phone did not take it
    "failed": Delivery.UNDELIVERED,  # Twilio took it and then could not send it
    "canceled": Delivery.UNDELIVERED,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
}

# Twilio's ErrorCode of a receipt → why it did not arrive. Source: Twilio's error and warning dictionary.
NOT_DELIVERED = {
    "30003": "the phone was off or out of reach",
    "30004": "the phone or its network blocks our texts",
    "30005": "the number is unknown or no longer in use",
    "30006": "the number is a landline, or its network cannot be reached",
    "30007": "the network filtered the text",
    "30008": "the network gave no reason",
    "30034": "our sending number is not registered with the networks",
}

# An attempt is committed before its call, so its receipt finds it; what waits longer never had one of ours.
GIVE_UP = timedelta(hours=1)


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> bool:
    """Draw the consequence of a stored receipt, once. False where its attempt is not known: it stays open."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return True
    attempt_id, form = UUID(event.payload["attempt"]), event.payload["form"]
    attempt = Attempt.objects.select_for_update().filter(pk=attempt_id).first()
    if attempt is None:
        return False
    event.result = _advance(attempt, form, now=now)
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    return True


def _advance(attempt: Attempt, form: dict[str, str], *, now: datetime) -> str:
    """Move the attempt as far as this receipt proves, never back. What was done, in a few words."""
    delivery = DELIVERIES.get(form["MessageStatus"])
    if delivery is None:
        return "not a status we know"
    if attempt.provider_reference and attempt.provider_reference != form["MessageSid"]:
        return "the receipt of another message"
    if attempt.state in (AttemptState.REFUSED_RETRYABLE, AttemptState.REFUSED_FINAL):
        logger.error("receipt_for_a_refused_attempt attempt=%s", attempt.pk)
        return "the attempt was refused"
    if attempt.state in (AttemptState.CALLING, AttemptState.UNKNOWN):
        _settle(attempt, form["MessageSid"], now=now)
    if delivery <= attempt.delivery:
        return "already known"
    attempt.delivery = delivery
    if delivery == Delivery.UNDELIVERED:
        code = form.get("ErrorCode", "")
        attempt.detail = NOT_DELIVERED.get(code) or (f"error {code}"[:200] if code else "no reason given")
    attempt.save(update_fields=["delivery", "detail"])
    return f"now {delivery.name.lower()}"


def _settle(attempt: Attempt, reference: str, *, now: datetime) -> None:
    """There is a receipt, so the provider took the message: whether or not its answer ever reached us.

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
    handled = ProviderEvent.objects.filter(
        kind=STATUS, handled_at=None, received_at__lt=now - GIVE_UP
    ).update(handled_at=now, result="no such attempt")
    for event in ProviderEvent.objects.filter(handled_at=None).order_by("received_at")[:limit]:
        if event.kind == INBOUND:
            replies.apply_event(
                event, now=now
            )  # its answer is lost with the call that brought it; its wish is not
            handled += 1
        else:
            handled += apply_event(event, now=now)
    return handled
