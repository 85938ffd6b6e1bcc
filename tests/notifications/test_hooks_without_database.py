"""A STOP that arrives while the database is away holds all the same, and the provider hears that we have it."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import ContactPoint
from notifications import hearing, receipts
from notifications.channels import twilio_signature
from notifications.hooks import spool
from notifications.models import Attempt, Hold, ProviderEvent
from notifications.words import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def database_away():
    """Nobody listens where the database was."""
    known = connection.settings_dict["HOST"]
    pool = connection.settings_dict["OPTIONS"]["pool"]
    connection.close()
    connection.close_pool()
    connection.settings_dict["HOST"] = "/nowhere"
    connection.settings_dict["OPTIONS"]["pool"] = {**pool, "timeout": 0.3}
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict["HOST"] = known
        connection.settings_dict["OPTIONS"]["pool"] = pool


@pytest.fixture(autouse=True)
def spool_of_this_test(settings, tmp_path):
    settings.HOOK_SPOOL = tmp_path / "spool"


@pytest.fixture
def phone(borrower):
    return borrower.contact_points.get(kind=ContactPoint.Kind.PHONE).value


@pytest.fixture
def post(client, settings):
    def post(name, form, *arguments):
        path = reverse(f"hooks:{name}", args=arguments)
        signature = twilio_signature.sign(
            settings.TWILIO_AUTH_TOKEN, url=settings.PORTAL_URL + path, form=list(form.items())
        )
        return client.post(path, form, headers={"X-Twilio-Signature": signature})

    return post


def stop(phone, sid="SM1"):
    return {"MessageSid": sid, "From": phone, "To": "+15550100100", "Body": "STOP"}


def test_a_stop_is_taken_and_holds_once_the_database_is_back(post, borrower, phone):
    with database_away():
        answer = post("twilio_inbound", stop(phone))
        assert answer.status_code == 200
        assert b"<Message>" not in answer.content
        assert post("twilio_inbound", stop(phone)).status_code == 200  # Twilio's second try
    assert hearing.drain() == 2
    receipts.sweep(now=timezone.now(), limit=10)
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1
    assert ProviderEvent.objects.get().handled_at
    assert hearing.drain() == 0


def test_the_next_hook_brings_the_waiting_ones_along(post, borrower, phone):
    with database_away():
        post("twilio_inbound", stop(phone))
    post("twilio_inbound", {**stop(phone, sid="SM2"), "Body": "HELP"})
    assert set(ProviderEvent.objects.values_list("event_key", flat=True)) == {"SM1", "SM2"}


def test_a_receipt_that_waited_longer_than_strays_may_is_matched_all_the_same(post, borrower):
    attempt = Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="accepted", body="x"
    )
    with database_away():
        form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        assert post("twilio_status", form, attempt.pk).status_code == 204
    hearing.drain()
    receipts.sweep(now=timezone.now() + 2 * receipts.GIVE_UP, limit=10)
    attempt.refresh_from_db()
    assert attempt.delivery == Delivery.DELIVERED


def test_a_full_spool_says_so_and_the_provider_comes_again(post, phone, settings):
    settings.HOOK_SPOOL_BYTES = 10
    with database_away():
        answer = post("twilio_inbound", stop(phone))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert not spool.waits(settings.HOOK_SPOOL) or hearing.drain() == 0


def test_an_unsigned_stop_is_not_spooled(client, phone, settings):
    with database_away():
        assert client.post(reverse("hooks:twilio_inbound"), stop(phone)).status_code == 403
    assert not spool.waits(settings.HOOK_SPOOL)
