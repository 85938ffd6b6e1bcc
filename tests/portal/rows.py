"""One row, or many, of every kind that staff can look at."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils.http import int_to_base36

from accounts.claiming import SIGNER
from accounts.models import Borrower, Invitation, StaffLook
from loans.models import (
    Allocation,
    ApiCall,
    ApiKey,
    Bill,
    CreditAccount,
    ImportRun,
    PayEvent,
    Payment,
    PayOrder,
    Reversal,
)  # fmt: skip
from notifications import rulebook_texts
from notifications.choice import DEFAULT
from notifications.models import (
    Attachment,
    Attempt,
    Cadence,
    Consent,
    Conversation,
    ConversationMessage,
    HelpRequest,
    Hold,
    Lane,
    MessageTemplate,
    Preference,
    ProviderEvent,
    ProviderTemplate,
    PushDevice,
    RecordedContact,
    Reminder,
    RulebookText,
    Step,
    Tick,
    WebhookDelivery,
    WebhookEndpoint,
    Worker,
)
from notifications.words import HoldReason
from tests import factories

WORDS = "Dear customer, the words of one message"
NOON = datetime(2026, 1, 26, 17, tzinfo=UTC)
WHY = [{"rule": "choice.lead_day", "facts": {"days": 3, "due_on": "2026-02-01"}}]
_numbers = itertools.count(1)


def belongings(borrower: Borrower) -> dict[type[Model], Model]:
    """A row of each kind that can belong to a borrower, or that staff can look at, by its model."""
    number = next(_numbers)
    owed = _by_model(_owed(borrower, number))
    loan, bill = owed[CreditAccount], owed[Bill]
    sent = _by_model(_sent(borrower, bill, number))
    rows = [
        *_said(borrower, sent[Attempt]),
        *_chosen(borrower, loan, number),
        *_ours(number),
        *_signs_in(borrower),
    ]
    return owed | sent | _by_model(rows)


def _by_model(rows: Iterable[Model]) -> dict[type[Model], Any]:
    return {type(row): row for row in rows}


def _owed(borrower: Borrower, number: int) -> Iterator[Model]:
    loan = factories.make_loan(borrower)
    bill = factories.make_bill(loan)
    ten = Decimal(10)
    payment = Payment.objects.create(
        account=loan, reference=f"PAY-{number}", received_on=date(2026, 1, 20), amount=ten
    )
    paying = PayOrder.objects.create(account=loan, provider="sandbox", amount=ten, created_at=NOON)
    yield from (borrower, loan, bill, payment, paying)
    yield PayEvent.objects.create(
        provider="sandbox", key=f"evt-{number}", order=paying, outcome="paid", at=NOON
    )
    yield Reversal.objects.create(payment=payment, at=NOON, why="returned by the bank", principal=ten)
    yield Allocation.objects.create(payment=payment, bill=bill, amount=ten)


def _sent(borrower: Borrower, bill: Bill, number: int) -> Iterator[Model]:
    """A reminder of the bill and what became of it, the address it went to, and who was asked in to read it."""
    cadence = Cadence.objects.create(code=f"ladder-{number}", name=f"Ladder {number}")
    step = Step.objects.create(
        cadence=cadence, offset_days=-3, category="upcoming", template_code="upcoming", useful_days=2
    )
    point = factories.make_contact_point(borrower, kind="email")
    reminder = Reminder.objects.create(
        borrower=borrower, bill=bill, step=step, step_day=bill.due_on, next_attempt_at=NOON,
        expires_at=NOON + timedelta(days=3), reasons=WHY,
    )  # fmt: skip
    attempt = Attempt.objects.create(
        borrower=borrower, category="upcoming", channel="email", provider="email", contact_point=point,
        state="accepted", subject="A bill", body=WORDS, reasons=WHY, started_at=NOON,
    )  # fmt: skip
    attempt.reminders.add(reminder)
    yield from (cadence, step, point, reminder, attempt)
    yield Invitation.objects.create(
        borrower=borrower, sent_to=point, created_at=NOON, expires_at=NOON + timedelta(days=9999)
    )
    yield PushDevice.objects.create(
        contact_point=factories.make_contact_point(borrower, kind="push"),
        endpoint=f"https://fcm.googleapis.com/fcm/send/{number}",
        name="Chrome",
    )


def _said(borrower: Borrower, about: Attempt) -> Iterator[Model]:
    conversation = Conversation.objects.create(
        borrower=borrower, topic="bill", opened_at=NOON, last_at=NOON, waiting_since=NOON
    )
    said = ConversationMessage.objects.create(
        conversation=conversation, side="borrower", text=WORDS, answers=about, at=NOON
    )
    attachment = Attachment(message=said, name="letter.pdf", kind="pdf", size=9)
    attachment.file.save("letter.pdf", ContentFile(b"%PDF-1.7\n"))
    yield from (conversation, said, attachment)


def _chosen(borrower: Borrower, loan: CreditAccount, number: int) -> Iterator[Model]:
    """What the borrower chose or asked for, and what keeps reminders back."""
    yield Hold.objects.create(borrower=borrower, reason=HoldReason.DISPUTE, started_at=NOON)
    yield RecordedContact.objects.create(
        borrower=borrower, account=loan, channel="call", outcome="conversation", at=NOON
    )
    yield Consent.objects.create(borrower=borrower, kind="stop", words="STOP", way="sms", given_at=NOON)
    yield Preference.objects.create(borrower=borrower, choice=DEFAULT.to_json())
    yield Lane.objects.create(borrower=borrower, set_aside_at=NOON, fruitless=5)
    yield HelpRequest.objects.create(
        borrower=borrower, account=loan, kind="dispute", reference=f"R-{number}", text=WORDS, opened_at=NOON,
        due_at=NOON + timedelta(days=9999), details={"what": "paid"},
    )  # fmt: skip
    yield StaffLook.objects.create(at=NOON, kind="accounts.borrower", borrowers=[borrower.pk])


def _ours(number: int) -> Iterator[Model]:
    """What is the lender's own: words, rules, keys, and the engine's work."""
    yield MessageTemplate.objects.create(
        code=f"words-{number}", language="en", subject="A bill", body=WORDS, short=WORDS
    )
    yield ProviderTemplate.objects.create(
        provider="whatsapp",
        code=f"words-{number}",
        language="en",
        provider_code="bill",
        provider_language="en",
    )
    yield ProviderEvent.objects.create(
        provider="twilio", event_key=f"SM{number}", kind="status", payload={}, received_at=NOON
    )
    yield Tick.objects.create(name="plan", slot=NOON + timedelta(minutes=number), finished_at=NOON)
    yield Worker.objects.create(name=f"run_engine@host:{number}", host="host", process=number, beat_at=NOON)
    text = f"{rulebook_texts.in_force()['careful'].text}\n# {number}"
    yield RulebookText.objects.create(
        book_id="careful", version="2026-01-01", text=text, sha256=rulebook_texts.digest(text),
        seen_at=NOON + timedelta(minutes=number),
    )  # fmt: skip
    yield Group.objects.create(name=f"Team {number}")
    hook = WebhookEndpoint.objects.create(name="CRM", url="https://lender.example", secret="x", events=[])
    key = ApiKey.objects.create(name="Core", start="bpk_", digest=f"{number}", scopes=["read"])
    yield from (hook, key)
    yield WebhookDelivery.objects.create(endpoint=hook, event="reminders.stopped", body="{}", created_at=NOON)
    yield ApiCall.objects.create(key=key, method="GET", path="/api/v1/", at=NOON, status=200)
    yield ImportRun.objects.create(digest=f"{number:064x}", folder="/srv/portfolio", started_at=NOON)


def _signs_in(borrower: Borrower) -> Iterator[Model]:
    if login := borrower.user:
        yield login
        yield EmailAddress.objects.create(user=login, email=str(login.email), verified=True, primary=True)
        yield Authenticator.objects.create(
            user=login, type="webauthn", data={"name": WORDS, "credential": {}}
        )


def named_in_addresses(borrower: Borrower, owned: dict[type[Model], Model]) -> dict[str, object]:
    """A value for each argument of the site's addresses: everything of `borrower`. owned: their `belongings`."""
    login = borrower.user
    assert login is not None
    return {
        "rest": "nothing/here",
        "token": SIGNER.sign(owned[Invitation].pk.hex),
        "point_id": borrower.contact_points.get(value=login.email).pk,
        "secret": "of-somebody-else",
        "pk": owned[Authenticator].pk,
        "public_id": owned[CreditAccount].public_id,  # type: ignore[attr-defined]
        "reference": borrower.reference,
        "name": "all",
        "payment_id": owned[Payment].public_id,  # type: ignore[attr-defined]
        "order_id": owned[PayOrder].pk,
        "attempt_id": owned[Attempt].pk,
        "conversation_id": owned[Conversation].pk,
        "request_id": owned[HelpRequest].pk,
        "kind": "complaint",
        "attachment_id": owned[Attachment].pk,
        "device_id": owned[PushDevice].pk,
        "key": default_token_generator.make_token(login) + "0",
        "uidb36": int_to_base36(login.pk),
    }
