"""A borrower whom no claim brings to an outcome is set aside, the others go on, and a person releases them."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.core.management.base import CommandError

from notifications import quarantine, settle, status
from notifications.models import Attempt, Lane, Portion, Preference, Reminder
from tests import factories

DUE = date(2026, 2, 1)
MORNING = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before


@pytest.fixture
def broken(borrower):
    """Somebody whose stored choice nobody can read, so that nothing can be decided."""
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    Preference.objects.create(borrower=borrower, choice={"channels": "?"})
    return borrower


def run(reminders, times):
    for hours in range(times):
        reminders.run(MORNING + timedelta(hours=hours))


def test_after_five_fruitless_claims_it_is_set_aside_with_an_alarm_and_others_go_on(
    reminders, sandbox, broken, stranger, caplog
):
    run(reminders, 4)
    assert not quarantine.set_aside().exists()
    run(reminders, 5)
    assert [lane.pk for lane in quarantine.set_aside()] == [broken.pk]
    factories.make_bill(factories.make_loan(stranger), due_on=DUE)
    assert reminders.run(MORNING + timedelta(hours=6)) == 1
    assert "lanes_set_aside number=1" in caplog.text
    assert status.read(now=MORNING + timedelta(hours=6)).set_aside == 1
    assert Reminder.objects.filter(borrower=broken, state="planned").exists()


def test_released_by_a_person_with_a_reason_it_is_sent(reminders, sandbox, broken, staff):
    run(reminders, 6)
    Preference.objects.all().delete()  # mended
    now = MORNING + timedelta(hours=6)
    assert quarantine.release(broken.pk, reason="Their choice is mended.", by=staff, now=now)
    assert not quarantine.release(broken.pk, reason="Again.", by=staff, now=now)
    assert reminders.run(now + timedelta(minutes=1)) == 1
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.change_message) == (staff.pk, "Their choice is mended.")


def test_a_lane_whose_worker_dies_each_time_is_set_aside_too(borrower):
    Lane.objects.create(borrower=borrower, next_at=MORNING, fruitless=4, leased_until=MORNING)
    settle.reap(now=MORNING + timedelta(seconds=1))
    lane = Lane.objects.get()
    assert (lane.fruitless, lane.leased_until) == (5, None)
    assert lane.set_aside_at == MORNING + timedelta(seconds=1)


def test_calls_never_begun_are_given_back_though_their_lane_was_freed_before(borrower):
    """The lane's lease and the portion lapse by different workers' clocks."""
    attempt = Attempt.objects.create(
        borrower=borrower, channel="sms", state="calling", claim=1, started_at=MORNING
    )
    Portion.objects.create(attempts=[attempt.pk], made_at=MORNING)
    Lane.objects.create(borrower=borrower, next_at=None, claim=1, leased_until=None)
    later = MORNING + timedelta(hours=1)
    assert settle.reap(now=later) == 0
    lane = Lane.objects.get()
    assert (lane.fruitless, lane.next_at) == (0, later)
    attempt.refresh_from_db()
    assert attempt.state == "refused_retryable"


def test_an_outcome_makes_the_count_begin_anew(reminders, sandbox, borrower):
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    Lane.objects.create(borrower=borrower, next_at=None, fruitless=4)
    assert reminders.run(MORNING) == 1
    assert Lane.objects.get().fruitless == 0


def test_the_command_lists_and_releases_and_asks_who_and_why(borrower, staff):
    Lane.objects.create(borrower=borrower, fruitless=5, set_aside_at=MORNING)
    listed = StringIO()
    call_command("release_lane", stdout=listed)
    assert listed.getvalue() == f"{borrower.reference} since 2026-01-29 15:00 UTC\n"
    with pytest.raises(CommandError, match="who releases and why"):
        call_command("release_lane", borrower.reference, reason="Mended.")
    call_command("release_lane", borrower.reference, by=staff.email, reason="Mended.", stdout=listed)
    assert not quarantine.set_aside().exists()
    with pytest.raises(CommandError, match="is set aside"):
        call_command("release_lane", borrower.reference, by=staff.email, reason="Mended.")
