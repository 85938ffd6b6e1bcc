"""A payment that is taken back: what it paid is owed again, and the engine speaks of it again."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import my_data
from accounts.models import Borrower
from loans import balances, payments, reversals, truth
from loans.api import upserts
from loans.api.schemas import PaymentIn
from loans.models import Allocation, CreditAccount, Payment, Reversal
from loans.papers import sheet
from loans.papers.period import parse
from loans.payments import NewPayment
from loans.reversals import ReversalRefused
from notifications import plan
from notifications.models import Attempt, Reminder
from notifications.words import ReminderState
from tests import factories
from tests.loans.agreements import NOON, TODAY, contracted

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    """Three bills of 100, of which 10 are interest: overdue, due in three days, due in a month."""
    loan = factories.make_loan(borrower, principal=Decimal(270), instalments=3)
    for days in (-5, 3, 33):
        factories.make_bill(
            loan, due_on=TODAY + timedelta(days=days), principal=Decimal(90), interest=Decimal(10)
        )
    return loan


def pay(account: CreditAccount, amount: int, *, now: datetime = NOON, **fields: Any) -> Payment:
    new = NewPayment(amount=Decimal(amount), currency="USD", received_on=TODAY, **fields)
    return payments.record(account, payment=new, by=None, now=now)


def take_back(payment: Payment, *, now: datetime = LATER) -> Reversal:
    return reversals.reverse(payment, why="returned by the bank", by=None, now=now)


def paid(account: CreditAccount) -> list[tuple[int, bool]]:
    return [(int(bill.paid), bill.closed_at is None) for bill in account.bills.order_by("number")]


def test_what_it_paid_is_owed_again(loan: CreditAccount) -> None:
    payment = pay(loan, 150)
    assert paid(loan) == [(100, False), (50, True), (0, True)]
    take_back(payment)
    assert paid(loan) == [(0, True), (0, True), (0, True)]
    assert balances.account_view(loan, today=TODAY).balance == 270
    assert not Payment.objects.exists()
    assert not Allocation.objects.exists()


def test_payments_after_it_pay_what_it_no_longer_does(loan: CreditAccount) -> None:
    first = pay(loan, 100)
    pay(loan, 120)
    assert paid(loan) == [(100, False), (100, False), (20, True)]
    take_back(first)
    assert paid(loan) == [(100, False), (20, True), (0, True)]


def test_a_loan_that_ended_with_it_goes_on(loan: CreditAccount) -> None:
    payment = pay(loan, 300)
    loan.refresh_from_db()
    assert loan.status == "closed"
    take_back(payment)
    loan.refresh_from_db()
    assert (loan.status, paid(loan)) == ("open", [(0, True)] * 3)


def test_bills_that_fell_away_with_a_settling_payment_come_back(borrower: Borrower) -> None:
    loan = contracted(borrower)
    before = paid(loan)
    with time_machine.travel(NOON, tick=False):
        take_back(pay(loan, 1000, settles=True))
    loan.refresh_from_db()
    assert (loan.status, paid(loan)) == ("open", before)


def test_a_write_off_stays_one(loan: CreditAccount) -> None:
    payment = pay(loan, 100)
    CreditAccount.objects.update(status="charged_off")
    loan.bills.filter(closed_at=None).update(closed_at=NOON)
    take_back(payment)
    loan.refresh_from_db()
    assert (loan.status, paid(loan)) == ("charged_off", [(0, False)] * 3)


def test_of_a_card_only_the_newest_statement_is_owed_again(borrower: Borrower) -> None:
    card = factories.make_card(borrower)
    for number, issued_on in ((1, date(2026, 1, 31)), (2, date(2026, 2, 28))):
        factories.make_bill(
            card, number=number, issued_on=issued_on, due_on=TODAY, statement_balance=Decimal(900)
        )
    _old, new = card.bills.order_by("number")
    new.delete()
    for_old = pay(card, 100)
    new.save(force_insert=True)
    for_new = pay(card, 60)
    take_back(for_old)
    assert paid(card) == [(0, False), (60, True)]
    take_back(for_new)
    assert paid(card) == [(0, False), (0, True)]


def test_the_lenders_balance_rises_by_the_principal_until_it_reports_anew(loan: CreditAccount) -> None:
    payment = pay(loan, 100)
    CreditAccount.objects.update(reported_balance=Decimal(180), reported_at=NOON + timedelta(hours=1))
    reversal = take_back(payment)
    loan.refresh_from_db()
    assert reversal.principal == 90
    assert balances.account_view(loan, today=TODAY).balance == 270
    check = truth.check(loan)
    assert check is not None
    assert check.difference == 0  # at the instant of the report
    CreditAccount.objects.update(reported_balance=Decimal(270), reported_at=LATER + timedelta(hours=1))
    loan.refresh_from_db()
    assert balances.account_view(loan, today=TODAY).balance == 270
    check = truth.check(loan)
    assert check is not None
    assert check.difference == 0


def test_the_audit_says_who_why_and_what_it_had_paid(loan: CreditAccount, staff_client: Client) -> None:
    payment = pay(loan, 150)
    page = reverse("admin:loans_payment_take_back", args=[payment.pk])
    assert "150" in staff_client.get(page).content.decode()
    assert staff_client.post(page, {"why": ""}).status_code == 200
    assert staff_client.post(page, {"why": "returned by the bank"}).status_code == 302
    reversal = Reversal.objects.get()
    assert reversal.was == {"1": "100.000", "2": "50.000"}
    assert reversal.by is not None
    assert reversal.why == "returned by the bank"
    assert "already" in staff_client.post(page, {"why": "again"}).content.decode()


def test_it_is_taken_back_once_and_for_a_reason(loan: CreditAccount) -> None:
    payment = pay(loan, 100)
    with pytest.raises(ReversalRefused, match="why"):
        reversals.reverse(payment, why=" ", by=None, now=LATER)
    take_back(payment)
    with pytest.raises(ReversalRefused, match="already"):
        take_back(payment)


def test_its_reference_is_never_booked_again(loan: CreditAccount) -> None:
    take_back(pay(loan, 100, reference="X-1"))
    row = PaymentIn(
        reference="X-1", account=loan.reference, amount="100", currency="USD", received_on=f"{TODAY}"
    )
    [result] = upserts.payments([row], now=LATER)
    assert (result.result, "taken back" in str(result.why)) == ("refused", True)


def test_the_owner_reads_on_the_page_that_it_was_taken_back(loan: CreditAccount, signed_in: Client) -> None:
    payment = pay(loan, 100)
    take_back(payment)
    text = signed_in.get(reverse("loans:account", args=[loan.public_id])).content.decode()
    assert "Taken back on" in text
    assert "returned by the bank" in text
    receipt = reverse("loans:receipt", args=[payment.public_id])
    assert receipt in text
    assert signed_in.get(receipt)["Content-Type"] == "application/pdf"


def test_its_papers_say_that_it_was_taken_back(loan: CreditAccount) -> None:
    pay(loan, 30)
    payment = take_back(pay(loan, 100)).payment
    view = balances.account_view(loan, today=TODAY)
    receipt = sheet.receipt(view, payment, [], today=TODAY)
    assert receipt.title == "A payment that was taken back"
    assert dict(receipt.facts)["Taken back on"] == "March 13, 2026"
    assert (receipt.tables, receipt.notes) == ((), ("What it had paid is owed again.",))
    month = parse("2026-03", first=TODAY, last=TODAY)
    all_of_them = Payment.everything.order_by("pk")
    paper = sheet.statement(view, [], all_of_them, period=month, today=TODAY)
    assert dict(paper.facts)["Received in this time"] == "$30.00"
    assert "Taken back on Mar 13, 2026" in paper.tables[1].rows[1][1]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "was taken back on March 13, 2026: returned by the bank."),
        ("zh-hans", "已于2026年3月13日撤回：被银行退回。"),
        ("zh-hant", "已於2026年3月13日撤回：被銀行退回。"),
    ],
)
def test_the_borrower_learns_of_it_in_their_language(loan: CreditAccount, language: str, said: str) -> None:
    Borrower.objects.update(language=language)
    loan.refresh_from_db()
    payment = pay(loan, 100)
    take_back(payment)
    [note] = Attempt.objects.filter(category="service")
    assert said in note.body
    assert note.channel == "inbox"
    assert note.language == language


def test_of_one_that_is_booked_anew_nothing_is_told(loan: CreditAccount) -> None:
    reversals.reverse(pay(loan, 100), why=reversals.REPLACED, by=None, now=LATER)
    assert not Attempt.objects.filter(category="service").exists()


@pytest.mark.parametrize(("days", "said"), [(3, "in the future"), (-1, "cannot have been taken back before")])
def test_the_day_lies_between_the_payment_and_today(loan: CreditAccount, days: int, said: str) -> None:
    payment = pay(loan, 100)
    with pytest.raises(ReversalRefused, match=said):
        reversals.reverse(payment, why="x", by=None, now=LATER, on=TODAY + timedelta(days=days))
    assert not Reversal.objects.exists()


def test_the_engine_plans_what_had_fallen_away_again(loan: CreditAccount) -> None:
    call_command("load_defaults")
    plan.plan(now=NOON, since=None)
    of_second = Reminder.objects.filter(bill__number=2)
    planned = set(of_second.filter(state=ReminderState.PLANNED).values_list("step", flat=True))
    assert planned
    payment = pay(loan, 200)
    assert set(of_second.values_list("state", flat=True)) == {ReminderState.CANCELLED}
    take_back(payment, now=NOON + timedelta(minutes=5))
    assert not of_second.exists()
    plan.plan(now=NOON + timedelta(minutes=6), since=NOON)
    assert set(of_second.filter(state=ReminderState.PLANNED).values_list("step", flat=True)) == planned


def test_whose_payment_it_was_takes_it_away_with_the_rest(loan: CreditAccount) -> None:
    payment = pay(loan, 100)
    take_back(payment)
    [row] = my_data.SECTIONS["payments"].rows(loan.borrower).values("reference", "reversed_at")
    assert row == {"reference": payment.reference, "reversed_at": LATER}
