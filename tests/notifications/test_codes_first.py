"""Sign-in codes wait for nothing: not behind 5,000 reminders, not for a breaker, not for a rate."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connections

from accounts import letters
from accounts.addresses import Address, Kind
from benchmarks.dispatch import add_people
from notifications import direct, dispatch, engine
from notifications.models import Attempt
from notifications.traffic import bucket, shared
from tests.notifications.test_failover import DEAD, FIRST, second, second_server  # noqa: F401  (fixtures)
from tests.waiting import until

MORNING = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York
PHONE = "+12125550177"
REMINDERS = 5000


def test_a_code_goes_out_though_the_breaker_is_open_and_the_bucket_is_empty(sandbox, settings):
    settings.PROVIDER_RATES = {"twilio": 1}
    shared.tell_calls(FIRST, calls=100, faults=100, now=time.time())
    bucket.take("twilio", settings.TWILIO_FROM, 1000)
    assert direct.send_text(PHONE, "123456")
    assert sandbox.texts(PHONE) == ["123456"]


def test_a_code_fails_over_to_the_second_provider(second, settings):  # noqa: F811
    settings.TWILIO_BASE_URL = DEAD
    assert direct.send_text(PHONE, "123456")
    assert second.texts(PHONE) == ["123456"]


def test_a_code_goes_first_by_the_provider_whose_breaker_is_closed(sandbox, second):  # noqa: F811
    shared.tell_calls(FIRST, calls=100, faults=100, now=time.time())
    assert direct.send_text(PHONE, "123456")
    assert (sandbox.texts(PHONE), second.texts(PHONE)) == ([], ["123456"])


def test_a_code_of_which_nobody_knows_is_not_sent_twice(sandbox, second):  # noqa: F811
    sandbox.faults(mode="error_500_after_accept")
    assert not direct.send_text(PHONE, "123456")
    assert (sandbox.texts(PHONE), second.texts(PHONE)) == (["123456"], [])


@pytest.mark.django_db(transaction=True)
def test_a_code_goes_out_at_once_while_five_thousand_reminders_are_under_way(defaults, sandbox):
    add_people("P", REMINDERS, due_on=MORNING.date())
    engine.tick(now=MORNING)
    sandbox.faults(latency_ms=200)
    is_over = threading.Event()

    def work() -> None:
        dispatch.send_due(clock=lambda: MORNING, until=is_over.is_set)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while not Attempt.objects.filter(state="accepted").exists():
            assert worker.is_alive()
            time.sleep(0.05)
        letters.send("sign_in_code", to=Address(Kind.PHONE, PHONE), language="en", code="123456")
        until(lambda: sandbox.texts(PHONE), "the code arrives")
        assert worker.is_alive()
        assert Attempt.objects.filter(state="accepted").count() < REMINDERS
    finally:
        is_over.set()
        worker.join()
