"""Payments and reversals of one account that come at the same time come one after the other."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Borrower
from loans import payments, reversals
from loans.api import upserts
from loans.api.schemas import PaymentIn, ReversalIn
from loans.models import CreditAccount, Payment
from loans.payments import NewPayment
from tests import factories
from tests.loans.agreements import NOON, TODAY
from tests.locks import in_thread, wait_until_somebody_waits

DAY = TODAY.isoformat()


@pytest.fixture
def loan(transactional_db: None, borrower: Borrower) -> CreditAccount:
    """Two bills of 100."""
    loan = factories.make_loan(borrower, reference="L-1")
    for days in (-5, 30):
        factories.make_bill(loan, due_on=TODAY + timedelta(days=days))
    return loan


def pay(loan: CreditAccount, amount: int, reference: str) -> Payment:
    new = NewPayment(amount=Decimal(amount), currency="USD", received_on=TODAY, reference=reference)
    return payments.record(loan, payment=new, by=None, now=NOON)


def take_back(payment: Payment) -> None:
    reversals.reverse(payment, why="returned by the bank", by=None, now=NOON)


def while_it_waits(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What the second one gives, which began before the first was committed."""
    given = []
    with transaction.atomic():
        first()
        thread = in_thread(lambda: given.append(second()))
        wait_until_somebody_waits()
    thread.join()
    return given[0]


def send(reference: str, amount: str) -> str:
    row = PaymentIn(reference=reference, account="L-1", amount=amount, currency="USD", received_on=DAY)
    [result] = upserts.payments([row], now=NOON)
    return result.code or result.result


@pytest.mark.parametrize(("amount", "said"), [("60", "unchanged"), ("61", "other_figures")])
def test_a_payment_sent_twice_at_once_is_booked_once(loan: CreditAccount, amount: str, said: str) -> None:
    assert while_it_waits(lambda: pay(loan, 60, "X-1"), lambda: send("X-1", amount)) == said
    assert [bill.paid for bill in loan.bills.all()] == [60, 0]


def test_a_payment_taken_back_twice_at_once_is_taken_back_once(loan: CreditAccount) -> None:
    payment = pay(loan, 60, "X-1")
    row = ReversalIn(payment="X-1", account="L-1", on=DAY, reason="returned")
    [result] = while_it_waits(lambda: take_back(payment), lambda: upserts.reversals([row], now=NOON))
    assert result.result == "unchanged"
    assert [bill.paid for bill in loan.bills.all()] == [0, 0]


def test_a_payment_booked_while_another_is_taken_back_stands(loan: CreditAccount) -> None:
    payment = pay(loan, 60, "X-1")
    assert while_it_waits(lambda: take_back(payment), lambda: send("X-2", "130")) == "created"
    assert [bill.paid for bill in loan.bills.all()] == [100, 30]


def test_a_payment_taken_back_while_another_is_booked_leaves_that_one(loan: CreditAccount) -> None:
    payment = pay(loan, 60, "X-1")
    while_it_waits(lambda: pay(loan, 130, "X-2"), lambda: take_back(payment))
    assert [bill.paid for bill in loan.bills.all()] == [100, 30]
