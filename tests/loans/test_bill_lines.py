"""Where a bill stands on a given day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loans import bill_lines
from loans.bill_lines import BillState
from loans.models import Bill

TODAY = date(2026, 1, 20)
CLOSED = datetime(2026, 1, 19, tzinfo=UTC)


def state_and_left(**fields: object) -> tuple[BillState, Decimal]:
    bill = Bill(**{"number": 1, "due_on": TODAY, "amount": Decimal(100), "paid": Decimal(0), **fields})
    [line] = bill_lines.of([bill], today=TODAY)
    return line.state, line.left


@pytest.mark.parametrize(
    ("due_on", "state"),
    [
        (date(2026, 1, 19), BillState.OVERDUE),
        (date(2026, 1, 20), BillState.TO_PAY),  # all of the due day is in time
        (date(2026, 1, 21), BillState.TO_PAY),
    ],
)
def test_an_open_bill_is_overdue_from_the_day_after_its_due_day(due_on: date, state: BillState) -> None:
    assert state_and_left(due_on=due_on) == (state, Decimal(100))


def test_a_part_paid_bill_asks_for_the_rest() -> None:
    assert state_and_left(paid=Decimal(30)) == (BillState.TO_PAY, Decimal(70))


def test_a_paid_bill_asks_for_nothing() -> None:
    assert state_and_left(paid=Decimal(100), closed_at=CLOSED) == (BillState.PAID, Decimal(0))


def test_a_statement_replaced_by_a_newer_one_asks_for_nothing_itself() -> None:
    replaced = state_and_left(paid=Decimal(30), closed_at=CLOSED, statement_balance=Decimal(900))
    assert replaced == (BillState.CARRIED_OVER, Decimal(0))


def test_an_instalment_that_fell_away_asks_for_nothing() -> None:
    assert state_and_left(paid=Decimal(30), closed_at=CLOSED) == (BillState.SETTLED, Decimal(0))


def test_a_statement_of_nothing_is_neither_paid_nor_due() -> None:
    assert state_and_left(amount=Decimal(0)) == (BillState.NOTHING_DUE, Decimal(0))
