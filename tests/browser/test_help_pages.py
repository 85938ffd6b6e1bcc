"""Asking for help in a real browser: on any screen, in every language, with and without script."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications.help import journeys
from notifications.help.journeys import Ask
from notifications.help.rules import Promise
from notifications.models.help import HelpKind
from tests import factories
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws
from tests.days import today


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    loan = factories.make_loan(borrower)
    factories.make_bill(loan, due_on=today() - timedelta(days=3))
    return loan


def paths(loan: CreditAccount) -> list[str]:
    """The list with something on it, every form, and what became of one."""
    details = Promise(Decimal(100), today() + timedelta(days=5)).to_json()
    ask = Ask(HelpKind.PROMISE, loan, details=details)
    promise = journeys.open_request(loan.borrower, ask=ask, now=timezone.now())
    dispute = Ask(HelpKind.DISPUTE, loan, "I have paid this.\nTwice.", {"what": "paid"})
    disputed = journeys.open_request(loan.borrower, ask=dispute, now=timezone.now())
    forms = [reverse("help:ask", args=[kind]) for kind in HelpKind]
    requests = [reverse("help:request", args=[made.pk]) for made in (promise, disputed)]
    return [reverse("help:list"), *forms, *requests]


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("width", [SMALL_PHONE, DESKTOP])
def test_nothing_bars_anybody_from_asking(
    visitor: Visitor, borrower: Borrower, signed_in: Client, loan: CreditAccount, language: str, width: int
) -> None:
    Borrower.objects.filter(pk=borrower.pk).update(language=language)
    for path in paths(loan):
        assert flaws(visitor.open(path, client=signed_in, width=width)) == [], path


@pytest.mark.parametrize("script", [True, False])
def test_a_promise_is_made_and_taken_back(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, script: bool
) -> None:
    page = visitor.open(reverse("loans:dashboard"), client=signed_in, script=script)
    page.get_by_role("link", name="Ask for help", exact=True).click()
    page.get_by_role("link", name="Pay on another day").click()
    page.get_by_label("You pay on").fill((today() + timedelta(days=90)).isoformat())
    page.get_by_role("button", name="Promise this").click()
    expect(page.get_by_role("alert")).to_contain_text("or an earlier day")
    page.get_by_label("You pay on").fill((today() + timedelta(days=7)).isoformat())
    page.get_by_role("button", name="Promise this").click()
    expect(page.get_by_text("We have it. Your reference is R-")).to_be_visible()
    page.get_by_role("button", name="Withdraw this promise").click()
    expect(page.get_by_text("You withdrew it")).to_be_visible()
