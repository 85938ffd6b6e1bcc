"""What both baselines do alike: the words, the form, and the rows of a text that was accepted."""

from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import Borrower
from loans.models import Bill
from notifications import sms_text, texts
from notifications.context import sender
from notifications.reply_links import short
from notifications.texts import Demand, Filling, Words

TIMEOUT = 10  # seconds


def address() -> str:
    return f"{settings.TWILIO_BASE_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json"


def credentials() -> tuple[str, str]:
    return settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN


def text_of(words: Words, borrower: Borrower, bill: Bill, currency: str, reference: str) -> str:
    demand = Demand(bill.amount - bill.paid, currency, bill.due_on, texts.mask(reference))
    filling = Filling(borrower.name, [demand], sender(with_answer=True), borrower.language)
    rendered = texts.render(words, filling, channel="sms")
    return sms_text.downgrade(rendered.text)


def form(attempt_id: UUID, to: str, text: str) -> dict[str, str]:
    callback = f"{settings.PORTAL_URL}/hooks/twilio/status/{attempt_id}/"
    return {
        "To": to,
        "Body": short.filled(text, attempt_id),
        "From": settings.TWILIO_FROM,
        "StatusCallback": callback,
    }


def accepted(text: str, reference: str) -> dict[str, Any]:
    """The fields of an attempt that the provider took."""
    return {
        "channel": "sms",
        "provider": "twilio",
        "state": "accepted",
        "provider_reference": reference,
        "body": text,
        "segments": sms_text.measure(text).segments,
    }
