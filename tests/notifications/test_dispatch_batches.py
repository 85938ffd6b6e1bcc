"""Batch after batch: one is called while the next is decided, and what was begun is brought to its end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from time import monotonic
from uuid import uuid4

import pytest
from django.db.models import NOT_PROVIDED

from notifications import dispatch, engine
from notifications.channels.base import Accepted, Message
from notifications.channels.deliver import Door
from notifications.decided import AttemptRow
from notifications.models import Attempt, Lane, Reminder
from notifications.words import AttemptState, ReminderState
from tests import factories
from tests.notifications.limits import LIMITS, limits_of

DUE = date(2026, 2, 1)
MORNING = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before


@pytest.fixture
def phones(reminders):
    phones = []
    for _ in range(5):
        person = factories.make_borrower()
        phones.append(factories.make_contact_point(person).value)
        factories.make_bill(factories.make_loan(person), due_on=DUE)
    engine.tick(now=MORNING)
    return phones


@pytest.fixture
def uuids():
    return [uuid4() for _ in range(6)]


def send(*, until=lambda: False, limit=2, now=MORNING):
    return dispatch.send_due(clock=lambda: now, until=until, limit=limit)


def test_every_batch_is_sent_and_settled(sandbox, phones):
    assert send() == 5
    assert [len(sandbox.texts(phone)) for phone in phones] == [1] * 5
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.ACCEPTED}
    assert not Lane.objects.filter(leased_until__isnull=False).exists()


def test_told_to_stop_it_claims_no_more_and_settles_what_is_under_way(sandbox, phones):
    told = chain([False, False], repeat(True))
    assert send(until=lambda: next(told)) == 4
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.ACCEPTED}
    assert Reminder.objects.filter(step__offset_days=-3, state=ReminderState.PLANNED).count() == 1
    assert send() == 1
    assert [len(sandbox.texts(phone)) for phone in phones] == [1] * 5


def test_what_is_under_way_is_settled_even_where_the_next_batch_breaks(sandbox, phones):
    told = iter([False])  # and nothing after it
    with pytest.raises(StopIteration):
        send(until=lambda: next(told))
    assert list(Attempt.objects.values_list("state", flat=True)) == [AttemptState.ACCEPTED] * 2


def test_what_a_number_refuses_for_good_goes_by_the_next_channel_though_a_batch_is_under_way(
    sandbox, phones, mailoutbox
):
    for lane in Lane.objects.all():
        factories.make_contact_point(lane.borrower, kind="email")
    sandbox.faults(mode="refuse_for_good", times=1)
    assert send(limit=4) == 6
    assert len(mailoutbox) == 1
    assert sum(len(sandbox.texts(phone)) for phone in phones) == 4


@pytest.mark.parametrize(
    "fault",
    [
        "error_500_after_accept",
        "reset_after_accept",
        "garbage_201",
        "lying_201",
        "endless_201",
        "hang",
    ],
)
def test_what_the_provider_took_is_never_sent_again_whatever_it_answered(sandbox, phones, settings, fault):
    settings.PROVIDER_TIMEOUT = limits_of(fault).timeout
    sandbox.faults(mode=fault)
    send(limit=5)
    sandbox.faults()
    for minutes in range(1, 600, 60):
        engine.run(clock=lambda minutes=minutes: MORNING + timedelta(minutes=minutes), until=lambda: False)
    assert [len(sandbox.texts(phone)) for phone in phones] == [1] * 5
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.UNKNOWN}


def test_no_more_calls_are_open_at_once_than_allowed_over_all_batches(sandbox, uuids):
    sandbox.faults(latency_ms=100)
    messages = [Message(one, "sms", f"+1212555{n:04d}", "", "Hello", "en") for n, one in enumerate(uuids)]
    with Door(replace(LIMITS, open_calls=2)) as door:
        started = monotonic()
        first, second = door.send({"twilio": messages[:3]}), door.send({"twilio": messages[3:]})
        outcomes = door.wait(first) | door.wait(second)
        seconds = monotonic() - started
    assert all(isinstance(outcome, Accepted) for outcome in outcomes.values())
    assert seconds >= 0.25  # six calls, two at a time, 0.1 s each


def test_a_provider_that_is_not_in_the_settings_is_refused_before_anything_is_sent(sandbox, uuids):
    messages = {
        "twilio": [Message(uuids[0], "sms", "+12125550001", "", "Hello", "en")],
        "fax": [Message(uuids[1], "fax", "+12125550002", "", "Hello", "en")],
    }
    with Door() as door, pytest.raises(KeyError):
        door.send(messages)
    assert sandbox.count() == 0


def test_an_attempts_row_has_every_column_that_needs_a_value():
    """It is written by COPY, which asks no model for its defaults, only the database for its own."""
    fields = Attempt._meta.concrete_fields
    needed = {field.column for field in fields if not field.null and field.db_default is NOT_PROVIDED}
    assert needed <= set(AttemptRow._fields)
    assert set(AttemptRow._fields) <= {field.column for field in fields}
