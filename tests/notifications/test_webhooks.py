"""Webhooks: told with the decision, signed, at least once, never into the lender's own network."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Borrower
from notifications import stops, webhooks
from notifications.models import WebhookDelivery, WebhookEndpoint

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)


class Receiver:
    """A system of the lender's on loopback: keeps what it gets, answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def endpoint(db: None, receiver: Receiver) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        name="CRM", url=receiver.url, secret=webhooks.new_secret(), events=["reminders.stopped"]
    )


def stop(borrower: Borrower) -> None:
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOW)


def is_signed(endpoint: WebhookEndpoint, headers: dict[str, str], body: str) -> bool:
    """As a receiver checks it, by the words of the standard."""
    key = base64.b64decode(endpoint.secret[len("whsec_") :])
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}"
    expected = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    made = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.django_db(transaction=True)
def test_a_stop_is_told_signed_and_once(
    borrower: Borrower, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    stop(borrower)
    assert webhooks.send_due(now=NOW) == 1
    assert webhooks.send_due(now=NOW + timedelta(days=1)) == 0
    [(headers, body)] = receiver.got
    assert is_signed(endpoint, headers, body)
    assert json.loads(body) == {
        "type": "reminders.stopped", "timestamp": NOW.isoformat(),
        "data": {"borrower": borrower.reference, "stopped": True},
    }  # fmt: skip
    assert not is_signed(endpoint, headers, body + " ")


@pytest.mark.django_db
def test_only_what_an_endpoint_wants_is_told(borrower: Borrower, endpoint: WebhookEndpoint) -> None:
    stop(borrower)
    stops.start(borrower, words="START", way="sms", by=None, now=NOW)
    assert [row.event for row in WebhookDelivery.objects.all()] == ["reminders.stopped"]
    WebhookEndpoint.objects.update(is_active=False)
    stop(borrower)
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [302, 400, 500, 503])
def test_what_is_not_taken_is_told_again_later(
    borrower: Borrower, endpoint: WebhookEndpoint, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    stop(borrower)
    assert webhooks.send_due(now=NOW) == 0
    row = WebhookDelivery.objects.get()
    assert (row.tries, row.detail) == (1, f"HTTP {status}")
    assert row.next_attempt_at is not None
    assert NOW + timedelta(seconds=15) <= row.next_attempt_at <= NOW + timedelta(seconds=30)
    receiver.status = 200
    assert webhooks.send_due(now=NOW) == 0
    assert webhooks.send_due(now=NOW + timedelta(minutes=1)) == 1
    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_nobody_answering_is_tried_for_three_days_and_then_given_up(
    borrower: Borrower, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.server.shutdown()
    receiver.server.server_close()
    stop(borrower)
    now = NOW
    while (row := WebhookDelivery.objects.get()).next_attempt_at:
        now = row.next_attempt_at
        webhooks.send_due(now=now)
    assert NOW + timedelta(days=2) < now <= NOW + webhooks.GIVE_UP
    assert row.detail.startswith("no answer")
    assert row.tries < 40


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_wants_no_more_gets_no_more(
    borrower: Borrower, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status = 410
    stop(borrower)
    webhooks.send_due(now=NOW)
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert WebhookDelivery.objects.get().next_attempt_at is None


@pytest.mark.django_db(transaction=True)
def test_a_killed_sender_leaves_its_rows_to_the_next(borrower: Borrower, endpoint: WebhookEndpoint) -> None:
    stop(borrower)
    assert webhooks._claim(NOW)  # and dies
    assert webhooks.send_due(now=NOW + timedelta(seconds=30)) == 0
    assert webhooks.send_due(now=NOW + webhooks.LEASE) == 1


@pytest.mark.django_db
def test_an_event_of_what_did_not_happen_is_not_told(borrower: Borrower, endpoint: WebhookEndpoint) -> None:
    @transaction.atomic
    def begin_and_fail() -> None:
        stop(borrower)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        begin_and_fail()
    assert not WebhookDelivery.objects.exists()


@given(tries=st.integers(1, 1000), share=st.floats(0, 1, exclude_max=True))
def test_the_wait_is_within_half_and_whole_of_its_ceiling(tries: int, share: float) -> None:
    ceiling = min(webhooks.LONGEST_WAIT, webhooks.FIRST_WAIT * 2 ** min(tries - 1, 10))
    assert ceiling / 2 <= webhooks.wait(tries, share=share) <= ceiling


@pytest.mark.parametrize(
    "url",
    [
        "http://lender.example/",
        "https://127.0.0.1/",
        "https://10.0.0.8/x",
        "https://[::1]/",
        "https://169.254.169.254/",
    ],
)
def test_in_production_only_public_addresses_over_https_are_told(url: str) -> None:
    with override_settings(LOCAL=False):
        assert webhooks.problem_of(url)
        assert not webhooks.problem_of("https://lender.example/hook")


def test_a_name_of_the_own_network_is_not_resolved() -> None:
    async def resolve() -> None:
        await webhooks.PublicOnly().resolve("localhost", 443)

    with pytest.raises(OSError, match="no public address"):
        asyncio.run(resolve())


@pytest.mark.django_db
def test_staff_set_up_a_webhook_and_see_its_secret(staff_client: Client) -> None:
    form = {
        "name": "CRM",
        "url": "https://lender.example/hook",
        "events": ["reminders.stopped"],
        "is_active": "on",
    }
    assert staff_client.post("/admin/notifications/webhookendpoint/add/", form).status_code == 302
    endpoint = WebhookEndpoint.objects.get()
    page = staff_client.get(f"/admin/notifications/webhookendpoint/{endpoint.pk}/change/").content.decode()
    assert endpoint.secret in page
