"""The engine's state for operators: what it says is so, and reading it costs the same however much there is."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import engine, settle, status
from notifications.models import Attempt, Lane, ProviderEvent
from tests import factories


def make_attempt(borrower, **fields):
    return Attempt.objects.create(
        **{"borrower": borrower, "category": "due", "channel": "sms", "provider": "twilio", "body": ""}
        | fields
    )


@pytest.mark.django_db
def test_an_engine_that_never_ran_has_no_ages(ten):
    assert status.read(now=ten) == status.Status(
        tick_age=None,
        due_lanes=0,
        queue_age=None,
        leases=0,
        lapsed_leases=0,
        overdue_calls=0,
        attempts=dict.fromkeys(["calling", "accepted", "refused_retryable", "refused_final", "unknown"], 0),
        unknown=0,
        open_events=0,
    )


def test_the_queues_age_is_how_long_the_first_free_lane_has_waited(borrower, stranger, ten):
    Lane.objects.create(borrower=borrower, next_at=ten - timedelta(minutes=5))
    Lane.objects.create(
        borrower=stranger, next_at=ten - timedelta(hours=1), leased_until=ten + timedelta(minutes=1)
    )
    found = status.read(now=ten)
    assert (found.due_lanes, found.queue_age, found.leases, found.lapsed_leases) == (1, 300, 1, 0)
    found = status.read(now=ten + timedelta(minutes=1))
    assert (found.due_lanes, found.queue_age, found.leases, found.lapsed_leases) == (2, 3660, 0, 1)


def test_a_lane_that_waits_for_tomorrow_is_not_due(borrower, ten):
    Lane.objects.create(borrower=borrower, next_at=ten + timedelta(days=1))
    assert status.read(now=ten).due_lanes == 0


def test_attempts_of_the_last_hour_are_counted_by_state(borrower, ten):
    for state, minutes in [("accepted", 1), ("accepted", 59), ("unknown", 30), ("unknown", 61)]:
        make_attempt(borrower, state=state, started_at=ten - timedelta(minutes=minutes))
    found = status.read(now=ten)
    assert (found.attempts["accepted"], found.attempts["unknown"], found.unknown) == (2, 1, 1)


def test_calls_without_an_answer_are_told_from_those_under_way(borrower, ten):
    make_attempt(borrower, state="calling", started_at=ten - timedelta(seconds=1))
    make_attempt(borrower, state="calling", started_at=ten - settle.LEASE - timedelta(seconds=1))
    found = status.read(now=ten)
    assert (found.attempts["calling"], found.overdue_calls) == (2, 1)


def test_events_not_yet_understood_are_counted(db, ten):
    ProviderEvent.objects.create(provider="twilio", event_key="1", kind="status", payload={})
    ProviderEvent.objects.create(provider="twilio", event_key="2", kind="status", payload={}, handled_at=ten)
    assert status.read(now=ten).open_events == 1


def test_the_last_ticks_age_grows_until_the_next(defaults, ten):
    engine.tick(now=ten)
    assert status.read(now=ten + timedelta(seconds=40)).tick_age == 40


def test_reading_takes_six_queries_however_much_is_due(borrower, stranger, ten):
    for person in (borrower, stranger, factories.make_borrower()):
        Lane.objects.create(borrower=person, next_at=ten)
        make_attempt(person, started_at=ten)
    with CaptureQueriesContext(connection) as captured:
        status.read(now=ten)
    assert len(captured) == 6


@pytest.mark.django_db
def test_the_command_speaks_to_people_and_to_programs(ten):
    said, told = StringIO(), StringIO()
    call_command("engine_status", stdout=said)
    assert "last tick      never" in said.getvalue()
    assert "0 borrowers due" in said.getvalue()
    call_command("engine_status", "--json", stdout=told)
    assert json.loads(told.getvalue())["due_lanes"] == 0
