"""WhatsApp: template messages over real HTTP, Meta's challenge and signature, statuses and what people write."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import ContactPoint
from notifications import direct
from notifications.channels import whatsapp_signature
from notifications.channels.base import (
    Accepted,
    Approved,
    Message,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.deliver import deliver
from notifications.channels.http import NOT_APPROVED, SET_UP_WRONG, Answer
from notifications.channels.whatsapp import WhatsApp
from notifications.choice import DEFAULT
from notifications.models import Attempt, Hold, Preference, ProviderEvent
from notifications.words import AttemptState, Delivery
from tests.notifications.limits import LIMITS, limits_of

NUMBER = "+12025550143"
WORDS = Approved("bill_due", "en_US", (("", "$250.00"), ("", "15 March")))


def message(**more):
    more.setdefault("approved", {"whatsapp": WORDS})
    return Message(uuid4(), "whatsapp", NUMBER, subject="", text="In free words.", language="en", **more)


def sent(one, limits=LIMITS):
    return deliver({"whatsapp": [one]}, limits)[one.id]


# ---------- sending, over HTTP ----------


def test_a_message_goes_out_by_the_approved_template(sandbox):
    outcome = sent(message())
    assert isinstance(outcome, Accepted)
    assert outcome.reference.startswith("wamid.")
    assert sandbox.texts(NUMBER) == ["bill_due (en_US) $250.00, 15 March"]


def test_the_request_is_as_meta_documents_it(settings):
    one = message()
    request = WhatsApp(LIMITS).request(one)
    assert request.url.endswith(f"/{settings.WHATSAPP_PHONE_NUMBER_ID}/messages")
    assert request.headers == {"Authorization": "Bearer sandbox-token"}
    assert request.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": NUMBER,
        "biz_opaque_callback_data": str(one.id),
        "type": "template",
        "template": {
            "name": "bill_due",
            "language": {"code": "en_US"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "$250.00"}, {"type": "text", "text": "15 March"}],
                }
            ],
        },
    }


def test_words_without_an_approved_template_never_leave(sandbox):
    assert sent(message(approved={})) == NOT_APPROVED
    assert sandbox.count() == 0


def test_free_words_are_refused_while_the_person_has_written_nothing(sandbox):
    outcome = sent(message(approved={}, is_answer=True))
    assert outcome == RefusedForGood("more than 24 hours since the person wrote, and no template")


def test_a_wrong_token_is_a_set_up_to_mend(sandbox, settings):
    settings.WHATSAPP_ACCESS_TOKEN = "wrong"
    assert sent(message()) == SET_UP_WRONG


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("rate_limited", RefusedForNow),
        ("refuse_for_good", RefusedForGood),
        ("error_500", Unknown),
        ("error_500_after_accept", Unknown),
        ("hang", Unknown),
        ("reset_after_accept", Unknown),
        ("garbage_201", Unknown),
        ("lying_201", Unknown),
        ("endless_201", Unknown),
    ],
)
def test_an_answer_proves_what_it_says_and_no_more(sandbox, mode, kind):
    sandbox.faults(mode=mode)
    assert isinstance(sent(message(), limits_of(mode)), kind)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (130429, RefusedForNow),
        (131056, RefusedForNow),
        (131026, RefusedForGood),
        (131047, RefusedForGood),
        (132001, RefusedForGood),
        (131000, Unknown),
    ],
)
def test_each_error_is_mapped_to_what_it_proves(code, kind):
    assert isinstance(WhatsApp(LIMITS).outcome(Answer(400, {"error": {"code": code}})), kind)


def test_the_patience_that_meta_asks_for_is_kept(sandbox):
    sandbox.faults(mode="rate_limited", retry_after="90")
    assert sent(message()) == RefusedForNow("WhatsApp asks us to slow down", timedelta(seconds=90))


def test_the_answer_to_another_number_settles_nothing():
    provider = WhatsApp(LIMITS)
    other = Answer(200, {"contacts": [{"input": "+1"}], "messages": [{"id": "wamid.x"}]})
    assert not provider.is_answer_to(provider.request(message()), other)


# ---------- the webhook ----------

PATH = reverse("hooks:whatsapp")


@pytest.fixture
def attempt(borrower):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="whatsapp", provider="whatsapp", state="calling", body="x"
    )


@pytest.fixture
def post(client, settings):
    def post(secret=None, number=None, **news):
        number = number or settings.WHATSAPP_PHONE_NUMBER_ID
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, **news}
        entry = {"id": "0", "changes": [{"field": "messages", "value": value}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signature = whatsapp_signature.sign(secret or settings.WHATSAPP_APP_SECRET, body)
        return client.post(
            PATH, body, content_type="application/json", headers={"X-Hub-Signature-256": signature}
        )

    return post


def status(attempt, word, **more):
    return {"id": "wamid.1", "status": word, "biz_opaque_callback_data": str(attempt.pk), **more}


def test_meta_is_told_that_the_address_is_ours(client):
    asked = {"hub.mode": "subscribe", "hub.verify_token": "sandbox-verify", "hub.challenge": "1158201444"}
    answer = client.get(PATH, asked)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert client.get(PATH, {**asked, "hub.verify_token": "guessed"}).status_code == 403


def test_the_challenge_is_never_a_page(client):
    asked = {"hub.mode": "subscribe", "hub.verify_token": "sandbox-verify", "hub.challenge": "<script>"}
    assert client.get(PATH, asked)["Content-Type"].startswith("text/plain")


def test_news_that_meta_has_not_signed_is_refused(db, post, attempt):
    assert post(secret="wrong", statuses=[status(attempt, "read")]).status_code == 403
    assert not ProviderEvent.objects.exists()


def test_without_a_secret_nobody_can_sign(db, post, attempt, settings):
    settings.WHATSAPP_APP_SECRET = ""
    assert post(secret="x", statuses=[status(attempt, "read")]).status_code == 403


def test_a_status_before_our_commit_settles_the_attempt(db, post, attempt):
    assert post(statuses=[status(attempt, "delivered")]).status_code == 200
    attempt.refresh_from_db()
    assert (attempt.state, attempt.delivery) == (AttemptState.ACCEPTED, Delivery.DELIVERED)
    assert attempt.provider_reference == "wamid.1"


def test_statuses_only_move_forward_in_any_order_and_any_number(db, post, attempt):
    for word in ("read", "sent", "delivered", "read", "delivered"):
        post(statuses=[status(attempt, word)])
    attempt.refresh_from_db()
    assert attempt.delivery == Delivery.READ
    assert ProviderEvent.objects.count() == 3


def test_what_failed_says_why(db, post, attempt):
    post(statuses=[status(attempt, "failed", errors=[{"code": 131026}])])
    attempt.refresh_from_db()
    assert (attempt.delivery, attempt.detail) == (
        Delivery.UNDELIVERED,
        "the number has no WhatsApp that takes it",
    )


def test_news_of_another_number_of_the_account_is_left_alone(db, post, attempt):
    assert post(number="42", statuses=[status(attempt, "read")]).status_code == 200
    assert not ProviderEvent.objects.exists()


@pytest.fixture
def answers(monkeypatch):
    """What goes back to the person: the far end of the hook."""
    found = []
    monkeypatch.setattr(direct, "answer_when_committed", lambda back, *words: found.append(back))
    return found


@pytest.mark.parametrize(
    "words",
    [
        {"type": "text", "text": {"body": "STOP"}},
        {"type": "button", "button": {"text": "Stop", "payload": "x"}},
        {"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "stop"}}},
    ],
)
def test_a_stop_holds_once_and_is_confirmed_once(db, post, borrower, answers, words):
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    for _ in range(2):
        post(messages=[{"from": NUMBER.removeprefix("+"), "id": "wamid.in", **words}])
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert answers == [direct.Back("whatsapp", NUMBER, "whatsapp")]


def test_a_picture_is_no_wish(db, post, borrower, answers):
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    post(
        messages=[{"from": NUMBER.removeprefix("+"), "id": "wamid.p", "type": "image", "image": {"id": "1"}}]
    )
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "words", [{"type": "reaction", "reaction": {"emoji": "👍"}}, {"type": "system", "system": {}}]
)
def test_what_says_nothing_is_not_answered(db, post, borrower, answers, words):
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    post(messages=[{"from": NUMBER.removeprefix("+"), "id": "wamid.r", **words}])
    assert answers == []
    assert ProviderEvent.objects.get().handled_at


def test_a_number_that_its_owner_has_given_up_is_closed(db, post, borrower, answers):
    """Meta, WhatsApp Cloud API, "Webhooks", system messages: user_changed_number."""
    phone = borrower.contact_points.get(kind=ContactPoint.Kind.PHONE)
    ContactPoint.objects.filter(pk=phone.pk).update(value=NUMBER)
    told = {"type": "user_changed_number", "body": "User A changed from 1 to 2", "wa_id": "12025550199"}
    post(messages=[{"from": NUMBER.removeprefix("+"), "id": "wamid.s", "type": "system", "system": told}])
    phone.refresh_from_db()
    assert phone.closed_reason == ContactPoint.Closed.UNREACHABLE
    assert answers == []


def test_who_has_told_whatsapp_to_stop_us_is_reminded_by_other_ways(db, post, borrower, attempt):
    ways = dict.fromkeys(DEFAULT.channels, ("whatsapp", "email"))
    Preference.objects.create(borrower=borrower, choice=replace(DEFAULT, channels=ways).to_json())
    post(statuses=[status(attempt, "failed", errors=[{"code": 131050}])])
    chosen = Preference.objects.get(borrower=borrower).choice["channels"]
    assert chosen["due"] == ["email"]
