"""Receipts arrive while a batch is settled: both lock the same rows, and must do so in one order."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from notifications import settle
from notifications.channels.base import Accepted
from notifications.channels.deliver import Door
from notifications.flight import LINGER, Flight
from notifications.models import Attempt, Lane, Reminder, Step
from notifications.words import AttemptState, ReminderState
from tests import factories
from tests.locks import in_thread, wait_until_somebody_waits

NOW = datetime(2026, 1, 26, 15, tzinfo=UTC)


@pytest.fixture
def attempt(transactional_db) -> Attempt:
    """One that is being called for one reminder, by a worker whose lease has lapsed."""
    from django.core.management import call_command

    call_command("load_defaults")
    person = factories.make_borrower()
    Lane.objects.create(borrower=person, claim=1, leased_until=NOW - timedelta(seconds=1))
    reminder = Reminder.objects.create(
        borrower=person,
        bill=factories.make_bill(factories.make_loan(person)),
        step=Step.objects.first(),
        state=ReminderState.CALLING,
        step_day=NOW.date(),
        next_attempt_at=NOW,
        expires_at=NOW,
    )
    attempt = Attempt.objects.create(
        id=uuid.uuid4(), borrower=person, category="due", channel="sms", provider="twilio", claim=1, body="",
        started_at=NOW - timedelta(hours=1),
    )  # fmt: skip
    attempt.reminders.add(reminder)
    return attempt


def settled(attempt: Attempt) -> None:
    look = SimpleNamespace(reminder_id=attempt.reminders.get().pk, tries=0)
    call = settle.Call(attempt.pk, attempt.borrower_id, 1, "sms", "twilio", None, (look,))
    settle.settle([(call, Accepted("SM1"))], now=NOW, using=connection)


@pytest.mark.parametrize("act", [settled, lambda attempt: settle.reap(now=NOW)], ids=["settle", "reap"])
def test_who_waits_for_an_attempt_holds_none_of_its_reminders(attempt: Attempt, act) -> None:
    """A receipt has the attempt's row and takes the reminder's next: else each would wait for the other."""
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=attempt.pk)
        thread = in_thread(lambda: act(attempt))
        wait_until_somebody_waits()
        assert Reminder.objects.select_for_update(nowait=True).get().state == ReminderState.CALLING
    thread.join()
    attempt.refresh_from_db()
    assert attempt.state != AttemptState.CALLING


@pytest.mark.parametrize("act", [settled, lambda attempt: settle.reap(now=NOW)], ids=["settle", "reap"])
def test_who_waits_for_a_lane_holds_none_of_its_attempts(attempt: Attempt, act) -> None:
    with transaction.atomic():
        Lane.objects.select_for_update().get()
        thread = in_thread(lambda: act(attempt))
        wait_until_somebody_waits()
        assert Attempt.objects.select_for_update(nowait=True).get().state == AttemptState.CALLING
    thread.join()


def test_an_answer_that_meets_a_lock_of_our_own_is_written_once_that_transaction_is_over(
    attempt: Attempt,
) -> None:
    """A lease that lapsed while the worker stood still may be of the batch that it decides next."""
    look = SimpleNamespace(reminder_id=attempt.reminders.get().pk, tries=0)
    call = settle.Call(attempt.pk, attempt.borrower_id, 1, "sms", "twilio", None, (look,))
    with Door() as door, Flight(door, lambda: NOW) as under_way:
        under_way._begun[attempt.pk] = call
        door._hear(attempt.pk, Accepted("SM1"))
        under_way._since = -LINGER
        with transaction.atomic():
            Lane.objects.select_for_update().get()
            time.sleep(LINGER)
            under_way.turn()
            under_way._since -= LINGER
            under_way.turn()
            attempt.refresh_from_db()
            assert attempt.state == AttemptState.CALLING
        under_way.land(at_most=0)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.ACCEPTED
