"""Paying online in a real browser: out to the sandbox's page and back, without script too."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from loans.models import CreditAccount, Payment, PayOrder
from notifications import plan
from notifications.models import Reminder
from notifications.words import ReminderState
from tests import factories
from tests.browser.visiting import SMALL_PHONE, Visitor, flaws


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    loan = factories.make_loan(borrower)
    for days in (-5, 3, 33):
        factories.make_bill(loan, due_on=timezone.now().date() + timedelta(days=days))
    return loan


@pytest.mark.parametrize("script", [True, False])
def test_one_pays_comes_back_and_is_reminded_no_more(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, reminders: None, script: bool
) -> None:
    plan.plan(now=timezone.now(), since=None)
    page = visitor.open(reverse("loans:dashboard"), client=signed_in, script=script)
    page.get_by_role("link", name="Pay now").first.click()
    page.get_by_label("What is overdue: $100.00").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Go to the payment page").click()
    expect(page.get_by_role("heading", name="Sandbox payment page")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("Your payment is booked")).to_be_visible()
    expect(page.get_by_role("link", name="Receipt as PDF")).to_be_visible()
    assert Payment.objects.get().amount == 100
    of_paid = Reminder.objects.filter(bill__closed_at__isnull=False)
    assert of_paid.exists()
    assert not of_paid.filter(state=ReminderState.PLANNED).exists()
    assert visitor.complaints == []


def test_a_refusal_leads_back_to_another_try(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, reminders: None
) -> None:
    page = visitor.open(reverse("loans:pay", args=[loan.public_id]), client=signed_in)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Go to the payment page").click()
    page.get_by_role("button", name="Let it be refused").click()
    expect(page.get_by_text("The payment was refused")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Pay now")).to_be_visible()
    assert not Payment.objects.exists()


def test_nothing_bars_anybody_from_the_pages(
    visitor: Visitor, signed_in: Client, loan: CreditAccount
) -> None:
    order = PayOrder.objects.create(
        account=loan, provider="sandbox", amount=100, page_url="http://127.0.0.1/pay/pages/x",
        expires_at=timezone.now() + timedelta(minutes=30),
    )  # fmt: skip
    pages = [reverse("loans:pay", args=[loan.public_id])]
    pages += [reverse("loans:pay_order", args=[order.pk]) + query for query in ("", "?back=1")]
    for path in pages:
        page = visitor.open(path, client=signed_in, width=SMALL_PHONE)
        assert flaws(page) == []
    assert visitor.complaints == []
