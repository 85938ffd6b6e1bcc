"""What settles an account and what paying more saves, in a real browser: with and without script, on any screen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from loans.due_dates import add_months
from loans.models import CreditAccount
from loans.schedule import schedule
from loans.terms import Terms
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Visitor, flaws, overflow
from tests.days import today


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    """Ten days after its start: 12,000,000.50 TWD at 15.5 % in 36 months."""
    terms = Terms(
        principal=Decimal("12000000.50"),
        annual_rate_pct=Decimal("15.5"),
        instalments=36,
        disbursed_on=today() - timedelta(days=10),
    )
    loan = factories.make_loan(
        borrower, currency="TWD", principal=terms.principal, annual_rate_pct=terms.annual_rate_pct,
        instalments=36, instalment_amount=None, opened_on=terms.disbursed_on,
    )  # fmt: skip
    for row in schedule(terms):
        factories.make_bill(
            loan, due_on=row.due_on, amount=row.total, principal=row.principal, interest=row.interest,
            balance_after=row.balance,
        )  # fmt: skip
    return loan


@pytest.fixture
def card(borrower: Borrower) -> CreditAccount:
    """45,000 TWD on a card, of which the statement asks a tenth. Its rate is not known."""
    balance = Decimal(45000)
    card = factories.make_card(
        borrower, currency="TWD", credit_limit=Decimal(90000), reported_balance=balance,
        reported_at=timezone.now(),
    )  # fmt: skip
    factories.make_bill(card, amount=balance / 10, statement_balance=balance, due_on=add_months(today(), 1))
    return card


def asking(name: str, account: CreditAccount, **query: str) -> str:
    return reverse(f"loans:{name}", args=[account.public_id], query=query)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_bars_anybody_from_an_answer(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, card: CreditAccount, width: int
) -> None:
    for address in (
        asking("payoff", loan),
        asking("payoff", loan, on="2020-01-01"),
        asking("payoff", card),
        asking("pay_more", loan, more="50000"),
        asking("pay_more", card, amount="2000", rate="14.9"),
        asking("pay_more", card, amount="1", rate="14.9"),
    ):
        page = visitor.open(address, client=signed_in, width=width)
        for fold in page.locator("summary").all():
            fold.click()
        assert flaws(page) == [], address
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_answers_fit_the_smallest_phone_in_every_language(
    visitor: Visitor,
    borrower: Borrower,
    signed_in: Client,
    loan: CreditAccount,
    card: CreditAccount,
    language: str,
) -> None:
    borrower.language = language
    borrower.save(update_fields=["language"])
    for address in (
        asking("payoff", loan),
        asking("pay_more", loan, more="50000"),
        asking("pay_more", card, amount="2000", rate="14.9"),
    ):
        page = visitor.open(address, client=signed_in, width=SMALL_PHONE)
        for fold in page.locator("summary").all():
            fold.click()
        assert overflow(page) == 0, address


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_questions_are_asked_and_answered_from_the_accounts_page(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, script: bool
) -> None:
    account = asking("account", loan)
    page = visitor.open(account, client=signed_in, script=script)
    page.get_by_label("Your money arrives on").fill((today() + timedelta(days=5)).isoformat())
    page.get_by_role("button", name="Show the amount").click()
    expect(page.get_by_text("Valid until the end of")).to_be_visible()
    assert page.url.endswith(account) is script  # with script the page stays

    page.goto(visitor.portal + account)
    page.get_by_label("More each month").fill("50,000")
    page.get_by_role("button", name="Show what it saves").click()
    expect(page.get_by_text("sooner, and")).to_be_visible()
    expect(page.get_by_role("img", name="Chart: what is left after each payment")).to_be_visible()
    page.locator("#pay-more summary").click()
    expect(page.get_by_role("row", name="After 12 payments")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_is_wrong_is_said_and_can_be_put_right(
    visitor: Visitor, signed_in: Client, card: CreditAccount, script: bool
) -> None:
    page = visitor.open(asking("account", card), client=signed_in, script=script)
    page.get_by_label("Yearly interest of your card").fill("14.9")
    page.get_by_label("Pay each month").fill("100")
    page.get_by_role("button", name="Show how long it takes").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("With this amount the debt never ends")
    if script:
        expect(summary).to_be_focused()
    page.get_by_label("Pay each month").fill("2000")
    page.get_by_role("button", name="Show how long it takes").click()
    expect(page.get_by_text("Paying only the minimum takes")).to_be_visible()
