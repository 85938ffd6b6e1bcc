"""The engine's state for operators: what it says is so, and reading it costs the same however much there is."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import engine, settle, status, workers
from notifications.models import Attempt, Lane, ProviderEvent, Tick
from tests import factories, leases


def make_attempt(borrower, **fields):
    return Attempt.objects.create(
        **{"borrower": borrower, "category": "due", "channel": "sms", "provider": "twilio", "body": ""}
        | fields
    )


@pytest.mark.django_db
def test_an_engine_that_never_ran_has_no_ages(ten, settings):
    settings.CHANNEL_PROVIDERS = {}
    assert status.read(now=ten) == status.Status(
        tick_age=None,
        planned=0,
        due_lanes=0,
        queue_age=None,
        leases=0,
        set_aside=0,
        lapsed_leases=0,
        overdue_calls=0,
        flow=(),
        attempts=dict.fromkeys(["calling", "accepted", "refused_retryable", "refused_final", "unknown"], 0),
        unknown=0,
        open_events=0,
        event_age=None,
        receipts=(),
        workers=(),
        providers=(),
    )


def test_the_queues_age_is_how_long_the_first_free_lane_has_waited(borrower, stranger, ten):
    Lane.objects.create(borrower=borrower, next_at=ten - timedelta(minutes=5))
    Lane.objects.create(
        borrower=stranger, next_at=ten - timedelta(hours=1), leased_until=timezone.now() + settle.LEASE
    )
    found = status.read(now=ten)
    assert (found.due_lanes, found.queue_age, found.leases, found.lapsed_leases) == (1, 300, 1, 0)
    leases.lapse()
    found = status.read(now=ten + timedelta(minutes=1))
    assert (found.due_lanes, found.queue_age, found.leases, found.lapsed_leases) == (2, 3660, 0, 1)


def test_a_lane_that_waits_for_tomorrow_is_not_due(borrower, ten):
    Lane.objects.create(borrower=borrower, next_at=ten + timedelta(days=1))
    assert status.read(now=ten).due_lanes == 0


def test_the_last_minutes_attempts_are_counted_by_channel_provider_and_state(borrower, ten):
    for state, seconds in [("accepted", 1), ("accepted", 299), ("unknown", 60), ("accepted", 300)]:
        make_attempt(borrower, state=state, started_at=ten - timedelta(seconds=seconds))
    make_attempt(borrower, state="accepted", channel="email", provider="email", started_at=ten)
    make_attempt(borrower, state="accepted", started_at=ten + timedelta(seconds=1))
    found = status.read(now=ten)
    assert found.flow == (
        status.Flow("email", "email", "accepted", 1),
        status.Flow("sms", "twilio", "accepted", 2),
        status.Flow("sms", "twilio", "unknown", 1),
    )
    assert (found.attempts["accepted"], found.attempts["unknown"]) == (3, 1)
    assert found.per_minute(3) == 0.6  # of five minutes


def test_what_was_perhaps_sent_is_counted_for_a_day(borrower, ten):
    for hours in (1, 23, 25):
        make_attempt(borrower, state="unknown", started_at=ten - timedelta(hours=hours))
    assert status.read(now=ten).unknown == 2


def test_receipts_are_asked_after_when_half_an_hour_is_over(borrower, ten):
    for minutes, delivery in [(31, 0), (32, 4), (33, 3), (29, 0), (36, 0)]:
        make_attempt(
            borrower, state="accepted", delivery=delivery, started_at=ten - timedelta(minutes=minutes)
        )
    make_attempt(borrower, state="unknown", started_at=ten - timedelta(minutes=31))
    make_attempt(
        borrower, state="accepted", channel="inbox", provider="inbox", started_at=ten - timedelta(minutes=31)
    )
    assert status.read(now=ten).receipts == (status.Receipts("sms", "twilio", accepted=3, told=2),)


def test_what_the_last_slots_planned_is_added_up(db, ten):
    for minutes, planned in [(1, 3), (4, 4), (6, 100)]:
        slot = ten - timedelta(minutes=minutes)
        Tick.objects.create(name="plan", slot=slot, finished_at=slot, planned=planned)
    assert status.read(now=ten).planned == 7


def test_a_silent_worker_is_told_from_one_at_work(db, ten):
    workers.beat("run_engine@a:1", now=ten)
    workers.beat("run_engine@b:2", now=ten - workers.late_after() - timedelta(seconds=1))
    found = status.read(now=ten)
    assert [(one.name, one.is_late) for one in found.workers] == [
        ("run_engine@a:1", False), ("run_engine@b:2", True),
    ]  # fmt: skip
    assert found.late_workers == 1


def test_no_figure_counts_further_than_its_bound(borrower, stranger, ten, monkeypatch):
    monkeypatch.setattr(status, "MOST_COUNTED", 1)
    for person in (borrower, stranger):
        Lane.objects.create(borrower=person, next_at=ten)
        make_attempt(person, state="unknown", started_at=ten)
        ProviderEvent.objects.create(provider="twilio", event_key=person.pk, kind="status", payload={})
    found = status.read(now=ten)
    assert (found.due_lanes, found.unknown, found.open_events) == (1, 1, 1)


def test_calls_without_an_answer_are_told_from_those_under_way(borrower, ten):
    make_attempt(borrower, state="calling", started_at=ten - timedelta(seconds=1))
    make_attempt(borrower, state="calling", started_at=ten - settle.LEASE - timedelta(seconds=1))
    found = status.read(now=ten)
    assert (found.attempts["calling"], found.overdue_calls) == (2, 1)


def test_events_not_yet_understood_are_counted(db, ten):
    ProviderEvent.objects.create(
        provider="twilio", event_key="1", kind="status", payload={}, received_at=ten - timedelta(minutes=1)
    )
    ProviderEvent.objects.create(provider="twilio", event_key="2", kind="status", payload={}, handled_at=ten)
    found = status.read(now=ten)
    assert (found.open_events, found.event_age) == (1, 60)


def test_the_last_ticks_age_grows_until_the_next(defaults, ten):
    engine.tick(now=ten)
    assert status.read(now=ten + timedelta(seconds=40)).tick_age == 40


def test_reading_takes_ten_queries_however_much_is_due(borrower, stranger, ten):
    for person in (borrower, stranger, factories.make_borrower()):
        Lane.objects.create(borrower=person, next_at=ten)
        make_attempt(person, started_at=ten)
    with CaptureQueriesContext(connection) as captured:
        status.read(now=ten)
    assert len(captured) == 10


def test_the_command_speaks_to_people_and_to_programs(borrower):
    said, told = StringIO(), StringIO()
    make_attempt(borrower, state="accepted", started_at=timezone.now())
    workers.beat("run_engine@a:1", now=timezone.now())
    call_command("engine_status", stdout=said)
    assert "last tick      never" in said.getvalue()
    assert "0 borrowers due" in said.getvalue()
    assert "0.2 a minute accepted by sms, twilio" in said.getvalue()
    assert "sms, twilio: closed, 100% of the channel, 0% faults" in said.getvalue()
    assert "1 at work, 0 silent\n  run_engine@a:1  0." in said.getvalue()
    call_command("engine_status", "--json", stdout=told)
    assert json.loads(told.getvalue())["due_lanes"] == 0
