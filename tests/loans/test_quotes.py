"""What settles an account and what paying more saves, told from the lender's rows or not at all."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Borrower
from loans import balance_chart, balances, contract, outlook, payoff, quotes
from loans.contract import CannotTell, Reason
from loans.daycount import DayCount
from loans.figures import AccountView
from loans.models import Bill, CreditAccount
from loans.recalculation import Course
from loans.replay import Payment
from loans.templatetags.durations import years_and_months
from loans.terms import Terms
from tests import factories
from tests.loans.agreements import NOON, TODAY, card, contracted, pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


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


@pytest.mark.parametrize("day_count", list(DayCount))
def test_a_quote_is_the_payoff_of_the_whole_course_replayed(borrower: Borrower, day_count: DayCount) -> None:
    account = contracted(borrower, paid=2, day_count=day_count)
    terms = Terms(
        principal=Decimal(1000), annual_rate_pct=Decimal(12), instalments=12, day_count=day_count,
        disbursed_on=date(2026, 1, 1),
    )  # fmt: skip
    paid = [Payment(payment.received_on, payment.amount) for payment in account.payments.all()]
    view, bills = asked(account)
    for ahead in range(31):
        day = TODAY + timedelta(days=ahead)
        told = quotes.settlement(view, bills, [], on=day, today=TODAY)
        replayed = payoff.quote(Course(terms=terms, events=paid, as_of=day), day)
        assert (told.total, told.tomorrow) == (replayed.payoff, replayed.tomorrow)


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
    owing, empty = factories.make_card(borrower), factories.make_card(borrower)
    factories.make_bill(owing, due_on=TODAY)
    assert reason(owing) is Reason.CARD
    assert reason(empty) is Reason.NOTHING_LEFT


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
