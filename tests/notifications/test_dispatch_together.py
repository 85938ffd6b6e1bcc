"""Workers beside each other and beside payments: nothing twice, nothing lost, whoever is killed."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction

from benchmarks.dispatch import add_people
from loans.payments import NewPayment, record
from notifications import dispatch, engine, flight, lanes, settle
from notifications.flight import WINDOW
from notifications.models import Attempt, Lane, Portion, Reminder
from notifications.settle import LEASE, NEVER_BEGUN
from notifications.words import AttemptState, ReminderState
from tests import disconnect, factories, leases
from tests.notifications import worker
from tests.waiting import PATIENCE, until

DUE = date(2026, 2, 1)
MORNING = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return factories.make_borrower()


@pytest.fixture
def phone(person):
    return factories.make_contact_point(person).value


@pytest.fixture
def loan(person):
    loan = factories.make_loan(person)
    factories.make_bill(loan, due_on=DUE)
    return loan


def test_four_worker_processes_send_each_reminder_once(reminders, sandbox):
    phones = []
    for _ in range(30):
        person = factories.make_borrower()
        phones.append(factories.make_contact_point(person).value)
        factories.make_bill(factories.make_loan(person), due_on=DUE)
    workers = [worker.start(MORNING) for _ in range(4)]
    assert [one.wait(timeout=PATIENCE) for one in workers] == [0, 0, 0, 0]
    assert [len(sandbox.texts(phone)) for phone in phones] == [1] * 30
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.ACCEPTED}


def test_a_worker_killed_in_the_call_leaves_an_unknown_that_is_never_sent_again(
    reminders, sandbox, loan, phone
):
    sandbox.faults(mode="hang", times=1)
    process = worker.start(MORNING)
    until(lambda: len(sandbox.texts(phone)) == 1, "the provider is called")
    process.kill()
    process.wait()
    assert Attempt.objects.get().state == AttemptState.CALLING
    leases.lapse()
    for hours in range(6):
        reminders.run(MORNING + LEASE + timedelta(hours=hours, seconds=1))
    assert Attempt.objects.get().state == AttemptState.UNKNOWN
    assert Reminder.objects.get(step__offset_days=-3).state == ReminderState.UNKNOWN
    assert len(sandbox.texts(phone)) == 1


def test_a_claim_passes_by_a_payment_that_is_being_booked_and_then_finds_the_bill_paid(
    reminders, sandbox, loan, phone
):
    reminders.run(MORNING - timedelta(hours=7))  # planned, but not yet in the person's hours
    is_booked, may_commit = threading.Event(), threading.Event()

    def book() -> None:
        payment = NewPayment(amount=Decimal(100), currency="USD", received_on=date(2026, 1, 29))
        with transaction.atomic():
            record(loan, payment=payment, by=None, now=MORNING)
            is_booked.set()
            may_commit.wait(PATIENCE)
        connections.close_all()

    teller = threading.Thread(target=book)
    teller.start()
    assert is_booked.wait(PATIENCE)
    assert reminders.run(MORNING) == 0
    assert teller.is_alive()  # so the claim did not wait for the payment's lock
    may_commit.set()
    teller.join()
    assert reminders.run(MORNING + timedelta(minutes=1)) == 0
    assert sandbox.texts(phone) == []
    assert Reminder.objects.get(step__offset_days=-3).state == ReminderState.CANCELLED


def test_a_change_waits_until_a_claim_has_committed_what_it_sends(reminders, sandbox, person, loan, phone):
    reminders.run(MORNING - timedelta(hours=7))
    sandbox.faults(mode="hang", times=1)
    process = worker.start(MORNING)
    until(lambda: len(sandbox.texts(phone)) == 1, "the provider is called")
    with transaction.atomic():
        lanes.lock(person.pk)  # not held during the call: a slow provider delays no payment
        assert Attempt.objects.get().state == AttemptState.CALLING
    process.kill()
    process.wait()


def test_of_a_killed_worker_what_was_never_begun_is_sent_later_and_nothing_twice(reminders, sandbox):
    """More calls than may be begun at once, at a provider that takes them and never answers."""
    add_people("P", WINDOW + 200, due_on=DUE)
    sandbox.faults(mode="hang")
    process = worker.start(MORNING)
    until(lambda: sandbox.count() >= 200, "the calls are under way")  # as many as are called at once
    process.kill()
    process.wait()
    assert Attempt.objects.filter(state=AttemptState.CALLING).count() == WINDOW + 200
    sandbox.faults()
    leases.lapse()
    for minutes in (3, 4):
        reminders.run(MORNING + timedelta(minutes=minutes))
    assert Attempt.objects.filter(state=AttemptState.UNKNOWN).count() == WINDOW
    assert Attempt.objects.filter(state=AttemptState.REFUSED_RETRYABLE, detail=NEVER_BEGUN).count() == 200
    assert Attempt.objects.filter(state=AttemptState.ACCEPTED).count() == 200
    again = Reminder.objects.filter(attempts__state=AttemptState.REFUSED_RETRYABLE)
    assert set(again.values_list("state", "tries")) == {(ReminderState.SENT, 1)}
    assert max(phone["count"] for phone in sandbox._call("/phones")) == 1
    assert not Portion.objects.exists()


def test_a_worker_that_slept_through_its_lease_begins_nothing_that_was_given_back(
    reminders, sandbox, monkeypatch
):
    """The reaper has taken its portions: their rows are gone, and what another worker sends is not sent again."""
    add_people("P", 40, due_on=DUE)
    monkeypatch.setattr(flight, "PORTION", 10)
    monkeypatch.setattr(flight, "WINDOW", 20)
    usual, slept = flight.settle.settle, []

    def sleep_first(*args, **kwargs):
        if not slept:  # as SIGSTOP does, and SIGCONT much later
            leases.lapse()
            slept.append(settle.reap(now=MORNING + LEASE))
        return usual(*args, **kwargs)

    monkeypatch.setattr(flight.settle, "settle", sleep_first)
    reminders.run(MORNING)
    assert sandbox.count() == 20
    reminders.run(MORNING + LEASE + timedelta(minutes=1))
    assert sandbox.count() == 40
    assert max(phone["count"] for phone in sandbox._call("/phones")) == 1


def test_what_providers_answered_outlives_a_restart_of_the_database(reminders, sandbox, monkeypatch):
    """Nobody else knows it: the worker waits for the database, and nothing is left unknown."""
    disconnect.begin_anew()
    add_people("P", 20, due_on=DUE)
    usual, broken = flight.settle.settle, []

    def break_first(*args, **kwargs):
        if not broken:
            broken.append(disconnect.break_all())
        return usual(*args, **kwargs)

    monkeypatch.setattr(flight.settle, "settle", break_first)
    assert reminders.run(MORNING) == 20
    assert broken
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.ACCEPTED}


def test_an_answer_is_settled_while_the_next_batch_is_still_being_decided(reminders, sandbox, monkeypatch):
    """By a connection beside the one whose transaction is open."""
    add_people("P", 60, due_on=DUE)
    monkeypatch.setattr(flight, "PORTION", 10)
    monkeypatch.setattr(flight, "WINDOW", 20)
    seen = []
    usual = flight.Flight.turn

    def look(self):
        self._door.wait_for(len(self._begun), seconds=PATIENCE)
        usual(self)
        seen.append((self._beside._own is not None, self.made))

    monkeypatch.setattr(flight.Flight, "turn", look)
    monkeypatch.setattr(dispatch, "TURN_EVERY", 2)
    engine.tick(now=MORNING)
    dispatch.send_due(clock=lambda: MORNING, until=lambda: False, limit=30)
    assert any(is_beside and made for is_beside, made in seen)
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.ACCEPTED}


def test_a_clock_that_jumps_past_the_leases_of_what_is_under_way_sends_nothing_twice(
    reminders, sandbox, monkeypatch
):
    add_people("P", 40, due_on=DUE)
    monkeypatch.setattr(flight, "PORTION", 10)
    monkeypatch.setattr(flight, "WINDOW", 20)
    monkeypatch.setattr(dispatch, "TURN_EVERY", 2)
    engine.tick(now=MORNING)
    Lane.objects.update(next_at=MORNING)
    times = iter([MORNING])
    dispatch.send_due(
        clock=lambda: next(times, MORNING + timedelta(minutes=10)), until=lambda: False, limit=20
    )
    reminders.run(MORNING + timedelta(minutes=20))
    assert max(phone["count"] for phone in sandbox._call("/phones")) == 1
    assert not Lane.objects.filter(leased_until__isnull=False).exists()
