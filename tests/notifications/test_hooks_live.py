"""The sandbox's providers and the portal, each a server: receipts and replies as they come over the wire.

What a provider may do, it does here: it tells twice, tells the end before the beginning, tells before our own answer is
written, and tells of what was sent years ago.
"""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from notifications import gateway_file, receipts
from notifications.channels.base import Accepted, Approved, Message
from notifications.channels.deliver import deliver
from notifications.models import Attempt, Hold, ProviderEvent
from notifications.sandbox import gateway
from notifications.words import AttemptState, Channel, Delivery
from tests.notifications import described
from tests.notifications.limits import LIMITS
from tests.sandbox import running
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "+8613900001234"
WAYS = {
    "twilio": (Channel.SMS, {}),
    "alibaba": (Channel.SMS, {"alibaba": Approved("SMS_1", "", ())}),
    "whatsapp": (Channel.WHATSAPP, {"whatsapp": Approved("bill_due", "en_US", ())}),
    gateway.NAME: (Channel.SMS, {}),  # which docs/http-provider.example.toml describes
}
RECEIPTS = {"twilio": 3, "alibaba": 1, "whatsapp": 2, gateway.NAME: 2}  # of one message that arrived


@pytest.fixture
def provider(live_server, settings, tmp_path, monkeypatch):
    """The sandbox, which calls the portal of this test."""
    settings.PORTAL_URL = live_server.url
    with running(portal_url=live_server.url) as sandbox:
        settings.TWILIO_BASE_URL = sandbox.url
        settings.ALIBABA_SMS_BASE_URL = f"{sandbox.url}/alibaba"
        settings.WHATSAPP_BASE_URL = f"{sandbox.url}/whatsapp"
        described.install(settings, tmp_path, monkeypatch, url=f"{sandbox.url}/gateway/v1/messages")
        sandbox.faults(callbacks=True, receipt_delay_ms=10)
        yield sandbox
    gateway_file.load.cache_clear()


@pytest.fixture
def attempt(borrower):
    """Committed before its call, as each is."""

    def attempt(name, **fields):
        known = {"state": "calling", "id": uuid4(), "category": "due", "body": "x", **fields}
        return Attempt.objects.create(borrower=borrower, channel=WAYS[name][0], provider=name, **known)

    return attempt


def send(name, attempt_id: UUID):
    channel, approved = WAYS[name]
    one = Message(attempt_id, channel, NUMBER, subject="", text="x", language="en", approved=approved)
    return deliver({name: [one]}, LIMITS)[one.id]


def becomes(attempt, delivery):
    def is_so():
        attempt.refresh_from_db()
        return attempt.delivery == delivery

    until(is_so, f"it becomes {delivery}")


@pytest.mark.parametrize("name", WAYS)
def test_a_receipt_before_our_own_answer_is_written_settles_the_attempt(provider, attempt, name):
    sent = attempt(name)
    outcome = send(name, sent.pk)
    assert isinstance(outcome, Accepted)  # written by nobody: the worker died
    becomes(sent, Delivery.DELIVERED)
    assert (sent.state, sent.provider_reference) == (AttemptState.ACCEPTED, outcome.reference)


@pytest.mark.parametrize("name", WAYS)
def test_a_receipt_of_years_ago_still_finds_its_attempt(provider, attempt, name):
    sent = attempt(name, started_at=timezone.now() - timedelta(days=3 * 365))
    send(name, sent.pk)
    becomes(sent, Delivery.DELIVERED)


@pytest.mark.parametrize("name", WAYS)
def test_receipts_that_come_twice_and_the_last_one_first_only_move_forward(provider, attempt, name):
    provider.faults(callbacks=True, receipt_delay_ms=10, unruly=True)
    sent = attempt(name)
    send(name, sent.pk)
    becomes(sent, Delivery.DELIVERED)
    provider.wait_until_told()
    sent.refresh_from_db()
    assert sent.delivery == Delivery.DELIVERED
    handled = ProviderEvent.objects.exclude(handled_at=None).count()
    assert ProviderEvent.objects.count() == handled == RECEIPTS[name]


@pytest.mark.parametrize("name", WAYS)
def test_a_receipt_that_is_here_before_the_attempt_waits_for_it(provider, attempt, name):
    some_id = uuid4()
    send(name, some_id)
    provider.wait_until_told()
    assert not ProviderEvent.objects.exclude(handled_at=None).exists()
    sent = attempt(name, id=some_id)
    assert receipts.sweep(now=timezone.now(), limit=10)
    sent.refresh_from_db()
    assert sent.delivery == Delivery.DELIVERED


@pytest.mark.parametrize("name", WAYS)
def test_a_stop_that_comes_twice_holds_once(provider, borrower, name):
    provider.faults(callbacks=True, unruly=True)
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    send(name, uuid4())  # a person answers the way they were written to
    provider.wait_until_told()
    ProviderEvent.objects.all().delete()
    provider.reply(NUMBER, "STOP")
    provider.wait_until_told()
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert ProviderEvent.objects.filter(kind="inbound").count() == 1
