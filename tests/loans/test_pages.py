"""The pages of what is owed: who may see them, what they say, and how much they ask of the database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Borrower, User
from loans.models import CreditAccount, Payment, Reversal
from tests import factories

NOON = datetime(2026, 1, 20, 17, tzinfo=UTC)  # 12:00 in New York, where the borrower lives
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    """1,200 USD in 12 instalments: one paid, one past its due date, one to come."""
    loan = factories.make_loan(borrower, reference="L-OWN")
    factories.make_bill(loan, due_on=date(2025, 12, 1), paid=Decimal(100), closed_at=NOON)
    factories.make_bill(loan, due_on=date(2026, 1, 1))
    factories.make_bill(loan, due_on=date(2026, 2, 1))
    return loan


def address(account: CreditAccount) -> str:
    return reverse("loans:account", args=[account.public_id])


def text(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def main(response: HttpResponse) -> str:
    """The page's own part, without the forms of its frame: each carries a token that differs each time."""
    return text(response).split("<main", 1)[1].split("</main>", 1)[0]


# ---------- who may see them ----------


def test_strangers_are_sent_to_sign_in(client: Client, loan: CreditAccount) -> None:
    for page in (reverse("loans:dashboard"), address(loan)):
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_another_borrowers_account_is_not_found(stranger_client: Client, loan: CreditAccount) -> None:
    assert stranger_client.get(address(loan)).status_code == 404


def test_another_borrowers_account_looks_like_one_that_does_not_exist(
    stranger_client: Client, loan: CreditAccount
) -> None:
    unknown = reverse("loans:account", args=[uuid4()])
    theirs, nobodys = stranger_client.get(address(loan)), stranger_client.get(unknown)
    assert theirs.status_code == nobodys.status_code
    assert main(theirs) == main(nobodys)


def test_another_borrowers_account_is_not_on_the_overview(
    stranger_client: Client, loan: CreditAccount
) -> None:
    assert loan.reference not in text(stranger_client.get(reverse("loans:dashboard")))


def test_staff_without_a_contract_are_told_so(staff_client: Client, loan: CreditAccount) -> None:
    for page in (reverse("loans:dashboard"), address(loan)):
        response = staff_client.get(page)
        assert response.status_code == 403
        assert loan.reference not in text(response)


def test_pages_are_only_read(signed_in: Client, loan: CreditAccount) -> None:
    for page in (reverse("loans:dashboard"), address(loan)):
        assert signed_in.post(page).status_code == 405


# ---------- what they say ----------


def test_the_overview_says_what_is_owed_and_what_comes_next(signed_in: Client, loan: CreditAccount) -> None:
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert "You owe in total" in page
    assert "Sunday, February 1" in page
    assert "in 12 days" in page


def test_the_overview_says_kindly_what_is_past_its_due_date(signed_in: Client, loan: CreditAccount) -> None:
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert "$100.00 is past its due date" in page
    assert "Can you pay on another day, or not all of it?" in page


def test_amounts_past_due_in_two_currencies_make_one_notice(
    signed_in: Client, borrower: Borrower, loan: CreditAccount
) -> None:
    card = factories.make_card(borrower, currency="TWD")
    factories.make_bill(card, due_on=date(2026, 1, 5), amount=Decimal(700))
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert page.count("past their due date") == 1
    assert "NT$700.00" in page


def test_who_pays_in_time_reads_nothing_of_overdue_bills(signed_in: Client, borrower: Borrower) -> None:
    factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 1, 20))
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert "past its due date" not in page
    assert "(today)" in page


def test_a_bill_is_due_by_the_borrowers_own_calendar(client: Client, borrower: Borrower) -> None:
    assert borrower.user is not None
    factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 1, 20))
    with time_machine.travel(datetime(2026, 1, 21, 4, tzinfo=UTC)):  # 23:00 on the 20th in New York
        client.force_login(borrower.user)
        assert "(today)" in text(client.get(reverse("loans:dashboard")))
    with time_machine.travel(datetime(2026, 1, 21, 6, tzinfo=UTC)):
        client.force_login(borrower.user)
        assert "$100.00 is past its due date" in text(client.get(reverse("loans:dashboard")))


def test_who_has_no_contract_is_told_whom_to_ask(signed_in: Client) -> None:
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert "You have no loan or card here" in page
    assert "help@lender.example" in page


def test_the_account_page_lists_bills_by_what_is_to_be_done(signed_in: Client, loan: CreditAccount) -> None:
    page = text(signed_in.get(address(loan)))
    to_pay, earlier = page.split("Earlier bills", 1)
    assert "Jan 1, 2026" in to_pay
    assert "Feb 1, 2026" in to_pay
    assert "Dec 1, 2025" in earlier


def test_a_long_schedule_is_folded_and_complete(signed_in: Client, borrower: Borrower) -> None:
    loan = factories.make_loan(borrower)
    for month in range(2, 13):
        factories.make_bill(loan, due_on=date(2026, month, 1))
    page = text(signed_in.get(address(loan)))
    assert "Show 5 more bills" in page
    assert all(f'datetime="2026-{month:02}-01"' in page for month in range(2, 13))


def test_the_chart_has_its_figures_in_a_table(signed_in: Client, loan: CreditAccount) -> None:
    page = text(signed_in.get(address(loan)))
    chart = page.split('<svg class="chart"', 1)[1].split("</figure>", 1)[0]
    assert "<title" in chart
    assert "<desc" in chart
    assert chart.count("<tr>") == 1 + 3


def test_an_account_without_bills_has_no_chart(signed_in: Client, borrower: Borrower) -> None:
    page = text(signed_in.get(address(factories.make_card(borrower))))
    assert '<svg class="chart"' not in page
    assert "There is nothing to pay now." in page


def test_amounts_and_days_follow_the_borrowers_language(signed_in: Client, borrower: Borrower) -> None:
    borrower.language = "zh-hans"
    borrower.save(update_fields=["language"])
    factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 2, 1))
    page = text(signed_in.get(reverse("loans:dashboard")))
    assert "US$100.00" in page
    assert "2月1日星期日" in page


def test_the_day_of_the_lenders_books_is_the_lenders(signed_in: Client, borrower: Borrower) -> None:
    """Midnight UTC on the 20th is still the 19th in New York."""
    reported_at = datetime(2026, 1, 20, tzinfo=UTC)
    loan = factories.make_loan(borrower, reported_balance=Decimal(900), reported_at=reported_at)
    assert "books of Example Lending on January 20, 2026" in text(signed_in.get(address(loan)))


def test_a_page_of_figures_is_not_kept_by_shared_machines(signed_in: Client, loan: CreditAccount) -> None:
    for page in (reverse("loans:dashboard"), address(loan)):
        assert "no-store" in signed_in.get(page)["Cache-Control"]


# ---------- what is paid off ----------


def paid_off(borrower: Borrower, **fields: Any) -> CreditAccount:
    """A loan that a payment of 12 January settled; one after it was taken back."""
    loan = factories.make_loan(borrower, status=CreditAccount.Status.CLOSED, **fields)
    factories.make_bill(loan, due_on=date(2026, 1, 12), paid=Decimal(100), closed_at=NOON)
    amount, reference = Decimal(100), f"P-{loan.reference}"
    Payment.objects.create(account=loan, received_on=date(2026, 1, 12), amount=amount, reference=reference)
    gone = Payment.objects.create(
        account=loan,
        received_on=date(2026, 1, 14),
        amount=amount,
        reference=f"{reference}-2",
        reversed_at=NOON,
    )
    Reversal.objects.create(payment=gone, on=date(2026, 1, 15), why="Sent back", principal=amount)
    return loan


def test_a_paid_off_account_says_since_when_and_what_is_to_be_had_and_nothing_of_paying(
    signed_in: Client, borrower: Borrower
) -> None:
    loan = paid_off(borrower)
    page = main(signed_in.get(address(loan)))
    assert "Since your payment of January 12, 2026 nothing is left to pay." in page
    assert reverse("loans:statements", args=[loan.public_id]) in page
    last = loan.payments.get()
    assert page.count(reverse("loans:receipt", args=[last.public_id])) == 2  # above, and in the list
    assert "How to pay" not in page
    assert "Bills to pay" not in page
    assert "Left to pay back" not in page


def test_an_account_that_ended_without_a_payment_here_names_no_day(
    signed_in: Client, borrower: Borrower
) -> None:
    loan = factories.make_loan(borrower, status=CreditAccount.Status.CLOSED)
    page = main(signed_in.get(address(loan)))
    assert "Nothing is left to pay." in page
    assert "Last receipt" not in page


def test_what_the_lender_owes_on_a_paid_off_account_is_said(signed_in: Client, borrower: Borrower) -> None:
    loan = paid_off(borrower, reported_balance=Decimal("-12.50"), reported_at=NOON)
    page = main(signed_in.get(address(loan)))
    assert "$12.50 is in your favour." in page
    assert "Tell us where to send it" in page


def test_an_account_that_ended_with_a_bill_past_due_still_says_how_to_pay(
    signed_in: Client, borrower: Borrower
) -> None:
    loan = paid_off(borrower)
    factories.make_bill(loan, due_on=date(2026, 1, 15))
    page = main(signed_in.get(address(loan)))
    assert "How to pay" in page
    assert "nothing is left to pay" not in page


def test_who_has_paid_off_everything_is_told_so_and_not_how_to_pay(
    signed_in: Client, borrower: Borrower
) -> None:
    paid_off(borrower)
    page = main(signed_in.get(reverse("loans:dashboard")))
    assert "Everything is paid off." in page
    assert "$0.00" in page
    assert "How to pay" not in page
    assert "Due next" not in page


def test_where_the_lender_owes_nothing_is_said_of_paying(signed_in: Client, borrower: Borrower) -> None:
    card = factories.make_card(borrower, reported_balance=Decimal("-12.50"), reported_at=NOON)
    for page in (address(card), reverse("loans:dashboard")):
        shown = main(signed_in.get(page))
        assert "In your favour" in shown
        assert "$12.50" in shown
        assert "-$12.50" not in shown
        assert "How to pay" not in shown
        assert "Pay it off" not in shown


def test_one_bill_past_due_has_its_day_and_of_several_the_oldest_is_named(
    signed_in: Client, loan: CreditAccount
) -> None:
    assert "$100.00 was due on January 1, 2026" in main(signed_in.get(address(loan)))
    factories.make_bill(loan, due_on=date(2026, 1, 10))
    assert "$200.00 was due, the oldest part on January 1, 2026" in main(signed_in.get(address(loan)))


def test_a_currency_in_which_all_is_paid_off_has_no_total_beside_one_that_is_owed(
    signed_in: Client, borrower: Borrower, loan: CreditAccount
) -> None:
    paid_off(borrower, currency="EUR")
    page = main(signed_in.get(reverse("loans:dashboard")))
    assert "€0.00" not in page.split("Your loans and cards")[0]
    assert loan.reference in page.split("How to pay")[-1]


# ---------- what they ask of the database ----------


def queries(client: Client, page: str) -> int:
    client.get(page)  # the session's language is looked up once in ten minutes
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page).status_code == 200
    return len(seen)


def test_the_overview_asks_the_same_few_questions_for_any_number_of_accounts(
    signed_in: Client, borrower: Borrower
) -> None:
    def add(accounts: int) -> None:
        for _ in range(accounts):
            factories.make_bill(factories.make_loan(borrower))

    add(2)
    for_two = queries(signed_in, reverse("loans:dashboard"))
    add(18)
    assert queries(signed_in, reverse("loans:dashboard")) == for_two <= 8


def test_an_account_asks_the_same_few_questions_for_any_number_of_bills(
    signed_in: Client, borrower: Borrower
) -> None:
    loan = factories.make_loan(borrower)
    factories.make_bill(loan)
    for_one = queries(signed_in, address(loan))
    for number in range(20):
        factories.make_bill(loan, due_on=date(2026, 1, 1) + timedelta(days=30 * number))
    assert queries(signed_in, address(loan)) == for_one <= 9


def test_the_account_page_asks_the_same_few_questions_for_any_number_of_bills(
    signed_in: Client, borrower: Borrower
) -> None:
    loan = factories.make_loan(borrower)
    factories.make_bill(loan)
    for_one = queries(signed_in, address(loan))
    for month in range(1, 13):
        factories.make_bill(loan, due_on=date(2027, month, 1))
    assert queries(signed_in, address(loan)) == for_one <= 11


# ---------- the front door ----------


def test_the_first_page_explains_and_lets_in(client: Client) -> None:
    page = text(client.get("/"))
    assert reverse("account_login") in page
    assert "I have an invitation" in page


def test_who_is_signed_in_goes_on_to_their_own_first_page(signed_in: Client, staff: User) -> None:
    assert signed_in.get("/")["Location"] == reverse("loans:dashboard")
    staff_client = Client()
    staff_client.force_login(staff)
    assert staff_client.get("/")["Location"] == reverse("admin:index")
