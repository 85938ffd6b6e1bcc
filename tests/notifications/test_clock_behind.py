"""A worker's clock may be behind that of the machine which wrote a record: what is written binds all the same."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Borrower
from notifications import holds, stops
from notifications.holds import NewHold
from notifications.models import Attempt
from notifications.words import AttemptState, HoldReason
from tests import factories
from tests.notifications.conftest import Engine
from tests.sandbox import Sandbox

DUE = date(2026, 2, 1)
NOON = datetime(2026, 1, 29, 17, tzinfo=UTC)  # in New York, three days before
BEHIND = NOON - timedelta(hours=1)


@pytest.fixture(autouse=True)
def _bill(borrower: Borrower) -> None:
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)


def texts(borrower: Borrower, sandbox: Sandbox) -> int:
    return len(sandbox.texts(borrower.contact_points.get(kind="phone").value))


def test_a_stop_silences_a_worker_whose_clock_has_not_come_to_it(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower
) -> None:
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOON)
    reminders.run(BEHIND)
    assert texts(borrower, sandbox) == 0


def test_a_dispute_silences_a_worker_whose_clock_has_not_come_to_it(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower
) -> None:
    holds.place(borrower, hold=NewHold(HoldReason.DISPUTE, "Letter: the amount is wrong"), by=None, now=NOON)
    reminders.run(BEHIND)
    assert texts(borrower, sandbox) == 0


def test_a_message_takes_the_days_place_for_a_worker_whose_clock_has_not_come_to_it(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower
) -> None:
    reminders.run(NOON)
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    reminders.run(BEHIND)
    assert texts(borrower, sandbox) == 1
    assert Attempt.objects.exclude(channel="inbox").get().state == AttemptState.ACCEPTED
