"""Statements and receipts: the same figures as on the page, in three languages, only for their owner."""

import itertools
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Borrower
from loans import balances, payments, tasks
from loans.bill_lines import of
from loans.figures import AccountView, Overdue
from loans.models import CreditAccount, Payment
from loans.papers import making, sheet
from loans.papers.pdf import pdf
from loans.papers.period import months, parse
from tests import factories
from tests.loans.agreements import NOON

TODAY = date(2026, 3, 11)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def loan(borrower: Borrower, bills: int = 12) -> CreditAccount:
    account = factories.make_loan(borrower, opened_on=date(2026, 1, 1))
    for number in range(bills):
        due = date(2026 + number // 12, number % 12 + 1, 5)
        factories.make_bill(account, due_on=due)
    return account


def pay(account: CreditAccount, amount: int = 150) -> Payment:
    new = payments.NewPayment(amount=Decimal(amount), currency="USD", received_on=date(2026, 2, 3))
    return payments.record(account, payment=new, by=None, now=NOON)


def ask(client: Client, account: CreditAccount, name: str, *, htmx: bool = False) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else None
    return client.get(reverse("loans:statement", args=[account.public_id, name]), headers=headers)


def is_tagged_pdf(content: bytes) -> bool:
    """Typst compresses its streams; what says that the file is tagged stands in its metadata, in the clear."""
    return content.startswith(b"%PDF-") and b"pdfuaid" in content


@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)), st.dates(date(1901, 1, 1), date(2199, 12, 31)))
def test_the_months_of_a_life_have_each_day_once(one: date, other: date) -> None:
    first, last = sorted((one, other))
    listed = list(months(first, last))
    assert first in listed[-1]
    assert last in listed[0]
    assert all((late.first - early.last).days == 1 for late, early in itertools.pairwise(listed))
    assert all(parse(month.name, first=first, last=last) == month for month in listed)


@pytest.mark.parametrize("name", ["", "2026-13", "2026-1", "26", "ALL", "2026-10-01", "0999", "../2026"])
def test_what_is_no_period_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ValueError, match="Write a month as 2026-10"):
        parse(name, first=TODAY, last=TODAY)


@pytest.mark.django_db
def test_a_statement_says_what_the_page_says(borrower: Borrower) -> None:
    account = loan(borrower)
    pay(account)
    view = balances.account_view(account, today=TODAY)
    lines = of(account.bills.order_by("due_on"), today=TODAY)
    paper = sheet.statement(
        view, lines, account.payments.all(), period=parse("2026-02", first=TODAY, last=TODAY), today=TODAY
    )
    [bills, received] = paper.tables
    assert bills.rows == (("Feb 5, 2026", "Past its due date", "$100.00", "$50.00", "$50.00"),)
    assert [row[2] for row in received.rows] == ["$150.00"]
    facts = dict(paper.facts)
    assert facts["Billed in this time"] == "$100.00"
    assert facts["Received in this time"] == "$150.00"
    assert facts["Owed today"] == "$1,050.00"
    assert view.balance == Decimal(1050)


@pytest.mark.django_db
def test_a_receipt_says_what_was_paid_with_it(borrower: Borrower) -> None:
    account = loan(borrower, bills=1)
    payment = pay(account)
    parts = list(payment.allocations.select_related("bill"))
    paper = sheet.receipt(balances.account_view(account, today=TODAY), payment, parts, today=TODAY)
    assert paper.tables[0].rows == (("Jan 5, 2026", "$100.00"), ("Credited to the account", "$50.00"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"), [("en", "Statement"), ("zh-hans", "对账单"), ("zh-hant", "對帳單")]
)
def test_papers_are_tagged_and_in_the_readers_language(
    signed_in: Client, borrower: Borrower, language: str, title: str
) -> None:
    account = loan(borrower)
    payment = pay(account)
    Borrower.objects.filter(pk=borrower.pk).update(language=language)
    with translation.override(language):
        assert (
            title
            in sheet.statement(
                balances.account_view(account, today=TODAY),
                [],
                [],
                period=parse("2026-02", first=TODAY, last=TODAY),
                today=TODAY,
            ).title
        )
    for response in (
        ask(signed_in, account, "2026-02"),
        signed_in.get(reverse("loans:receipt", args=[payment.public_id])),
    ):
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment")
        assert is_tagged_pdf(response.content)


def _view(name: str, reference: str) -> AccountView:
    account = CreditAccount(
        reference=reference, borrower=Borrower(name=name), product="instalment_loan", currency="USD"
    )
    return AccountView(
        account=account, balance=Decimal(0), as_of=None, next_bill=None, overdue=Overdue(), paid_share=None,
        used_share=None,
    )  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_name_breaks_the_paper_or_becomes_markup(name: str) -> None:
    paper = sheet.statement(
        _view(name, name), [], [], period=parse("2026", first=TODAY, last=TODAY), today=TODAY
    )
    assert pdf(paper).startswith(b"%PDF-")


def test_a_name_with_a_sign_the_font_lacks_gets_its_paper_all_the_same() -> None:
    period = parse("2026", first=TODAY, last=TODAY)
    plain = pdf(sheet.statement(_view("欧阳静", "L-1"), [], [], period=period, today=TODAY))
    rare = pdf(sheet.statement(_view("欧阳𠮷", "L-1"), [], [], period=period, today=TODAY))
    assert is_tagged_pdf(plain)
    assert rare.startswith(b"%PDF-")


@pytest.mark.django_db
def test_a_long_statement_is_made_in_the_background_and_then_fetched(
    signed_in: Client, borrower: Borrower
) -> None:
    assert borrower.user is not None
    account = loan(borrower, bills=making.LINES_AT_ONCE)
    pay(account)
    with time_machine.travel(NOON.replace(year=2040), tick=False):
        signed_in.force_login(borrower.user)
        waiting = ask(signed_in, account, "all")
        assert waiting.status_code == 202
        assert "is being made" in waiting.content.decode()
        assert ask(signed_in, account, "all", htmx=True).status_code == 204
        tasks.make_statement(account.pk, "all", "2040-03-11", "en")  # as a worker does
        assert ask(signed_in, account, "all", htmx=True)["HX-Redirect"].endswith("/all.pdf")
        assert is_tagged_pdf(ask(signed_in, account, "all").content)
        pay(account, amount=1)  # what was made before is not what stands in the books now
        assert ask(signed_in, account, "all").status_code == 202
        tasks.make_statement(account.pk, "all", "2040-03-11", "en")
        account.bills.filter(number=9).update(amount=80)  # as the core system corrects it
        assert ask(signed_in, account, "all").status_code == 202


@pytest.mark.django_db
def test_months_before_and_after_the_accounts_life_are_not_found(
    signed_in: Client, borrower: Borrower
) -> None:
    account = loan(borrower)
    for name in ("2025-12", "2026-04", "2027", "nonsense"):
        assert ask(signed_in, account, name).status_code == 404


@pytest.mark.django_db
def test_the_list_names_each_month_and_year_of_the_accounts_life(
    signed_in: Client, borrower: Borrower
) -> None:
    account = loan(borrower)
    page = signed_in.get(reverse("loans:statements", args=[account.public_id])).content.decode()
    assert re.findall(r"/statements/(\S+)\.pdf", page) == ["all", "2026-03", "2026-02", "2026-01", "2026"]


@pytest.mark.django_db
def test_nobody_gets_anothers_papers(signed_in: Client, stranger: Borrower) -> None:
    account = loan(stranger)
    payment = pay(account)
    for path in (
        reverse("loans:statements", args=[account.public_id]),
        reverse("loans:statement", args=[account.public_id, "2026-02"]),
        reverse("loans:receipt", args=[payment.public_id]),
    ):
        assert signed_in.get(path).status_code == 404
