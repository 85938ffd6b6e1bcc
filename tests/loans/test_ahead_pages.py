"""The pages of what settles an account and what paying more saves: words, errors, access and queries."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Borrower
from loans.models import CreditAccount
from tests import factories
from tests.loans.agreements import NOON, card, contracted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def ask(
    client: Client, name: str, account: CreditAccount, *, htmx: bool = False, **data: str
) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else None
    return client.get(reverse(f"loans:{name}", args=[account.public_id]), data, headers=headers)


def text(response: HttpResponse) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_says_the_sum_its_parts_and_its_last_day(signed_in: Client, borrower: Borrower) -> None:
    page = text(ask(signed_in, "payoff", contracted(borrower)))
    for words in ("$844.22", "$841.51", "$2.71", "$0.00", "Valid until the end of March 11, 2026", "$844.50"):
        assert words in page


WHY_MORE = "It is more than the $841.51 left to pay back, which is the principal alone"


def test_why_it_is_more_than_what_is_left_to_pay_back_is_said_where_it_is(
    signed_in: Client, borrower: Borrower
) -> None:
    account = contracted(borrower)
    assert WHY_MORE in text(ask(signed_in, "payoff", account))
    for page in (text(ask(signed_in, "account", account)), text(signed_in.get(reverse("loans:dashboard")))):
        assert "interest not paid yet comes on top" in page


def test_a_loan_without_interest_is_paid_off_by_what_is_left_and_nothing_more_is_said(
    signed_in: Client, borrower: Borrower
) -> None:
    account = contracted(borrower, annual_rate_pct=Decimal(0))
    assert "It is more than the" not in text(ask(signed_in, "payoff", account))
    for page in (text(ask(signed_in, "account", account)), text(signed_in.get(reverse("loans:dashboard")))):
        assert "comes on top" not in page


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        (True, "What you buy now, and interest until you pay, come on top."),
        (False, "That is what your open statement asks for. The whole balance stands on the statement."),
    ],
)
def test_what_a_cards_balance_does_not_hold_is_said_by_where_it_comes_from(
    signed_in: Client, borrower: Borrower, reported: bool, words: str
) -> None:
    account = card(borrower)
    if not reported:
        CreditAccount.objects.update(reported_balance=None, reported_at=None)
    page = text(ask(signed_in, "account", account))
    assert words in page
    assert "principal" not in page
    assert "principal" not in text(signed_in.get(reverse("loans:dashboard")))


def test_another_day_may_be_chosen_up_to_thirty_days_ahead(signed_in: Client, borrower: Borrower) -> None:
    account = contracted(borrower)
    assert "arrives on April 10, 2026" in text(ask(signed_in, "payoff", account, on="2026-04-10"))
    assert "Choose April 10, 2026 or an earlier day." in text(
        ask(signed_in, "payoff", account, on="2026-04-11")
    )
    assert "That day has passed." in text(ask(signed_in, "payoff", account, on="2026-03-10"))
    assert "Write the day like" in text(ask(signed_in, "payoff", account, on="soon"))


@pytest.mark.parametrize("rate", [Decimal(12), None])
def test_each_page_tells_once_how_to_reach_the_lender(
    signed_in: Client, borrower: Borrower, settings: Any, rate: Decimal | None
) -> None:
    account = contracted(borrower)
    CreditAccount.objects.filter(pk=account.pk).update(annual_rate_pct=rate)
    for name in ("account", "payoff", "pay_more"):
        page = text(ask(signed_in, name, account))
        assert page.count(f">{settings.LENDER_PHONE}<") == 1
        assert page.count(f">{settings.LENDER_EMAIL}<") == 1


def test_a_figure_that_cannot_be_told_says_why_and_whom_to_ask(signed_in: Client, borrower: Borrower) -> None:
    account = contracted(borrower)
    account.annual_rate_pct = None
    account.save(update_fields=["annual_rate_pct"])
    page = text(ask(signed_in, "payoff", account))
    assert "We have no interest rate for this account here." in page
    assert "Our books show $825.00 as owed" not in page
    assert "$841.51 as owed" in page
    assert "settles this loan" not in page


def test_the_page_says_what_paying_more_saves_in_words_picture_and_table(
    signed_in: Client, borrower: Borrower
) -> None:
    page = text(ask(signed_in, "pay_more", contracted(borrower), more="100"))
    assert "5 months sooner, and $" in page
    assert "The last payment would be on August 1, 2026 instead of January 1, 2027." in page
    assert page.count("<polygon") == 2
    assert page.split("<table", 1)[1].count("<tr>") == 1 + 11


@pytest.mark.parametrize("more", ["", "0", "-5", "much", "NaN", "1e99", "10000000000000", "10,50"])
def test_what_is_no_amount_is_answered_with_what_to_write(
    signed_in: Client, borrower: Borrower, more: str
) -> None:
    page = text(ask(signed_in, "pay_more", contracted(borrower), more=more))
    assert "Write an amount above 0, such as 50.00." in page


def test_an_amount_may_be_written_with_commas_and_not_below_the_cent(
    signed_in: Client, borrower: Borrower
) -> None:
    account = contracted(borrower)
    assert "sooner" in text(ask(signed_in, "pay_more", account, more="1,000.00"))
    assert "no smaller unit than 0.01" in text(ask(signed_in, "pay_more", account, more="0.015"))


def test_a_card_asks_for_the_rate_that_the_lender_does_not_report(
    signed_in: Client, borrower: Borrower
) -> None:
    account = card(borrower)
    assert "Write your card’s yearly interest" in text(
        ask(signed_in, "pay_more", account, amount="500", rate="")
    )
    page = text(ask(signed_in, "pay_more", account, amount="500", rate="18"))
    assert "Paying only the minimum takes" in page
    assert "Paying $500.00 each month takes 5 months and costs $78.43 in interest." in page


def test_a_card_with_a_known_rate_needs_no_other(signed_in: Client, borrower: Borrower) -> None:
    account = card(borrower, annual_rate_pct=Decimal(18))
    page = text(ask(signed_in, "pay_more", account, amount=""))
    assert "Paying $203.00 each month takes 11 months" in page
    assert "Yearly interest of your card" not in page


def test_an_amount_that_never_ends_the_debt_is_answered_with_one_that_does(
    signed_in: Client, borrower: Borrower
) -> None:
    page = text(ask(signed_in, "pay_more", card(borrower, annual_rate_pct=Decimal(18)), amount="30"))
    assert "the interest of the first month is $30.00" in page
    assert "for example $72.31" in page


def test_less_than_the_minimum_is_said_to_be_less(signed_in: Client, borrower: Borrower) -> None:
    page = text(ask(signed_in, "pay_more", card(borrower, annual_rate_pct=Decimal(18)), amount="50"))
    assert "This is less than the minimum at first, $203.00." in page


def test_a_card_without_debt_has_nothing_to_save(signed_in: Client, borrower: Borrower) -> None:
    account = factories.make_card(borrower, annual_rate_pct=Decimal(18))
    assert "There is nothing left to pay back." in text(ask(signed_in, "pay_more", account, amount="50"))


def test_htmx_gets_the_part_that_the_page_holds(signed_in: Client, borrower: Borrower) -> None:
    account = contracted(borrower)
    for name, data in (("payoff", {"on": "2026-03-20"}), ("pay_more", {"more": "10"})):
        part = text(ask(signed_in, name, account, htmx=True, **data))
        assert part.startswith("<section")
        assert part in text(ask(signed_in, name, account, **data))


def test_strangers_and_ended_accounts_find_nothing(
    signed_in: Client, stranger_client: Client, borrower: Borrower
) -> None:
    account = contracted(borrower)
    ended = factories.make_loan(borrower, status=CreditAccount.Status.CLOSED)
    for name in ("payoff", "pay_more"):
        assert ask(stranger_client, name, account).status_code == 404
        assert ask(signed_in, name, ended).status_code == 404


def test_the_questions_stand_on_the_page_of_an_open_account_only(
    signed_in: Client, borrower: Borrower
) -> None:
    account = contracted(borrower)
    assert reverse("loans:payoff", args=[account.public_id]) in text(ask(signed_in, "account", account))
    ended = factories.make_loan(borrower, status=CreditAccount.Status.CLOSED)
    assert "Pay it off" not in text(ask(signed_in, "account", ended))


@pytest.mark.parametrize(("name", "data"), [("account", {}), ("payoff", {}), ("pay_more", {"more": "50"})])
def test_a_page_asks_the_database_few_questions(
    signed_in: Client, borrower: Borrower, name: str, data: dict[str, str]
) -> None:
    account = contracted(borrower)
    ask(signed_in, name, account, **data)
    with CaptureQueriesContext(connection) as seen:
        ask(signed_in, name, account, **data)
    assert len(seen) <= 10, [query["sql"][:90] for query in seen]
