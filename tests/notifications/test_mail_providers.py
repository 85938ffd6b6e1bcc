"""E-mail by django-anymail: what each provider's own answer proves, and one provider's whole protocol over HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Borrower, ContactPoint
from notifications.channels.base import (
    About,
    Accepted,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.deliver import deliver
from notifications.models import Attempt, Hold
from notifications.words import Delivery
from tests.notifications.limits import LIMITS
from tests.sandbox import Sandbox, running
from tests.waiting import until

ADDRESS = "john@example.com"


class Answering(HTTPServer):
    """A mail provider that gives the one answer of its documentation."""

    status, body = 200, {}
    asked: list[bytes]


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def provider() -> Iterator[Answering]:
    server = Answering(("127.0.0.1", 0), _Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


SENT = {
    "postmark": {
        "To": ADDRESS,
        "SubmittedAt": "2026-01-26T07:25:01Z",
        "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
        "ErrorCode": 0,
        "Message": "OK",
    },
    "mailgun": {"id": "<20260126.1@mg.example.com>", "message": "Queued. Thank you."},
    "brevo": {"messageId": "<201798300811.5787683@relay.domain.com>"},
    "resend": {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"},
    "mandrill": [{"email": ADDRESS, "status": "queued", "_id": "abc123abc123abc123abc123abc123"}],
    "postal": {
        "status": "success",
        "data": {"message_id": "x@rp.example", "messages": {ADDRESS: {"id": 1, "token": "t"}}},
    },
    "sparkpost": {
        "results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": "11668787484950529"}
    },
}


@pytest.fixture
def send(settings: Any, provider: Answering) -> Callable[..., Outcome]:
    def send(name: str, body: Any, status: int = 200) -> Outcome:
        provider.body, provider.status = body, status
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        upper, url = name.upper(), f"http://127.0.0.1:{provider.server_port}/"
        keys = ("API_KEY", "SERVER_TOKEN")
        settings.ANYMAIL = {f"{upper}_{key}": "key" for key in keys} | {
            f"{upper}_API_URL": url,
            "MAILGUN_SENDER_DOMAIN": "mg.example.com",
        }
        message = Message(uuid4(), "email", ADDRESS, subject="Your bill", text="It is due.", language="en")
        return deliver({"email": [message]}, LIMITS)[message.id]

    return send


@pytest.mark.parametrize("name", SENT)
def test_what_a_provider_says_it_has_taken_is_accepted_under_its_own_id(
    name: str, send: Callable[..., Outcome], provider: Answering
) -> None:
    outcome = send(name, SENT[name])
    assert isinstance(outcome, Accepted)
    assert 0 < len(outcome.reference) <= 64
    assert len(provider.asked) == 1


@pytest.mark.parametrize("name", ["postmark", "mailgun", "mandrill", "sparkpost"])
def test_a_provider_that_can_is_given_our_own_id(
    name: str, send: Callable[..., Outcome], provider: Answering
) -> None:
    send(name, SENT[name])
    assert b"attempt" in provider.asked[0]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("sent", Accepted),
        ("queued", Accepted),
        ("rejected", RefusedForGood),
        ("invalid", RefusedForGood),
    ],
)
def test_each_state_of_a_recipient_is_the_outcome_it_proves(
    status: str, expected: type[Outcome], send: Callable[..., Outcome]
) -> None:
    outcome = send("mandrill", [{"email": ADDRESS, "status": status, "_id": "abc123"}])
    assert isinstance(outcome, expected)
    if isinstance(outcome, RefusedForGood):
        assert outcome.about is About.ADDRESS


def test_a_state_that_nobody_knows_is_unknown_and_never_resent(send: Callable[..., Outcome]) -> None:
    unheard = send("mandrill", [{"email": ADDRESS, "status": "something new", "_id": "abc123"}])
    assert isinstance(unheard, Unknown)


def test_an_address_that_the_provider_has_put_aside_is_refused_for_good(
    send: Callable[..., Outcome],
) -> None:
    words = (
        "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
        f"{ADDRESS}. Inactive recipients are ones that have generated a hard bounce or a spam complaint."
    )
    assert send("postmark", {"ErrorCode": 406, "Message": words}, status=422) == RefusedForGood(
        "the mail provider does not send to this address", About.ADDRESS
    )


@pytest.mark.parametrize(("status", "expected"), [(429, RefusedForNow), (401, RefusedForNow), (500, Unknown)])
def test_a_provider_in_trouble_is_read_by_its_status(
    status: int, expected: type[Outcome], send: Callable[..., Outcome]
) -> None:
    assert isinstance(send("brevo", {"message": "…"}, status=status), expected)


# ---------- Postmark's whole protocol, with the sandbox ----------


@pytest.fixture
def postmark(transactional_db: None, live_server: Any, settings: Any) -> Iterator[Sandbox]:
    settings.PORTAL_URL = live_server.url
    with running(portal_url=live_server.url) as sandbox:
        sandbox.faults(callbacks=True, receipt_delay_ms=0)
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            **settings.ANYMAIL,
            "POSTMARK_SERVER_TOKEN": "sandbox-token",
            "POSTMARK_API_URL": f"{sandbox.url}/postmark/",
        }
        yield sandbox


def mailed(borrower: Borrower, to: str) -> Attempt:
    """A mail as the engine sends it: its attempt first, then the call."""
    point = borrower.contact_points.get(kind=ContactPoint.Kind.EMAIL)
    point.value = to
    point.save()
    attempt = Attempt.objects.create(
        borrower=borrower, category="due", channel="email", provider="email", contact_point=point, body="x"
    )
    message = Message(attempt.pk, "email", to, subject="Your bill", text="It is due.", language="en")
    outcome = deliver({"email": [message]}, LIMITS)[message.id]
    assert isinstance(outcome, Accepted)
    Attempt.objects.filter(pk=attempt.pk, state="calling").update(
        state="accepted", provider_reference=outcome.reference
    )
    return attempt


def test_a_mail_arrives_its_receipt_comes_back_and_its_answer_is_heard(
    postmark: Sandbox, borrower: Borrower
) -> None:
    attempt = mailed(borrower, "zhang@example.com")
    assert postmark.mails("zhang@example.com")[0]["text"] == "It is due."
    until(lambda: Attempt.objects.get(pk=attempt.pk).delivery == Delivery.DELIVERED, "the receipt")
    postmark.reply_by_mail("zhang@example.com", "Please stop sending me these e-mails")
    until(Hold.objects.filter(borrower=borrower, reason="stop_request").exists, "the stop")
    until(lambda: len(postmark.mails("zhang@example.com")) == 2, "the confirmation, once")


@pytest.mark.parametrize(
    ("name", "why"), [("HardBounce", "bounced"), ("SpamComplaint", "complained"), ("SoftBounce", "")]
)
def test_a_bounce_or_a_complaint_comes_back_and_closes_the_address(
    postmark: Sandbox, borrower: Borrower, name: str, why: str
) -> None:
    attempt = mailed(borrower, f"{name}@bounce-testing.postmarkapp.com")
    until(lambda: Attempt.objects.get(pk=attempt.pk).delivery != Delivery.NONE, "the receipt")
    point = borrower.contact_points.get(kind=ContactPoint.Kind.EMAIL)
    until(lambda: ContactPoint.objects.get(pk=point.pk).closed_reason == why, "what it says of the address")
