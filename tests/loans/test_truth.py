"""The lender's figure beside our own: ours is a check, and staff see the difference."""

import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower
from loans import truth
from loans.models import CreditAccount
from tests import factories
from tests.loans.agreements import NOON, contracted, pay

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def report(account: CreditAccount, balance: str, at: datetime = LATER) -> CreditAccount:
    account.reported_balance, account.reported_at = Decimal(balance), at
    account.save(update_fields=["reported_balance", "reported_at"])
    return account


def difference(account: CreditAccount) -> Decimal:
    found = truth.check(account)
    assert found is not None
    return found.difference


def test_a_loan_whose_report_fits_differs_by_nothing(borrower: Borrower) -> None:
    assert difference(report(contracted(borrower), "841.51")) == 0


def test_a_loans_difference_is_what_the_rows_do_not_explain(borrower: Borrower) -> None:
    assert difference(report(contracted(borrower), "900")) == Decimal("58.49")


def test_what_is_booked_after_the_report_is_not_in_the_comparison(borrower: Borrower) -> None:
    loan = report(contracted(borrower), "841.51", at=NOON)
    pay(loan, Decimal(50), on=date(2026, 3, 11))
    loan.payments.filter(amount=50).update(created_at=LATER)
    assert difference(loan) == 0


def test_a_card_is_compared_with_its_newest_statement(borrower: Borrower) -> None:
    card = factories.make_card(borrower)
    for number, balance in ((1, 500), (2, 300)):
        factories.make_bill(
            card, number=number, issued_on=date(2026, number, 28), due_on=date(2026, number + 1, 15),
            amount=Decimal(30), statement_balance=Decimal(balance),
        )  # fmt: skip
    pay(card, Decimal(40), on=date(2026, 3, 1))
    assert difference(report(card, "260")) == 0
    assert difference(report(card, "300")) == 40


def test_without_a_report_there_is_nothing_to_compare(borrower: Borrower) -> None:
    assert truth.check(contracted(borrower)) is None


def test_the_command_names_and_counts_what_differs(borrower: Borrower) -> None:
    report(contracted(borrower), "841.51")
    wrong = report(contracted(borrower), "900")
    out = io.StringIO()
    call_command("check_balances", "--json", stdout=out)
    *named, last = out.getvalue().splitlines()
    assert named == [f"{wrong.reference}: reported 900.000, ours 841.510, difference 58.490 USD"]
    assert json.loads(last) == {"checked": 2, "differing": 1}


def test_the_command_marks_the_accounts_that_differ_until_they_agree_again(borrower: Borrower) -> None:
    loan = report(contracted(borrower), "900")
    call_command("check_balances", stdout=io.StringIO())
    loan.refresh_from_db()
    assert loan.difference == Decimal("58.49")
    report(loan, "841.51")
    call_command("check_balances", stdout=io.StringIO())
    loan.refresh_from_db()
    assert loan.difference is None


def test_staff_see_the_difference_on_the_account(staff_client: Client, borrower: Borrower) -> None:
    loan = report(contracted(borrower), "900")
    page = staff_client.get(reverse("admin:loans_creditaccount_change", args=[loan.pk])).content.decode()
    assert "the report says $58.49 more" in page
