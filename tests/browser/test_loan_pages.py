"""The pages of what is owed in a real browser: for everybody, on any screen, with or without script."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from loans.models import CreditAccount, Payment
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Scheme, Visitor, barriers, overflow
from tests.days import today

SCREENS = [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]
PAGES = ["landing", "overview", "account", "statements", "no such page", "style guide"]
OUT_OF_ITS_ROW = """[...document.querySelectorAll(".beside")].filter(
    (cell) => cell.scrollWidth > cell.clientWidth || cell.getBoundingClientRect().right > innerWidth
).map((cell) => cell.innerText)"""


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    """Long names and amounts: a paid bill, one past its due date, twelve to come."""
    loan = factories.make_loan(
        borrower,
        reference="LOAN-2026-0000-1234-5678-90AB",
        currency="TWD",
        principal=Decimal("123456789.50"),
    )
    bill(loan, timedelta(days=-60), paid=Decimal("1234567.89"), closed_at=timezone.now())
    Payment.objects.create(
        account=loan, reference="P-2026-11-30-0000000001", received_on=today(), amount=Decimal("1234567.89")
    )
    for month in range(-1, 12):
        bill(loan, timedelta(days=30 * month + 10))
    return loan


def bill(loan: CreditAccount, away: timedelta, **fields: object) -> None:
    factories.make_bill(loan, due_on=today() + away, amount=Decimal("1234567.89"), **fields)


@pytest.fixture
def addresses(loan: CreditAccount) -> dict[str, str]:
    return {
        "landing": "/",
        "overview": reverse("loans:dashboard"),
        "account": reverse("loans:account", args=[loan.public_id]),
        "statements": reverse("loans:statements", args=[loan.public_id]),
        "no such page": "/no/such/page/",
        "style guide": reverse("styleguide"),
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_nothing_bars_anybody_from_a_page(
    visitor: Visitor, signed_in: Client, addresses: dict[str, str], name: str, width: int, scheme: Scheme
) -> None:
    client = None if name == "landing" else signed_in
    page = visitor.open(addresses[name], client=client, width=width, color_scheme=scheme)
    for fold in page.locator("summary").all():
        fold.click()
    assert barriers(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_pages_fit_the_smallest_phone_in_every_language(
    visitor: Visitor, borrower: Borrower, signed_in: Client, addresses: dict[str, str], language: str
) -> None:
    borrower.language = language
    borrower.save(update_fields=["language"])
    for name in PAGES[1:]:
        page = visitor.open(addresses[name], client=signed_in, width=SMALL_PHONE)
        for fold in page.locator("summary").all():
            fold.click()
        assert overflow(page) == 0, name
        assert page.evaluate(OUT_OF_ITS_ROW) == [], name


def test_the_browser_has_no_complaint_about_code_or_policy(
    visitor: Visitor, signed_in: Client, addresses: dict[str, str]
) -> None:
    for name in ("landing", "overview", "account", "style guide"):
        visitor.open(addresses[name], client=None if name == "landing" else signed_in)
    assert visitor.complaints == []


def test_without_script_everything_can_be_read_and_reached(
    visitor: Visitor, signed_in: Client, loan: CreditAccount
) -> None:
    page = visitor.open(reverse("loans:dashboard"), client=signed_in, script=False)
    page.get_by_role("link", name="Personal loan").click()
    expect(page.get_by_role("heading", name="Personal loan")).to_be_visible()
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    hidden = page.get_by_role("table", name="Bills to pay").nth(1)
    expect(hidden).to_be_hidden()
    page.get_by_text("Show 7 more bills").click()
    expect(hidden).to_be_visible()


def test_a_keyboard_goes_straight_to_the_content_and_sees_where_it_is(
    visitor: Visitor, signed_in: Client, loan: CreditAccount
) -> None:
    page = visitor.open(reverse("loans:dashboard"), client=signed_in, width=DESKTOP)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Pay now")
    assert focused.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)") >= 2


def test_what_went_wrong_in_a_form_is_read_first(visitor: Visitor) -> None:
    page = visitor.open(reverse("styleguide"))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter your name").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_every_control_is_as_large_as_a_thumb(
    visitor: Visitor, signed_in: Client, addresses: dict[str, str]
) -> None:
    page = visitor.open(addresses["overview"], client=signed_in)
    controls = page.locator("nav a, .button, summary").all()
    assert len(controls) > 8
    for control in controls:
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44, control.inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_a_statement_is_saved_as_a_file(
    visitor: Visitor, signed_in: Client, loan: CreditAccount, script: bool
) -> None:
    page = visitor.open(reverse("loans:account", args=[loan.public_id]), client=signed_in, script=script)
    page.get_by_role("link", name="Statements as PDF").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name=f"All of {today().year}").click()
    assert saved.value.suggested_filename == f"{loan.reference}-{today().year}.pdf"
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
