"""A provider that a TOML file describes: the file, sending over real HTTP, receipts and replies."""

import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import ContactPoint
from notifications import checks, direct, gateway_file
from notifications.channels.base import (
    About,
    Accepted,
    Message,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.deliver import deliver
from notifications.channels.http import SET_UP_WRONG
from notifications.gateway_file import GatewayError, at, parse
from notifications.models import Attempt, Hold, ProviderEvent
from notifications.words import AttemptState, Delivery
from tests.notifications import described
from tests.notifications.described import EXAMPLE, SECRETS, URL
from tests.notifications.limits import LIMITS, limits_of

NUMBER = "+12025550143"


@pytest.fixture(autouse=True)
def acme(settings, tmp_path, monkeypatch):
    described.install(settings, tmp_path, monkeypatch)
    yield
    gateway_file.load.cache_clear()


@pytest.fixture
def gateway(sandbox, settings, tmp_path, monkeypatch):
    described.install(settings, tmp_path, monkeypatch, url=f"{sandbox.url}/gateway/v1/messages")
    return sandbox


def sent(limits=LIMITS):
    one = Message(uuid4(), "sms", NUMBER, subject="", text='Say "hi" {to}', language="en")
    return deliver({"acme": [one]}, limits)[one.id]


# ---------- the file ----------


def test_the_example_is_a_file_that_can_be_used():
    assert checks.described_providers_can_be_used() == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('body = "json" ', 'body = "xml" ', "body = 'xml' is not known"),
        ('"{text}"', '"{words}"', "{words} is not known"),
        ('"{text}"', '"hello"', "{text} stands nowhere"),
        ('means = "accepted"', 'means = "unknown"', "none of them means accepted"),
        ('why = "not a phone number"', "", "'why' is missing"),
        (URL, "http://api.gateway.example/", "is not an https address"),
        ('method = "POST" ', 'methd = "POST" ', "['methd'] are not known"),
        ('failed = "undelivered"', 'failed = "lost"', "'lost' is not known"),
        ('"ACME_TOKEN"', '"ACME_TOKN"', "ACME_TOKN is not set in the environment"),
        ("[send]", "[send", "not TOML"),
        ("status = [200, 201, 202]", 'status = ["200"]', "is not a list of HTTP statuses"),
    ],
)
def test_a_file_that_cannot_work_is_refused_with_its_name_the_key_and_the_reason(old, new, reason):
    assert old in EXAMPLE
    with pytest.raises(GatewayError) as refused:
        parse(EXAMPLE.replace(old, new), "acme.toml", lambda name: SECRETS.get(name, ""))
    assert str(refused.value).startswith("acme.toml: ")
    assert reason in str(refused.value)


def test_the_check_names_a_file_that_is_not_there(settings, tmp_path):
    settings.HTTP_PROVIDERS = {"other": str(tmp_path / "none.toml")}
    (error,) = checks.described_providers_can_be_used()
    assert "none.toml: cannot be read" in error.msg


def test_a_path_leads_through_tables_and_lists():
    assert at({"messages": [{"id": 7}]}, "messages.0.id") == 7
    assert at({"messages": []}, "messages.0.id") is None


# ---------- sending, over HTTP ----------


def test_a_text_goes_out_with_its_words_as_they_are(gateway):
    outcome = sent()
    assert isinstance(outcome, Accepted)
    assert len(outcome.reference) == 24
    assert gateway.texts(NUMBER) == ['Say "hi" {to}']


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("rate_limited", RefusedForNow("the provider asks us to slow down", timedelta(seconds=30))),
        ("refuse_for_good", RefusedForGood("not a phone number", About.ADDRESS)),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_file(gateway, mode, outcome):
    gateway.faults(mode=mode)
    assert sent() == outcome


@pytest.mark.parametrize(
    "mode",
    [
        *("error_500", "error_500_after_accept", "hang", "reset_after_accept"),
        *("garbage_201", "lying_201", "endless_201"),
    ],
)
def test_what_no_rule_proves_is_unknown(gateway, mode):
    gateway.faults(mode=mode)
    assert isinstance(sent(limits_of(mode)), Unknown)


def test_a_wrong_token_is_a_set_up_to_mend(gateway, monkeypatch):
    monkeypatch.setenv("ACME_TOKEN", "wrong")
    gateway_file.load.cache_clear()
    assert sent() == SET_UP_WRONG


# ---------- receipts and replies ----------


@pytest.fixture
def attempt(borrower):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="acme", state="calling", body="x"
    )


@pytest.fixture
def post(client):
    def post(kind, body, secret="sandbox-secret", name="acme"):
        content = json.dumps(body).encode()
        signature = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
        path = reverse(f"hooks:gateway_{kind}", args=[name])
        return client.post(path, content, content_type="application/json", headers={"X-Signature": signature})

    return post


def events(attempt, *states):
    return {"events": [{"ref": str(attempt.pk), "message_id": "m1", "status": one} for one in states]}


def test_a_receipt_before_our_commit_settles_the_attempt(db, post, attempt):
    assert post("receipt", events(attempt, "delivered")).status_code == 204
    attempt.refresh_from_db()
    assert (attempt.state, attempt.delivery) == (AttemptState.ACCEPTED, Delivery.DELIVERED)


def test_receipts_that_come_twice_or_late_only_move_forward(db, post, attempt):
    for _ in range(2):
        post("receipt", events(attempt, "delivered", "sent"))
    attempt.refresh_from_db()
    assert attempt.delivery == Delivery.DELIVERED
    assert ProviderEvent.objects.count() == 2


def test_a_wrong_signature_or_an_unknown_name_is_refused(db, post, attempt):
    assert post("receipt", events(attempt, "sent"), secret="wrong").status_code == 403
    assert post("receipt", events(attempt, "sent"), name="nobody").status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_stop_by_reply_holds_and_is_answered_by_a_text(db, post, borrower, monkeypatch):
    answers = []
    monkeypatch.setattr(direct, "answer_when_committed", lambda back, *words: answers.append(back))
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    for _ in range(2):
        post("reply", {"message_id": "in1", "from": NUMBER, "text": "STOP"})
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert answers == [direct.Back("sms", NUMBER, "acme")]


def test_a_reason_that_the_file_calls_the_numbers_fault_closes_it(db, post, borrower, attempt):
    phone = borrower.contact_points.get(kind=ContactPoint.Kind.PHONE)
    Attempt.objects.filter(pk=attempt.pk).update(contact_point=phone)
    [told] = events(attempt, "failed")["events"]
    post("receipt", {"events": [{**told, "reason": "unknown_number"}]})
    phone.refresh_from_db()
    assert phone.closed_reason == ContactPoint.Closed.UNREACHABLE
