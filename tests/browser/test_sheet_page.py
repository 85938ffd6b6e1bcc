"""Staff hand in a file in a real browser: the preview fits a phone, has no barrier, and is written."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower
from tests import factories
from tests.browser import pictures
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Scheme, Visitor, barriers, overflow

SCREENS: list[tuple[int, Scheme]] = [(DESKTOP, "light"), (DESKTOP, "dark"), (SMALL_PHONE, "light")]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_file_is_looked_at_and_then_written(
    visitor: Visitor, staff_client: Client, borrower: Borrower, tmp_path: Path, language: str
) -> None:
    loan = factories.make_loan(borrower, reference="L-1")
    factories.make_bill(loan)
    good, bad = tmp_path / "bills.csv", tmp_path / "wrong.csv"
    good.write_text("account,number,amount,due_on\nL-1,1,120.00,2026-02-03\nL-1,2,100.00,2026-03-01\n")
    bad.write_text("account,number,amount,due_on\nL-1,1,120.00,2026-02-30\nL-9,1,5.00,2026-02-01\n")
    staff_client.cookies["django_language"] = language
    page = visitor.open(reverse("admin:index"), client=staff_client)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.portal}])
    for file in (bad, good):
        page.goto(visitor.portal + reverse("admin:loans_importrun_sheet"))
        page.locator("select[name=kind]").select_option("bills")
        page.locator("input[type=file]").set_input_files(file)
        page.locator("form[enctype] input[type=submit]").click()
        for width, scheme in SCREENS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            assert overflow(page) == 0
            pictures.keep(page, f"staff sheet {file.stem} {language} {width} {scheme}")
        assert visitor.complaints == []
        assert barriers(page) == []
        visitor.complaints.clear()  # axe itself tries an inline style
    page.locator("form:has(input[name=signed]) input[type=submit]").click()
    assert [(bill.number, bill.amount) for bill in loan.bills.order_by("number")] == [(1, 120), (2, 100)]
