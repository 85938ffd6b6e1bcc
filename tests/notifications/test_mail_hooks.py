"""Mail providers' webhooks through anymail: only what carries the secret is heard, once, and it moves forward only."""

import base64
import hashlib
import hmac
import json

import pytest
from django.test import RequestFactory, override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import ContactPoint
from notifications import preferences, receipts
from notifications.hooks import mail as mail_hooks
from notifications.models import Attempt, Consent, ConversationMessage, Hold, ProviderEvent
from notifications.words import AttemptState, Delivery

pytestmark = pytest.mark.django_db

AT = "2026-01-26T16:33:54.9070259Z"


@pytest.fixture
def address(borrower):
    return borrower.contact_points.get(kind=ContactPoint.Kind.EMAIL)


@pytest.fixture
def attempt(borrower, address):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="email", provider="email", state="calling", body="x",
        contact_point=address,
    )  # fmt: skip


@pytest.fixture
def post(client, settings):
    def post(kind, event, secret=None):
        secret = base64.b64encode((secret or settings.ANYMAIL["WEBHOOK_SECRET"]).encode()).decode()
        return client.post(
            reverse(f"hooks:postmark_{kind}_webhook"),
            json.dumps(event),
            content_type="application/json",
            headers={"Authorization": f"Basic {secret}"},
        )

    return post


def delivered(attempt, **changes):
    """Source: Postmark's developer documentation, "Delivery webhook"."""
    return {
        "RecordType": "Delivery",
        "ServerID": 23,
        "MessageStream": "outbound",
        "MessageID": "00000000-0000-0000-0000-000000000001",
        "Recipient": "john@example.com",
        "Tag": "",
        "DeliveredAt": AT,
        "Details": "Test delivery webhook details",
        "Metadata": {"attempt": str(attempt.pk)},
        **changes,
    }


def bounced(attempt, kind="HardBounce", **changes):
    """Source: Postmark's developer documentation, "Bounce webhook" and "Spam complaint webhook"."""
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": kind,
        "Tag": "",
        "MessageID": "00000000-0000-0000-0000-000000000001",
        "Metadata": {"attempt": str(attempt.pk)},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message.",
        "Details": "Test bounce details",
        "Email": "john@example.com",
        "From": "sender@example.com",
        "BouncedAt": AT,
        "DumpAvailable": True,
        "Inactive": kind == "HardBounce",
        "CanActivate": True,
        "Subject": "Test subject",
        **changes,
    }


def reply(address, text, **changes):
    """Source: Postmark's developer documentation, "Inbound webhook"."""
    return {
        "FromName": "Zhang Wei",
        "From": address,
        "FromFull": {"Email": address, "Name": "Zhang Wei", "MailboxHash": ""},
        "To": "replies@lender.example",
        "ToFull": [{"Email": "replies@lender.example", "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": "replies@lender.example",
        "Subject": "Re: your bill",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Date": "Mon, 26 Jan 2026 16:33:54 -0500",
        "TextBody": text,
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [{"Name": "Return-Path", "Value": f"<{address}>"}],
        "Attachments": [],
        **changes,
    }


# ---------- receipts ----------


def test_a_receipt_without_the_secret_is_refused_and_not_stored(post, attempt):
    assert post("tracking", delivered(attempt), secret="user:wrong").status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_receipt_before_our_commit_settles_the_attempt_and_moves_it_forward_only(post, attempt):
    for event in (delivered(attempt), delivered(attempt), bounced(attempt, "Transient")):
        assert post("tracking", event).status_code == 200
    attempt.refresh_from_db()
    assert (attempt.state, attempt.delivery) == (AttemptState.ACCEPTED, Delivery.DELIVERED)
    assert attempt.provider_reference == "00000000-0000-0000-0000-000000000001"
    assert ProviderEvent.objects.count() == 2


def test_a_receipt_that_names_only_the_providers_id_is_matched_once_the_answer_is_written(post, attempt):
    post("tracking", delivered(attempt, Metadata={}))
    assert ProviderEvent.objects.get().handled_at is None
    reference = "00000000-0000-0000-0000-000000000001"
    Attempt.objects.filter(pk=attempt.pk).update(state="accepted", provider_reference=reference)
    assert receipts.sweep(now=timezone.now(), limit=10) == 1
    attempt.refresh_from_db()
    assert attempt.delivery == Delivery.DELIVERED


def test_what_a_person_does_with_a_mail_is_not_even_kept(post, attempt):
    opened = {"RecordType": "Open", "ReceivedAt": AT, "Recipient": "john@example.com"}
    assert post("tracking", delivered(attempt) | opened).status_code == 200
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(("kind", "why"), [("HardBounce", "bounced"), ("SpamComplaint", "complained")])
def test_a_hard_bounce_or_a_complaint_closes_the_address_at_once(post, attempt, address, kind, why):
    post("tracking", bounced(attempt, kind))
    address.refresh_from_db()
    assert address.closed_at is not None
    assert address.closed_reason == why


def test_a_bounce_that_comes_after_the_delivery_closes_it_all_the_same(post, attempt, address):
    post("tracking", delivered(attempt))
    post("tracking", bounced(attempt))
    address.refresh_from_db()
    assert address.closed_at is not None


def test_a_complaint_is_a_stop_for_e_mail_reminders_and_on_record(post, attempt, borrower):
    post("tracking", bounced(attempt, "SpamComplaint"))
    borrower.refresh_from_db()
    assert "email" not in {way for order in preferences.of(borrower).channels.values() for way in order}
    assert Consent.objects.get(borrower=borrower).way == "email"
    assert not Hold.objects.exists()


@pytest.mark.parametrize("change", [{"Type": "SoftBounce"}, {"Details": "smtp;452 4.2.2 mailbox full"}])
def test_soft_bounces_close_an_address_after_three_in_a_row(post, borrower, address, change):
    for number in range(3):
        sent = Attempt.objects.create(
            borrower=borrower, category="due", channel="email", provider="email", state="accepted", body="x",
            contact_point=address,
        )  # fmt: skip
        address.refresh_from_db()
        assert address.closed_at is None, number
        post("tracking", bounced(sent, ID=number, MessageID=f"{number}", **change))
    address.refresh_from_db()
    assert address.closed_at is not None


def test_a_mail_that_arrived_between_ends_the_row(post, borrower, address):
    for number, kind in enumerate(["bounce", "bounce", "delivery", "bounce"]):
        sent = Attempt.objects.create(
            borrower=borrower, category="due", channel="email", provider="email", state="accepted", body="x",
            contact_point=address,
        )  # fmt: skip
        event = bounced(sent, "SoftBounce", ID=number) if kind == "bounce" else delivered(sent)
        post("tracking", event | {"MessageID": str(number)})
    address.refresh_from_db()
    assert address.closed_at is None


def test_another_provider_has_no_address_here_and_smtp_has_none():
    with override_settings(MAIL_WEBHOOKS="mailgun"):
        assert {each.name.partition("_")[0] for each in mail_hooks.urls()} == {"mailgun"}
    with override_settings(MAIL_WEBHOOKS=""):
        assert mail_hooks.urls() == []


@pytest.fixture
def mailgun(settings):
    """The same portal with Mailgun for its mails, which signs what it posts."""
    get_resolver().url_patterns  # noqa: B018  read before the setting changes: other tests have Postmark's addresses
    settings.MAIL_WEBHOOKS = "mailgun"
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "signing-key", "WEBHOOK_SECRET": "user:password"}
    views = {each.name: each.callback for each in mail_hooks.urls()}

    def post(event, key="signing-key"):
        timestamp, token = "1769445234", "a" * 50
        signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        body = {
            "signature": {"timestamp": timestamp, "token": token, "signature": signature},
            "event-data": event,
        }
        secret = base64.b64encode(b"user:password").decode()
        request = RequestFactory().post(
            "/", json.dumps(body), "application/json", headers={"Authorization": f"Basic {secret}"}
        )
        return views["mailgun_tracking_webhook"](request)

    return post


def test_a_permanent_failure_that_mailgun_signed_closes_the_address(mailgun, attempt, address):
    event = {
        "event": "failed",
        "id": "CPgfbmQMTCKtHW6uIWtuVe",
        "timestamp": 1769445234.5,
        "severity": "permanent",
        "reason": "bounce",
        "recipient": "john@example.com",
        "message": {"headers": {"message-id": "20260126.1@mg.example.com"}},
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
        "user-variables": {"attempt": str(attempt.pk)},
    }
    assert mailgun(event).status_code == 200
    address.refresh_from_db()
    assert address.closed_reason == "bounced"


# ---------- replies ----------


def test_a_stop_by_mail_holds_and_is_confirmed_once(
    post, borrower, address, django_capture_on_commit_callbacks
):
    text = "Please stop sending me emails.\n\nOn Mon, 26 Jan 2026 at 10:00, Lender wrote:\n> Reply START"
    with django_capture_on_commit_callbacks() as answers:
        assert post("inbound", reply(address.value, text)).status_code == 200
        post("inbound", reply(address.value, text))
    assert len(answers) == 1
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert Consent.objects.get(borrower=borrower).words == "Please stop sending me emails."


def test_the_quoted_reminder_says_nothing_by_itself(post, borrower, address):
    text = "Thank you!\n> To end these messages reply\n> STOP"
    post("inbound", reply(address.value, text))
    assert not Hold.objects.filter(reason="stop_request").exists()
    assert ConversationMessage.objects.get(conversation__borrower=borrower).text == "Thank you!"


def test_what_answers_one_of_our_mails_says_which(post, borrower, address, attempt):
    headers = [{"Name": "In-Reply-To", "Value": f"<{attempt.pk}@portal.example>"}]
    post("inbound", reply(address.value, "I paid on Monday", Headers=headers))
    assert ConversationMessage.objects.get(conversation__borrower=borrower).answers == attempt


def test_a_stop_from_another_address_counts_where_it_answers_our_mail(post, borrower, attempt):
    headers = [{"Name": "In-Reply-To", "Value": f"<{attempt.pk}@portal.example>"}]
    post("inbound", reply("other@example.net", "stop", Headers=headers))
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


def test_nobody_begins_again_by_mail_whose_sender_anybody_can_write(post, borrower, address):
    post("inbound", reply(address.value, "stop"))
    post("inbound", reply(address.value, "start", MessageID="2"))
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


def test_a_machines_answer_is_neither_heard_nor_answered(
    post, borrower, address, django_capture_on_commit_callbacks
):
    headers = [{"Name": "Auto-Submitted", "Value": "auto-replied"}]
    with django_capture_on_commit_callbacks() as answers:
        post("inbound", reply(address.value, "I am away until Monday. STOP", Headers=headers))
    assert not Hold.objects.exists()
    assert not ConversationMessage.objects.exists()
    assert answers == []
