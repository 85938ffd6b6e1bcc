"""Whether a worker is still at work is judged by one clock, the database's, whatever the workers' own clocks say."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Borrower
from notifications import dispatch, settle
from notifications.channels.base import RefusedForNow
from notifications.models import Attempt, Lane, Reminder, Step
from notifications.settle import LEASE
from notifications.words import AttemptState, ReminderState
from tests import factories, leases

HOUR = timedelta(hours=1)


@pytest.fixture
def under_way(defaults: None, borrower: Borrower) -> Attempt:
    """A call that a living worker makes, whose clock is an hour behind."""
    now = timezone.now()
    Lane.objects.create(borrower=borrower, claim=1, leased_until=now + LEASE)
    reminder = Reminder.objects.create(
        borrower=borrower,
        bill=factories.make_bill(factories.make_loan(borrower)),
        step=Step.objects.first(),
        state=ReminderState.CALLING,
        step_day=now.date(),
        next_attempt_at=now,
        expires_at=now + HOUR,
    )
    attempt = Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", claim=1, body="",
        started_at=now - HOUR,
    )  # fmt: skip
    attempt.reminders.add(reminder)
    return attempt


@pytest.mark.parametrize("off", [-HOUR, timedelta(), HOUR])
def test_no_clock_of_a_reaper_gives_up_what_another_is_calling(under_way: Attempt, off: timedelta) -> None:
    assert settle.reap(now=timezone.now() + off) == 0
    under_way.refresh_from_db()
    assert under_way.state == AttemptState.CALLING
    assert Lane.objects.get().leased_until


@pytest.mark.parametrize("off", [-HOUR, timedelta(), HOUR])
def test_every_reaper_gives_up_what_was_called_longer_than_a_lease_ago(
    under_way: Attempt, off: timedelta
) -> None:
    leases.lapse()
    assert settle.reap(now=timezone.now() + off) == 1
    assert Lane.objects.get().leased_until is None


@pytest.mark.parametrize("off", [-HOUR, timedelta(), HOUR])
def test_a_claim_holds_for_a_lease_by_whatever_clock_it_was_made(borrower: Borrower, off: timedelta) -> None:
    Lane.objects.create(borrower=borrower, next_at=timezone.now() - 2 * HOUR)
    assert dispatch._claim(timezone.now() + off, 10) == {borrower.pk: 1}
    assert dispatch._claim(timezone.now() + HOUR, 10) == {}
    assert abs(Lane.objects.get().leased_until - timezone.now() - LEASE) < timedelta(seconds=30)


def test_a_refusal_that_comes_after_another_claim_wakes_the_lane_and_leaves_it_to_that_one(
    under_way: Attempt,
) -> None:
    """Else what is due again would wait for ever: that claim had not seen it."""
    Lane.objects.update(claim=2, next_at=None, fruitless=1)
    look = SimpleNamespace(reminder_id=under_way.reminders.get().pk, tries=1, refused_by={})
    call = settle.Call(under_way.pk, under_way.borrower_id, 1, "sms", "twilio", None, (look,))
    settle.settle([(call, RefusedForNow("busy"))], now=timezone.now(), using=connection)
    lane, reminder = Lane.objects.get(), Reminder.objects.get()
    assert reminder.state == ReminderState.PLANNED
    assert lane.next_at == reminder.next_attempt_at
    assert (lane.claim, lane.fruitless) == (2, 1)
    assert lane.leased_until
