"""That `reading` sees what it looks for, and what walks over every page do not reach: folds, staff pages."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Borrower
from tests import factories
from tests.browser import pictures, reading
from tests.browser.visiting import DESKTOP, PHONE, Visitor

OVERVIEW = reverse("loans:dashboard")


@pytest.fixture
def page(visitor: Visitor, signed_in: Client, borrower: Borrower, transactional_db: None) -> Page:
    factories.make_bill(factories.make_loan(borrower))
    return visitor.open(OVERVIEW, client=signed_in)


def style(page: Page, selector: str, **styles: str) -> None:
    page.evaluate(
        "([selector, styles]) => Object.assign(document.querySelector(selector).style, styles)",
        [selector, styles],
    )


def test_the_overview_is_read_with_large_text_and_on_paper(page: Page) -> None:
    assert reading.hard_to_read(page) + reading.restless(page) + reading.lost_on_paper(page) == []
    with reading.large_text(page):
        pictures.keep(page, "large text overview phone")
        page.set_viewport_size({"width": DESKTOP, "height": 800})
        pictures.keep(page, "large text overview desktop")
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.emulate_media(media="print")
    pictures.keep(page, "paper overview")


@pytest.mark.parametrize(
    ("selector", "styles", "seen"),
    [
        (".figure", {"width": "2rem", "overflow": "hidden", "whiteSpace": "nowrap"}, "is cut by"),
        (".figure", {"width": "2rem", "whiteSpace": "nowrap"}, "runs out of"),
        (".hero .eyebrow + *", {"marginBlockStart": "-3rem"}, "lie over each other"),
        (".figure", {"width": "2rem", "overflowWrap": "anywhere"}, "breaks in its middle"),
        (".card", {"width": "120vw"}, "too wide by"),
    ],
)
def test_text_that_has_no_room_is_found(page: Page, selector: str, styles: dict[str, str], seen: str) -> None:
    assert reading.crowded(page) == []
    style(page, selector, **styles)
    assert seen in str(reading.crowded(page))


def test_motion_and_what_paper_loses_are_found(page: Page) -> None:
    style(page, ".card", transition="color 1s")
    assert "moves" in str(reading.restless(page))
    style(page, ".figure", color="#eee")
    assert "too pale for paper" in str(reading.lost_on_paper(page))


def test_a_fold_that_is_closed_is_open_on_paper(visitor: Visitor, signed_in: Client, page: Page) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=False)
    inside = page.locator("main details:not([open]) > :not(summary)").first
    seen = "element => element.checkVisibility({ contentVisibilityAuto: true })"
    assert not inside.evaluate(seen)
    page.emulate_media(media="print")
    assert inside.evaluate(seen)


def test_staff_who_ask_for_less_motion_get_it(visitor: Visitor, staff_client: Client) -> None:
    for path in (reverse("admin:index"), reverse("admin:loans_creditaccount_changelist")):
        assert reading.restless(visitor.open(path, client=staff_client, width=DESKTOP)) == [], path
