"""The engine end to end: what is due is sent once, by choice, and falls silent when it must."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loans.payments import NewPayment, record
from notifications import dispatch, lanes, preferences, settle, stops
from notifications.choice import DEFAULT
from notifications.models import Attempt, Consent, Lane, Preference, Reminder, Tick
from notifications.preferences import Change
from notifications.words import AttemptState, ReminderState
from tests import factories, leases
from tests.notifications.limits import limits_of

DUE = date(2026, 2, 1)


@pytest.fixture
def loan(borrower):
    return factories.make_loan(borrower)


@pytest.fixture
def bill(loan):
    return factories.make_bill(loan, due_on=DUE)


@pytest.fixture
def phone(borrower):
    return borrower.contact_points.get(kind="phone").value


def morning(days_before_due: int) -> datetime:
    """10:00 in New York, so many days before the bill is due."""
    return datetime(2026, 2, 1, 15, tzinfo=UTC) - timedelta(days=days_before_due)


def states(bill):
    return dict(bill.reminders.values_list("step__offset_days", "state"))


def test_a_bill_due_in_three_days_brings_one_text(reminders, sandbox, bill, phone):
    assert reminders.run(morning(3)) == 1
    [text] = sandbox.texts(phone)
    assert "$100.00" in text
    assert "Example Lending" in text
    assert states(bill)[-3] == ReminderState.SENT
    attempt = Attempt.objects.get()
    assert attempt.state == AttemptState.ACCEPTED
    assert attempt.provider_reference.startswith("SM")
    assert attempt.segments >= 1


def test_running_again_sends_nothing_twice(reminders, sandbox, bill, phone):
    for minutes in range(0, 60, 10):
        reminders.run(morning(3) + timedelta(minutes=minutes))
    assert len(sandbox.texts(phone)) == 1


def test_the_whole_cadence_goes_out_day_by_day(reminders, sandbox, borrower, bill, phone):
    choice = replace(DEFAULT, max_per_week=7)
    change = Change(choice=choice, language="en", words="seven a week")
    preferences.change(borrower, chosen=change, by=borrower.user, now=morning(20))
    for day in range(9, -10, -1):
        reminders.run(morning(day))
    assert len(sandbox.texts(phone)) == 6
    assert set(states(bill).values()) == {ReminderState.SENT}


def test_at_night_it_waits_for_the_morning(reminders, sandbox, bill, phone):
    night = datetime(2026, 1, 29, 8, tzinfo=UTC)  # 03:00 in New York, on the day of step -3
    assert reminders.run(night) == 0
    assert reminders.run(night + timedelta(hours=5, minutes=59)) == 0
    assert reminders.run(night + timedelta(hours=6)) == 1


def test_paying_the_bill_silences_its_reminders(reminders, sandbox, loan, bill, phone):
    night = datetime(2026, 1, 29, 8, tzinfo=UTC)
    reminders.run(night)
    payment = NewPayment(amount=Decimal(100), currency="USD", received_on=date(2026, 1, 29))
    record(loan, payment=payment, by=None, now=night + timedelta(hours=1))
    assert states(bill)[-3] == ReminderState.CANCELLED
    for day in (3, 1, 0, -3, -7):
        reminders.run(morning(day))
    assert sandbox.texts(phone) == []
    receipt = Attempt.objects.get()
    assert (receipt.category, receipt.channel) == ("receipt", "inbox")


def test_a_stop_silences_everything_and_start_brings_it_back(reminders, sandbox, borrower, bill, phone):
    stops.stop(borrower, words="STOP", way="sms", by=None, now=morning(8))
    reminders.run(morning(7))
    assert sandbox.texts(phone) == []
    assert states(bill)[-7] == ReminderState.SUPPRESSED
    stops.start(borrower, words="START", way="sms", by=None, now=morning(5))
    reminders.run(morning(3))
    assert len(sandbox.texts(phone)) == 1


def test_a_missed_week_sends_what_is_still_useful_once_and_expires_the_rest(reminders, sandbox, bill, phone):
    reminders.run(morning(12))
    reminders.run(morning(0))  # nothing ran for twelve days
    assert len(sandbox.texts(phone)) == 1
    assert states(bill) == {
        -7: ReminderState.EXPIRED,
        -3: ReminderState.EXPIRED,
        -1: ReminderState.EXPIRED,
        0: ReminderState.SENT,
    }


def test_bills_that_fall_together_share_one_message(reminders, sandbox, borrower, bill, phone):
    factories.make_bill(factories.make_loan(borrower), due_on=DUE, amount=Decimal(250))
    assert reminders.run(morning(3)) == 1
    [text] = sandbox.texts(phone)
    assert "$100.00" in text
    assert "$250.00" in text
    assert Attempt.objects.get().reminders.count() == 2


def test_a_preference_is_kept_and_put_on_record(reminders, sandbox, borrower, bill, phone):
    choice = replace(DEFAULT, channels={**DEFAULT.channels, "upcoming": ("inbox",)})
    change = Change(choice=choice, language="zh-hant", words="inbox only")
    preferences.change(borrower, chosen=change, by=borrower.user, now=morning(9))
    reminders.run(morning(3))
    assert sandbox.texts(phone) == []
    note = Attempt.objects.get()
    assert (note.channel, note.state, note.language) == ("inbox", AttemptState.ACCEPTED, "zh-hant")
    consent = Consent.objects.get()
    assert consent.words == "inbox only"
    assert consent.after["choice"]["channels"]["upcoming"] == ["inbox"]


def test_a_pause_that_was_ended_early_is_no_reason_any_more(reminders, sandbox, borrower, bill, phone):
    paused = replace(DEFAULT, paused_until=DUE - timedelta(days=2))
    preferences.change(borrower, chosen=Change(paused, "en", "a pause"), by=borrower.user, now=morning(9))
    reminders.run(morning(3))
    [waiting] = Reminder.objects.filter(step__offset_days=-3)
    assert [one["rule"] for one in waiting.reasons] == ["choice.pause", "opening"]
    preferences.change(borrower, chosen=Change(DEFAULT, "en", "no pause"), by=borrower.user, now=morning(3))
    reminders.run(morning(3) + timedelta(minutes=5))
    assert len(sandbox.texts(phone)) == 1
    assert [one["rule"] for one in Attempt.objects.get().reasons] == ["choice.lead_day", "choice.channel"]


@pytest.mark.parametrize(
    ("fault", "attempt", "reminder"),
    [
        ("error_500_after_accept", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("error_500", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("reset_after_accept", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("garbage_201", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("lying_201", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("hang", AttemptState.UNKNOWN, ReminderState.UNKNOWN),
        ("rate_limited", AttemptState.REFUSED_RETRYABLE, ReminderState.PLANNED),
    ],
)
def test_a_provider_that_fails_leaves_the_right_state(
    reminders, sandbox, bill, settings, fault, attempt, reminder
):
    settings.PROVIDER_TIMEOUT = limits_of(fault).timeout
    sandbox.faults(mode=fault)
    reminders.run(morning(3))
    assert Attempt.objects.get().state == attempt
    assert states(bill)[-3] == reminder


def test_what_was_perhaps_sent_is_never_sent_again(reminders, sandbox, bill, phone):
    sandbox.faults(mode="error_500_after_accept", times=1)
    for minutes in range(0, 300, 30):
        reminders.run(morning(3) + timedelta(minutes=minutes))
    assert len(sandbox.texts(phone)) == 1


def test_what_was_refused_for_now_is_sent_later_once(reminders, sandbox, bill, phone):
    sandbox.faults(mode="rate_limited", times=1, retry_after="60")
    reminders.run(morning(3))
    assert sandbox.texts(phone) == []
    reminders.run(morning(3) + timedelta(seconds=59))
    assert sandbox.texts(phone) == []
    reminders.run(morning(3) + timedelta(hours=2))
    assert len(sandbox.texts(phone)) == 1


def test_what_a_number_refuses_for_good_goes_by_the_next_channel(reminders, sandbox, bill, mailoutbox, phone):
    sandbox.faults(mode="refuse_for_good")
    reminders.run(morning(3))
    assert len(mailoutbox) == 1
    assert "$100.00" in mailoutbox[0].body
    assert states(bill)[-3] == ReminderState.SENT


def test_a_worker_that_died_in_the_call_leaves_an_unknown_and_frees_the_lane(reminders, bill):
    now = morning(3)
    reminders.run(now - timedelta(days=3))
    Reminder.objects.filter(bill=bill).update(state=ReminderState.CALLING)
    reminder = Reminder.objects.get(bill=bill)
    attempt = Attempt.objects.create(
        borrower=reminder.borrower,
        category="upcoming",
        channel="sms",
        provider="twilio",
        body="",
        started_at=now,
        claim=7,
    )
    attempt.reminders.add(reminder)
    Lane.objects.update(leased_until=timezone.now() + settle.LEASE, claim=7)
    leases.lapse()
    assert settle.reap(now=now + settle.LEASE) == 1
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.UNKNOWN
    assert Reminder.objects.get(pk=reminder.pk).state == ReminderState.UNKNOWN
    assert Lane.objects.get().leased_until is None


def test_an_answer_of_an_older_claim_changes_nothing(reminders, bill, settings):
    now = morning(3)
    reminders.run(now)
    attempt = Attempt.objects.get()
    Attempt.objects.update(state=AttemptState.CALLING, claim=attempt.claim + 1)
    call = settle.Call(attempt.pk, attempt.borrower_id, attempt.claim, "sms", "twilio", None, ())
    settle.settle([(call, settle.RefusedForGood("late"))], now=now, using=connection)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.CALLING


def test_a_slot_is_planned_once_however_many_ticks(reminders, bill):
    now = morning(3)
    reminders.run(now)
    reminders.run(now)
    assert Tick.objects.count() == 1


def test_the_plan_looks_for_each_bills_own_reminder_and_joins_no_others(reminders, bill):
    """Without statistics the planner would join each new bill with every reminder of the step."""
    with CaptureQueriesContext(connection) as captured:
        reminders.run(morning(3))
    [statement, *_] = [
        query["sql"] for query in captured if "INSERT INTO notifications_reminder" in query["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "SubPlan" in plan
    assert "Anti Join" not in plan


@pytest.mark.django_db
def test_a_bills_reminder_of_a_step_is_found_by_its_natural_key_alone():
    """With an index on the step, old statistics make the planner go through all reminders of the step for each bill."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'notifications_reminder'"
        )
        named = {name for name, definition in cursor.fetchall() if "step_id" in definition}
    assert named == {"reminder_once_for_ever"}


def test_nothing_is_planned_for_closed_bills_or_accounts(reminders, borrower, loan, bill):
    factories.make_bill(factories.make_loan(borrower, status="closed"), due_on=DUE)
    bill.paid = bill.amount
    bill.closed_at = morning(9)
    bill.save()
    assert reminders.run(morning(3)) == 0
    assert not Reminder.objects.exists()


def test_queries_do_not_grow_with_the_borrowers(reminders, sandbox):
    def queries(people: int, day: date) -> int:
        for _ in range(people):
            person = factories.make_borrower()
            factories.make_contact_point(person)
            factories.make_bill(factories.make_loan(person), due_on=day)
        now = datetime(day.year, day.month, day.day, 15, tzinfo=UTC) - timedelta(days=3)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            reminders.run(now)
        return len(captured)

    few = queries(2, date(2026, 3, 2))
    assert queries(20, date(2026, 4, 2)) == few


def test_a_lane_is_locked_only_inside_a_transaction():
    with pytest.raises(RuntimeError, match=r"transaction.atomic"):
        lanes.lock(1)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_reminder_once(reminders, sandbox):
    people = []
    for _ in range(40):
        person = factories.make_borrower()
        people.append(factories.make_contact_point(person).value)
        factories.make_bill(factories.make_loan(person), due_on=DUE)
    now = morning(3)

    def work() -> None:
        dispatch.send_due(clock=lambda: now, until=lambda: False, limit=3)
        connections.close_all()

    from notifications import engine

    engine.tick(now=now)
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    dispatch.send_due(clock=lambda: now, until=lambda: False)
    assert all(len(sandbox.texts(number)) == 1 for number in people)


def test_who_pays_automatically_hears_nothing_before_the_day_and_everything_after_it(loan, bill, reminders):
    loan.is_autopay = True
    loan.save(update_fields=["is_autopay"])
    assert reminders.run(morning(3)) == 0
    assert Reminder.objects.get(step__offset_days=-3).reasons[0]["rule"] == "pace.autopay"
    assert reminders.run(morning(-3)) == 1  # it failed


def test_one_persons_broken_rows_hold_up_nobody_else(borrower, stranger, reminders, sandbox, ten, caplog):
    for person in (borrower, stranger):
        factories.make_bill(factories.make_loan(person))
    Preference.objects.create(borrower=stranger, choice={"not": "a choice"})
    assert reminders.run(ten) == 1
    assert Reminder.objects.get(borrower=borrower).state == ReminderState.SENT
    waiting = Reminder.objects.get(borrower=stranger)
    assert (waiting.state, waiting.next_attempt_at) == (ReminderState.PLANNED, ten + timedelta(hours=1))
    assert f"reminders_not_decided borrower={stranger.pk}" in caplog.text
    Preference.objects.all().delete()  # mended
    assert reminders.run(ten + timedelta(hours=1)) == 1


def test_a_digest_of_very_many_bills_names_ten_counts_the_rest_and_lists_all_in_the_inbox(
    reminders, sandbox, borrower, phone
):
    for number in range(17):
        factories.make_bill(factories.make_loan(borrower), due_on=DUE, amount=Decimal(100 + number))
    assert reminders.run(morning(3)) == 1
    [text] = sandbox.texts(phone)
    assert "and 7 more" in text
    assert "$109.00" in text
    assert "$110.00" not in text
    attempt = Attempt.objects.get()
    assert attempt.reminders.count() == 17
    assert all(f"${100 + number}.00" in attempt.full_text for number in range(17))
