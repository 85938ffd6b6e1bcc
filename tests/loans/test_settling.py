"""A payment that settles a loan: at what the quote says or more, and then nothing is left."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower
from loans import balances, bill_lines, payments, quotes
from loans.bill_lines import BillState
from loans.models import CreditAccount
from loans.payments import NewPayment, PaymentRefused
from tests.loans.agreements import NOON, TODAY, card, contracted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    return contracted(borrower)


def quote(account: CreditAccount) -> Decimal:
    bills = list(account.bills.order_by("due_on"))
    return quotes.ask(balances.account_view(account, today=TODAY), bills, on=TODAY, today=TODAY).total


def settle(account: CreditAccount, amount: Decimal, **fields: Any) -> None:
    new = NewPayment(amount=amount, currency="USD", received_on=TODAY, settles=True, **fields)
    payments.record(account, payment=new, by=None, now=NOON)


@pytest.mark.parametrize("more", ["0", "0.01", "100"])
def test_what_the_quote_says_or_more_closes_the_loan(loan: CreditAccount, more: str) -> None:
    settle(loan, quote(loan) + Decimal(more))
    loan.refresh_from_db()
    view = balances.account_view(loan, today=TODAY)
    assert (loan.status, view.balance, view.next_bill, bool(view.overdue)) == ("closed", 0, None, False)
    assert not loan.bills.filter(closed_at=None).exists()
    principal = sum(bill.principal or 0 for bill in loan.bills.all())
    paid_to_principal = sum(
        max(bill.paid - (bill.interest or 0), 0) for bill in loan.bills.filter(number__lte=2)
    )
    assert principal - paid_to_principal == Decimal("841.51")  # what the quote asks back, beside interest


def test_a_cent_less_is_refused_with_the_sum_and_nothing_is_booked(loan: CreditAccount) -> None:
    before = loan.payments.count()
    with pytest.raises(PaymentRefused, match=r"it takes \$844.22 to settle this loan"):
        settle(loan, quote(loan) - Decimal("0.01"))
    assert loan.payments.count() == before


def test_overdue_bills_are_part_of_what_settles(borrower: Borrower) -> None:
    late = contracted(borrower, paid=0)
    settle(late, quote(late))
    assert all(bill.paid == bill.amount for bill in late.bills.filter(due_on__lte=TODAY))
    assert not late.bills.filter(closed_at=None).exists()


def test_a_card_is_not_settled_like_a_loan(borrower: Borrower) -> None:
    with pytest.raises(PaymentRefused, match="cannot be told here"):
        settle(card(borrower), Decimal(2000))


def test_bills_that_fell_away_say_so(loan: CreditAccount) -> None:
    settle(loan, quote(loan))
    loan.refresh_from_db()
    lines = bill_lines.of(loan.bills.order_by("number"), today=TODAY + timedelta(days=60))
    assert {line.state for line in lines[:2]} == {BillState.PAID}
    assert {line.state for line in lines[2:]} == {BillState.SETTLED}
    assert {line.left for line in lines} == {0}


def test_staff_book_a_payment_that_settles(staff_client: Client, loan: CreditAccount) -> None:
    path = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    form = {"amount": "844.21", "received_on": TODAY.isoformat(), "settles": "on"}
    assert "$844.22 to settle" in staff_client.post(path, form).content.decode()
    assert staff_client.post(path, {**form, "amount": "844.22"}).status_code == 302
    loan.refresh_from_db()
    assert loan.status == "closed"
