"""What settles an account and what paying more saves, told from the lender's rows or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
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
from loans import balance_chart, balances, contract, outlook, payments, quotes
from loans.contract import CannotTell, Reason
from loans.daycount import DayCount
from loans.figures import AccountView
from loans.models import Bill, CreditAccount
from loans.payments import NewPayment
from loans.schedule import schedule
from loans.templatetags.durations import years_and_months
from loans.terms import Terms
from tests import factories

NOON = datetime(2026, 3, 11, 16, tzinfo=UTC)  # in New York, 10 days after the second due day
TODAY = NOON.date()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def contracted(borrower: Borrower, *, paid: int = 2, **terms: Any) -> CreditAccount:
    """1,000 USD at 12 % in 12 months from 1 January 2026, its first bills paid on their days."""
    given: dict[str, Any] = {
        "principal": Decimal(1000),
        "annual_rate_pct": Decimal(12),
        "instalments": 12,
        "disbursed_on": date(2026, 1, 1),
    } | terms
    rows = schedule(Terms(**given))
    account = factories.make_loan(
        borrower,
        principal=given["principal"],
        annual_rate_pct=given["annual_rate_pct"],
        instalment_amount=rows[0].total,
    )
    for row in rows:
        factories.make_bill(
            account, due_on=row.due_on, amount=row.total, principal=row.principal, interest=row.interest,
            balance_after=row.balance,
        )  # fmt: skip
    for row in rows[:paid]:
        pay(account, row.total, on=row.due_on or TODAY)
    return account


def pay(account: CreditAccount, amount: Decimal, *, on: date) -> None:
    new = NewPayment(amount=amount, currency=account.currency, received_on=on)
    payments.record(account, payment=new, by=None, now=NOON)


def asked(account: CreditAccount) -> tuple[AccountView, list[Bill]]:
    account.refresh_from_db()
    view = balances.account_view(account, today=TODAY)
    return view, list(account.bills.order_by("due_on", "number"))


def quote(account: CreditAccount, on: date = TODAY) -> quotes.Settlement:
    return quotes.ask(*asked(account), on=on, today=TODAY)


# ---------- what settles it ----------


def test_a_quote_is_principal_and_the_interest_of_the_days_since_the_last_bill(borrower: Borrower) -> None:
    # 1000 − 78.85 − 79.64 = 841.51; March: 8.4151 · 10 / 31 = 2.71, the day after 8.4151 · 11 / 31 = 2.99
    told = quote(contracted(borrower))
    assert (told.principal, told.interest, told.fees) == (Decimal("841.51"), Decimal("2.71"), 0)
    assert (told.total, told.tomorrow) == (Decimal("844.22"), Decimal("844.50"))


def test_a_quote_shows_the_same_principal_as_the_page(borrower: Borrower) -> None:
    account = contracted(borrower)
    pay(account, Decimal("50.00"), on=TODAY - timedelta(days=3))
    view, _bills = asked(account)
    assert quote(account).principal == view.balance


def test_a_quote_on_a_due_day_holds_all_interest_of_its_bill(borrower: Borrower) -> None:
    account = contracted(borrower)
    told = quote(account, date(2026, 4, 1))
    assert told.total == Decimal("841.51") + Decimal("8.42")


def test_a_day_after_a_bill_to_come_bears_that_bills_interest_and_more(borrower: Borrower) -> None:
    # 8.42 for March, then 8.4151 · 9 / 30 = 2.52 for the days of April
    told = quote(contracted(borrower), date(2026, 4, 10))
    assert told.interest == Decimal("10.94")


def test_interest_of_a_bill_past_its_due_date_is_in_the_quote(borrower: Borrower) -> None:
    # The second bill's 9.21, then ten days of March on all of 921.15: 9.2115 · 10 / 31 = 2.97
    told = quote(contracted(borrower, paid=1))
    assert (told.principal, told.interest) == (Decimal("921.15"), Decimal("12.18"))


def test_a_late_payment_stops_interest_on_its_day(borrower: Borrower) -> None:
    # 921.15 for 4 days, 841.51 for 6: 1.1886 + 1.6287 = 2.82
    account = contracted(borrower, paid=1)
    pay(account, Decimal("88.85"), on=date(2026, 3, 5))
    told = quote(account)
    assert (told.principal, told.interest) == (Decimal("841.51"), Decimal("2.82"))


def test_a_bill_paid_early_does_not_pay_its_interest_twice(borrower: Borrower) -> None:
    account = contracted(borrower)
    pay(account, Decimal("88.85"), on=date(2026, 3, 6))
    told = quote(account)
    assert (told.principal, told.interest) == (Decimal("761.08"), 0)


def test_what_a_bill_asks_beside_principal_and_interest_is_a_fee(borrower: Borrower) -> None:
    account = contracted(borrower, paid=1)
    late = account.bills.get(number=2)
    late.amount += 15
    late.save(update_fields=["amount"])
    told = quote(account)
    assert told.fees == 15
    assert told.total == told.principal + told.interest + 15


@pytest.mark.parametrize("day_count", list(DayCount))
def test_the_accounts_own_convention_is_read_from_its_bills(borrower: Borrower, day_count: DayCount) -> None:
    account = contracted(borrower, day_count=day_count, instalments=36)  # 2028 has a 29 February
    view, bills = asked(account)
    found = contract.rule(view.account, bills, today=TODAY)
    assert found.day_count is day_count


def test_a_loan_without_interest_is_settled_by_its_balance(borrower: Borrower) -> None:
    account = factories.make_loan(borrower)
    factories.make_bill(account, due_on=date(2026, 4, 1))
    assert quote(account, TODAY + timedelta(days=30)).total == 1200


def test_what_is_owed_after_the_last_bill_bears_interest_on(borrower: Borrower) -> None:
    account = contracted(borrower, paid=1, instalments=2)
    month = quote(account, date(2026, 4, 1)).interest - quote(account, date(2026, 3, 11)).interest
    assert month > 0


# ---------- what cannot be told ----------


def reason(account: CreditAccount) -> Reason:
    with pytest.raises(CannotTell) as unknown:
        quote(account)
    return unknown.value.reason


def test_without_a_rate_nothing_is_guessed(borrower: Borrower) -> None:
    account = contracted(borrower)
    account.annual_rate_pct = None
    account.save(update_fields=["annual_rate_pct"])
    assert reason(account) is Reason.NO_RATE


def test_bills_without_their_parts_are_not_split_by_guess(borrower: Borrower) -> None:
    account = factories.make_loan(borrower, annual_rate_pct=Decimal(12))
    factories.make_bill(account, due_on=date(2026, 4, 1))
    assert reason(account) is Reason.NO_PARTS


def test_interest_by_an_unknown_rule_is_not_guessed(borrower: Borrower) -> None:
    account = contracted(borrower)
    account.bills.filter(number=7).update(interest=Decimal("3.33"))
    assert reason(account) is Reason.OTHER_RULE


def test_without_a_first_day_nothing_is_guessed(borrower: Borrower) -> None:
    account = contracted(borrower)
    account.opened_on = None
    account.save(update_fields=["opened_on"])
    assert reason(account) is Reason.NO_START


def test_a_card_has_no_payoff_of_a_day(borrower: Borrower) -> None:
    assert reason(factories.make_card(borrower)) is Reason.CARD


def test_nothing_left_needs_no_quote(borrower: Borrower) -> None:
    assert reason(factories.make_loan(borrower, reported_balance=Decimal(0))) is Reason.NOTHING_LEFT


# ---------- what paying more saves ----------


def test_paying_more_on_a_loan_ends_it_sooner_and_costs_less(borrower: Borrower) -> None:
    view, bills = asked(contracted(borrower))
    seen = outlook.of_loan(view, bills, Decimal(100), today=TODAY)
    assert seen.plain is not None
    assert (seen.plain.months, seen.other.months) == (10, 5)
    assert seen.plain.interest == sum(bill.interest or 0 for bill in bills[2:])
    assert seen.interest_saved > 20
    assert seen.plain.ends_on == date(2027, 1, 1)
    assert seen.other.ends_on == date(2026, 8, 1)


def test_what_is_past_its_due_date_counts_as_paid_first(borrower: Borrower) -> None:
    late = outlook.of_loan(*asked(contracted(borrower, paid=1)), Decimal(100), today=TODAY)
    in_time = outlook.of_loan(*asked(contracted(borrower)), Decimal(100), today=TODAY)
    assert late == in_time


def test_falling_instalments_have_no_simple_answer(borrower: Borrower) -> None:
    account = factories.make_loan(borrower)
    for number, amount in enumerate((300, 200, 100), start=1):
        factories.make_bill(account, due_on=date(2026, 3 + number, 1), amount=Decimal(amount))
    with pytest.raises(CannotTell) as unknown:
        outlook.of_loan(*asked(account), Decimal(100), today=TODAY)
    assert unknown.value.reason is Reason.NOT_EQUAL


def card(borrower: Borrower, *, minimum: Decimal = Decimal(200), **fields: Any) -> CreditAccount:
    """2,000 USD on a card whose statement asks a tenth."""
    account = factories.make_card(borrower, reported_balance=Decimal(2000), reported_at=NOON, **fields)
    factories.make_bill(account, amount=minimum, statement_balance=Decimal(2000), due_on=date(2026, 4, 1))
    return account


def test_a_card_shows_the_minimum_beside_a_fixed_amount(borrower: Borrower) -> None:
    seen = outlook.of_card(*asked(card(borrower)), Decimal(18), Decimal(500))
    # 30.00 interest, then 203.00 of 2 030.00 is the least; 500 each month: 30.00, 22.95, 15.79, 8.53, 1.16
    assert seen.plain is not None
    assert seen.plain.payment == 203
    assert seen.other.months == 5
    assert seen.other.interest == Decimal("78.43")
    assert seen.months_saved == seen.plain.months - 5 > 0
    assert seen.interest_saved > 0


def test_a_minimum_by_the_lenders_own_rule_is_not_guessed(borrower: Borrower) -> None:
    seen = outlook.of_card(*asked(card(borrower, minimum=Decimal(63))), Decimal(18), Decimal(500))
    assert seen.plain is None
    assert seen.other.months == 5


def test_a_minimum_that_never_ends_the_debt_says_so(borrower: Borrower) -> None:
    seen = outlook.of_card(*asked(card(borrower)), Decimal(200), Decimal(500))
    assert seen.plain is None
    assert seen.never_ends


def test_without_an_amount_a_card_shows_todays_minimum_kept(borrower: Borrower) -> None:
    seen = outlook.of_card(*asked(card(borrower)), Decimal(18), None)
    assert seen.other.payment == 203
    assert seen.months_saved > 0


def test_without_a_minimum_the_example_ends_a_cards_debt_in_three_years(borrower: Borrower) -> None:
    assert outlook.of_card(*asked(card(borrower, minimum=Decimal(63))), Decimal(18), None).other.months == 36


# ---------- the picture ----------


def test_the_picture_falls_from_the_whole_to_nothing() -> None:
    chart = balance_chart.of([Decimal(10), Decimal(5), Decimal(0)], [Decimal(10), Decimal(0)])
    assert chart.plain == "0,240 0,0 480,120 960,240"
    assert chart.other == "0,240 0,0 480,240"
    assert not chart.plain_is_lower
    assert [(line.months, line.plain, line.other) for line in chart.lines] == [
        (0, Decimal(10), Decimal(10)), (1, Decimal(5), Decimal(0)), (2, Decimal(0), Decimal(0)),
    ]  # fmt: skip


def test_a_long_debt_is_told_by_year() -> None:
    chart = balance_chart.of([], [Decimal(30 - month) for month in range(31)])
    assert [line.months for line in chart.lines] == [0, 12, 24, 30]
    assert chart.plain == ""


@pytest.mark.parametrize(
    ("months", "words"),
    [(1, "1 month"), (12, "1 year"), (30, "2 years and 6 months"), (25, "2 years and 1 month")],
)
def test_months_are_said_in_years(months: int, words: str) -> None:
    assert years_and_months(months) == words


# ---------- the pages ----------


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


def test_another_day_may_be_chosen_up_to_thirty_days_ahead(signed_in: Client, borrower: Borrower) -> None:
    account = contracted(borrower)
    assert "arrives on April 10, 2026" in text(ask(signed_in, "payoff", account, on="2026-04-10"))
    assert "Choose April 10, 2026 or an earlier day." in text(
        ask(signed_in, "payoff", account, on="2026-04-11")
    )
    assert "That day has passed." in text(ask(signed_in, "payoff", account, on="2026-03-10"))
    assert "Write the day like" in text(ask(signed_in, "payoff", account, on="soon"))


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


@pytest.mark.parametrize("more", ["", "0", "-5", "much", "NaN", "1e99", "10000000000000"])
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
    assert "What settles it" not in text(ask(signed_in, "account", ended))


@pytest.mark.parametrize(("name", "data"), [("account", {}), ("payoff", {}), ("pay_more", {"more": "50"})])
def test_a_page_asks_the_database_few_questions(
    signed_in: Client, borrower: Borrower, name: str, data: dict[str, str]
) -> None:
    account = contracted(borrower)
    ask(signed_in, name, account, **data)
    with CaptureQueriesContext(connection) as seen:
        ask(signed_in, name, account, **data)
    assert len(seen) <= 10, [query["sql"][:90] for query in seen]
