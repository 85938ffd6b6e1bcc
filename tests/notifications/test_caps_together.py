"""Eight workers at one borrower: no cap is ever exceeded, and the lane's lock is why."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from notifications import dispatch, plan, queries
from notifications.choice import DEFAULT
from notifications.models import Attempt, Reminder
from notifications.words import AttemptState, ReminderState
from tests import factories
from tests.waiting import PATIENCE

WORKERS, ROUNDS = 8, 2
STEPS = (-7, -3, -1, 0, 3, 7)
MONDAY = date(2026, 3, 2)
HOME = ZoneInfo("America/New_York")

pytestmark = pytest.mark.django_db(transaction=True)

# The claim as it is, but that it takes no lock, asks for no lease, and lingers so that claims surely overlap.
CLAIM_WITHOUT_LOCK = """
SELECT borrower_id, claim, false FROM notifications_lane, pg_sleep(1)
WHERE next_at <= %(now)s AND %(lease)s::interval IS NOT NULL LIMIT %(limit)s
"""


@pytest.fixture(autouse=True)
def _a_connection_for_each_worker(transactional_db):
    """A worker process has a pool of its own; here eight share one."""
    connection = connections["default"]
    options = connection.settings_dict["OPTIONS"]
    usual = options["pool"]
    connection.close()
    connection.close_pool()
    options["pool"] = {**usual, "max_size": 2 * WORKERS, "timeout": PATIENCE}
    yield
    connection.close()
    connection.close_pool()
    options["pool"] = usual


@pytest.fixture
def loans():
    person = factories.make_borrower()
    factories.make_contact_point(person)
    return [factories.make_loan(person) for _ in range(WORKERS)]


def hammer(loans, now, *, rounds):
    """Eight threads with connections of their own: each bills the borrower anew, plans and sends, again and again."""
    together, broken = threading.Barrier(WORKERS, timeout=PATIENCE), []

    def work(number):
        try:
            for turn in range(rounds):
                step = STEPS[(number + turn) % len(STEPS)]
                factories.make_bill(loans[number], due_on=now.date() - timedelta(days=step))
                together.wait()
                plan.plan(now=now, since=now - timedelta(hours=1))
                dispatch.send_due(clock=lambda: now, until=lambda: False)
        except Exception as error:  # told by the test, not by a thread
            broken.append(error)
            together.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken


def days_of_messages():
    """Local day → messages outside the inbox."""
    made = Attempt.objects.exclude(channel="inbox").exclude(state=AttemptState.REFUSED_FINAL)
    started = made.values_list("started_at", flat=True)
    return Counter(at.astimezone(HOME).date() for at in started)


def test_eight_workers_never_exceed_a_cap_of_one_borrower(defaults, sandbox, loans):
    for day in range(5):
        noon = datetime.combine(MONDAY + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=16)
        assert hammer(loans, noon, rounds=ROUNDS) == []
    per_day = days_of_messages()
    assert max(per_day.values()) == 1  # careful.daily
    assert sum(per_day.values()) == DEFAULT.max_per_week  # all five days lie in one week
    assert len(sandbox.texts(loans[0].borrower.contact_points.get().value)) == DEFAULT.max_per_week
    assert not Reminder.objects.filter(state=ReminderState.CALLING).exists()


def test_without_the_lock_of_the_lane_the_same_workers_do_exceed_it(defaults, sandbox, loans, monkeypatch):
    """Some of them may end in a deadlock over the reminders; those that do not are enough."""
    monkeypatch.setattr(queries, "CLAIM_LANES", CLAIM_WITHOUT_LOCK)
    hammer(loans, datetime(2026, 3, 2, 16, tzinfo=UTC), rounds=1)
    assert max(days_of_messages().values()) > 1
