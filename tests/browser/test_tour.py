"""The README's tour, walked with the demo's people. TOUR=docs/images makes its pictures anew."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Borrower
from portal.management.commands.load_demo import PEOPLE
from tests.browser.visiting import DESKTOP, PHONE, Scheme, Visitor
from tests.sandbox import Sandbox

FOLDER = os.environ.get("TOUR")


@pytest.fixture
def person(transactional_db: None, phone: Sandbox) -> Borrower:
    """The demo's borrower with a loan."""
    call_command("load_defaults")
    call_command("load_demo", verbosity=0)
    return Borrower.objects.get(reference=PEOPLE["loans"][0])


@pytest.fixture
def client_of(person: Borrower) -> Client:
    assert person.user is not None
    client = Client()
    client.force_login(person.user)
    return client


def picture(page: Page, name: str) -> None:
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}.png")


@pytest.mark.parametrize(
    ("name", "route", "width", "scheme"),
    [
        ("landing", "home", DESKTOP, "light"),
        ("overview", "loans:dashboard", PHONE, "light"),
        ("overview-dark", "loans:dashboard", PHONE, "dark"),
        ("help", "help:list", PHONE, "light"),
        ("reminders", "notifications:preferences", DESKTOP, "light"),
    ],
)
def test_a_picture_of_the_tour_shows_a_page_of_the_demo(
    visitor: Visitor, client_of: Client, name: str, route: str, width: int, scheme: Scheme
) -> None:
    visit = None if route == "home" else client_of
    page = visitor.open(reverse(route), client=visit, width=width, color_scheme=scheme)
    expect(page.get_by_role("heading").first).to_be_attached()
    assert visitor.complaints == []
    picture(page, name)
