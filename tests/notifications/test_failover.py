"""Several providers of one channel: what one surely did not take another takes at once, and never what is unknown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from notifications import dispatch, engine, stops
from notifications.models import Attempt, Lane, Reminder
from notifications.traffic import shared
from notifications.traffic.breaker import State
from notifications.words import AttemptState, ReminderState
from tests import factories
from tests.sandbox import running

DUE = date(2026, 2, 1)
MORNING = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before
FIRST, SECOND = ("sms", "twilio"), ("sms", "second")
DEAD = "http://127.0.0.1:9"  # the discard port: nobody listens, so nothing was sent


@pytest.fixture(scope="session")
def second_server():
    with running() as server:
        yield server


@pytest.fixture
def second(second_server, settings):
    """All texts go to the first provider as long as it does well: the second has next to no weight."""
    second_server.reset()
    settings.SECOND_BASE_URL = second_server.url
    settings.PROVIDERS = {**settings.PROVIDERS, "second": "tests.notifications.second_provider.Second"}
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "sms": {"twilio": 1, "second": 1e-9}}
    return second_server


def people(number):
    phones = []
    for _ in range(number):
        person = factories.make_borrower()
        phones.append(factories.make_contact_point(person).value)
        factories.make_bill(factories.make_loan(person), due_on=DUE)
    return phones


def received(server, phones):
    return [len(server.texts(phone)) for phone in phones]


def trip(way, now=MORNING):
    shared.tell_calls(way, calls=100, faults=100, now=now.timestamp())


def test_what_cannot_connect_goes_by_the_other_provider_in_the_same_run(reminders, second, settings):
    phones = people(3)
    settings.TWILIO_BASE_URL = DEAD
    assert reminders.run(MORNING) == 6
    assert received(second, phones) == [1, 1, 1]
    tried = Attempt.objects.order_by("started_at", "state").values_list("provider", "state")
    assert sorted(tried) == [("second", "accepted")] * 3 + [("twilio", "refused_retryable")] * 3
    assert set(Reminder.objects.filter(step__offset_days=-3).values_list("state", flat=True)) == {"sent"}


def test_a_refused_attempt_gives_its_place_in_the_cap_back_and_the_next_takes_it(
    reminders, sandbox, second, settings
):
    """One text a day is allowed. The refused one is not among them; the second one is, so a third must wait."""
    [phone] = people(1)
    sandbox.faults(mode="rate_limited", times=1)
    reminders.run(MORNING)
    assert received(second, [phone]) == [1]
    factories.make_bill(factories.make_loan(Lane.objects.get().borrower), due_on=DUE)
    reminders.run(MORNING + timedelta(minutes=5))
    assert received(second, [phone]) == [1]
    assert received(sandbox, [phone]) == [0]


@pytest.mark.parametrize(
    "fault", ["error_500_after_accept", "reset_after_accept", "garbage_201", "error_500"]
)
def test_what_is_unknown_is_never_failed_over(reminders, sandbox, second, fault):
    phones = people(2)
    sandbox.faults(mode=fault)
    for hours in range(6):
        reminders.run(MORNING + timedelta(hours=hours))
    assert received(second, phones) == [0, 0]
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.UNKNOWN}


def test_what_is_wrong_with_the_message_alone_is_for_no_other_provider(
    reminders, sandbox, second, mailoutbox
):
    phones = people(1)
    sandbox.faults(mode="refuse_for_good")
    reminders.run(MORNING)
    assert received(second, phones) == [0]


def test_the_gate_decides_again_before_the_other_provider_is_called(reminders, sandbox, second, settings):
    """A STOP that comes between the first provider's refusal and the second's call is heeded."""
    [phone] = people(1)
    settings.TWILIO_BASE_URL = DEAD
    engine.tick(now=MORNING)
    told = iter([False, True])  # one batch, no more
    dispatch.send_due(clock=lambda: MORNING, until=lambda: next(told, True))
    assert Reminder.objects.get(step__offset_days=-3).state == ReminderState.PLANNED
    stops.stop(Lane.objects.get().borrower, words="STOP", way="sms", by=None, now=MORNING)
    reminders.run(MORNING + timedelta(minutes=1))
    assert received(second, [phone]) == [0]


def test_where_both_refuse_it_waits_and_none_is_asked_more_than_once(reminders, sandbox, second):
    phones = people(1)
    for server in (sandbox, second):
        server.faults(mode="rate_limited", retry_after="600")
    reminders.run(MORNING)
    assert Attempt.objects.count() == 2
    reminders.run(MORNING + timedelta(minutes=9))
    assert Attempt.objects.count() == 2
    for server in (sandbox, second):
        server.faults()
    for minutes in (11, 12, 13):
        reminders.run(MORNING + timedelta(minutes=minutes))
    assert sum(received(sandbox, phones) + received(second, phones)) == 1


def test_an_open_breaker_sends_by_the_other_provider_at_once(reminders, sandbox, second):
    phones = people(3)
    trip(FIRST)
    assert reminders.run(MORNING) == 3
    assert received(second, phones) == [1, 1, 1]


def test_where_every_breaker_is_open_reminders_wait_and_it_counts_as_no_try(reminders, sandbox, second):
    phones = people(3)
    trip(FIRST)
    trip(SECOND)
    assert reminders.run(MORNING) == 0
    waiting = Reminder.objects.filter(step__offset_days=-3)
    assert set(waiting.values_list("state", "tries")) == {("planned", 0)}
    assert {row.reasons[0]["rule"] for row in waiting} == {"provider_down"}
    assert not Attempt.objects.exists()
    assert not Lane.objects.filter(leased_until__isnull=False).exists()
    assert reminders.run(MORNING + timedelta(seconds=36)) == 3  # as probes
    assert sum(received(sandbox, phones) + received(second, phones)) == 3


def test_a_provider_that_fails_trips_its_breaker_a_few_try_and_then_all_go(reminders, sandbox):
    phones = people(30)
    sandbox.faults(mode="rate_limited", retry_after="1")
    reminders.run(MORNING)
    assert shared.read([FIRST])[FIRST].breaker.state is State.OPEN
    assert reminders.run(MORNING + timedelta(seconds=29)) == 0
    sandbox.faults()
    assert reminders.run(MORNING + timedelta(minutes=2)) == 5  # the probes
    assert shared.read([FIRST])[FIRST].breaker.state is State.CLOSED
    assert reminders.run(MORNING + timedelta(minutes=3)) == 25
    assert received(sandbox, phones) == [1] * 30


def test_beyond_the_rate_reminders_wait_in_their_rows_and_it_counts_as_no_try(reminders, sandbox, settings):
    settings.PROVIDER_RATES = {"twilio": 10}
    phones = people(20)
    assert reminders.run(MORNING) <= 10
    waiting = Reminder.objects.filter(step__offset_days=-3, state="planned")
    assert waiting.count() >= 10
    assert set(waiting.values_list("tries", flat=True)) == {0}
    assert {row.reasons[0]["rule"] for row in waiting} == {"provider_busy"}
    assert all(row.next_attempt_at <= MORNING + timedelta(seconds=3) for row in waiting)
    assert max(received(sandbox, phones)) == 1


def test_messages_are_shared_by_weight(reminders, sandbox, second, settings):
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "sms": {"twilio": 1, "second": 1}}
    phones = people(40)
    reminders.run(MORNING)
    shares = sum(received(sandbox, phones)), sum(received(second, phones))
    assert sum(shares) == 40
    assert min(shares) >= 5  # by chance alone once in ten million runs
    assert dict(Attempt.objects.values_list("provider", "state")).keys() == {"twilio", "second"}


def test_the_attempts_provider_is_the_one_that_was_called(reminders, sandbox, second, settings):
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "sms": {"twilio": 1, "second": 1}}
    people(20)
    reminders.run(MORNING)
    for attempt in Attempt.objects.select_related("contact_point"):
        server = {"twilio": sandbox, "second": second}[attempt.provider]
        assert len(server.texts(attempt.contact_point.value)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHANNEL_PROVIDERS", {"sms": {"nobody": 1}}),
        ("CHANNEL_PROVIDERS", {"sms": {"twilio": 0}}),
        ("CHANNEL_PROVIDERS", {"sms": {}}),
        ("PROVIDER_RATES", {"nobody": 1}),
        ("PROVIDER_RATES", {"twilio": -1}),
    ],
)
def test_the_check_names_what_cannot_work(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(SystemCheckError, match=r"notifications\.E003"):
        call_command("check")
