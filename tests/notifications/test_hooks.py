"""Webhooks: only what the provider signed is heard, and it is heard once."""

import pytest
from django.urls import reverse

from accounts.models import ContactPoint
from notifications.channels import twilio_signature
from notifications.models import Attempt, Consent, Hold, ProviderEvent
from notifications.words import AttemptState, Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(borrower):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="calling", body="x"
    )


@pytest.fixture
def post(client, settings):
    def post(name, form, *arguments, token=None):
        path = reverse(f"hooks:{name}", args=arguments)
        token = token or settings.TWILIO_AUTH_TOKEN
        signature = twilio_signature.sign(token, url=settings.PORTAL_URL + path, form=list(form.items()))
        return client.post(path, form, headers={"X-Twilio-Signature": signature})

    return post


def status(value, sid="SM1"):
    return {"MessageSid": sid, "MessageStatus": value}


def test_an_unsigned_receipt_is_refused_and_not_stored(post, attempt):
    assert post("twilio_status", status("delivered"), attempt.pk, token="wrong").status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_receipt_before_our_commit_settles_the_attempt(post, attempt):
    assert post("twilio_status", status("delivered"), attempt.pk).status_code == 204
    attempt.refresh_from_db()
    assert (attempt.state, attempt.delivery) == (AttemptState.ACCEPTED, Delivery.DELIVERED)


def test_receipts_only_move_forward_in_any_order_and_any_number(post, attempt):
    for value in ("delivered", "sent", "queued", "delivered", "sent"):
        post("twilio_status", status(value), attempt.pk)
    attempt.refresh_from_db()
    assert attempt.delivery == Delivery.DELIVERED
    assert ProviderEvent.objects.count() == 3


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "TD", "退订", "退訂", "unsubscribe"])
def test_a_stop_in_any_of_three_languages_holds(post, borrower, word):
    phone = borrower.contact_points.get(kind=ContactPoint.Kind.PHONE).value
    form = {"MessageSid": "SM2", "From": phone, "To": "+15550100100", "Body": word}
    answer = post("twilio_inbound", form)
    assert answer.status_code == 200
    assert b"<Message>" in answer.content
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert Consent.objects.get().words == word.strip() or Consent.objects.get().words == word
    post("twilio_inbound", form)
    assert Hold.objects.count() == 1


def test_start_takes_the_stop_back(post, borrower):
    phone = borrower.contact_points.get(kind=ContactPoint.Kind.PHONE).value
    for number, word in enumerate(["STOP", "START"]):
        post(
            "twilio_inbound", {"MessageSid": f"SM{number}", "From": phone, "To": "+15550100100", "Body": word}
        )
    assert not Hold.objects.filter(borrower=borrower, ended_at=None).exists()


def test_a_number_nobody_has_gets_no_answer(post):
    answer = post("twilio_inbound", {"MessageSid": "SM9", "From": "+12025550143", "To": "+1", "Body": "STOP"})
    assert answer.status_code == 200
    assert b"<Message>" not in answer.content
