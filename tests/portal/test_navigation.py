"""The borrower's navigation says on every page where one is, to eyes and ears alike."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower
from tests import factories
from tests.portal import routes, rows
from tests.portal.kinds import Kind, kind_of

pytestmark = pytest.mark.django_db
NAV = re.compile(r'<nav class="nav".*?</nav>', re.DOTALL)
CURRENT = re.compile(r'<a href="([^"]+)" aria-current="(page|true)"')
UNDER_NONE = {"home", "styleguide", "accounts:claim", "accounts:set_language", "notifications:check"}


def current(client: Client, path: str) -> list[tuple[str, str]]:
    """Of the page's navigation: the items that are marked, and how."""
    found = NAV.search(client.get(path, follow=True).text)
    return CURRENT.findall(found[0]) if found else []


@pytest.mark.parametrize(
    ("page", "item"),
    [
        ("help:list", "conversations:list"),
        ("conversations:new", "conversations:list"),
        ("notifications:stop", "notifications:preferences"),
        ("notifications:devices", "notifications:preferences"),
        ("loans:calendar", "accounts:profile"),
        ("mfa_index", "accounts:profile"),
        ("usersessions_list", "accounts:profile"),
        ("accounts:contact_add", "accounts:profile"),
    ],
)
def test_a_page_inside_a_part_of_the_site_marks_that_part(signed_in: Client, page: str, item: str) -> None:
    assert current(signed_in, reverse(page)) == [(reverse(item), "true")]


@pytest.mark.parametrize(
    "item",
    [
        "loans:dashboard",
        "notifications:preferences",
        "notifications:inbox",
        "conversations:list",
        "accounts:profile",
    ],
)
def test_an_items_own_page_is_the_current_page(signed_in: Client, item: str) -> None:
    assert current(signed_in, reverse(item)) == [(reverse(item), "page")]


def test_the_page_of_an_account_and_those_ahead_of_it_lie_under_the_overview(
    signed_in: Client, borrower: Borrower
) -> None:
    account = factories.make_loan(borrower)
    for page in ("account", "payoff", "pay_more", "statements"):
        address = reverse(f"loans:{page}", args=[account.public_id])
        assert current(signed_in, address) == [(reverse("loans:dashboard"), "true")]


def test_every_page_with_a_navigation_marks_one_item(signed_in: Client, borrower: Borrower) -> None:
    values = rows.named_in_addresses(borrower, rows.belongings(borrower))
    Authenticator.objects.all().delete()  # the row's passkey is none that allauth could read
    kinds = (Kind.OPEN, Kind.SIGNED_IN, Kind.BORROWER, Kind.BORROWERS_ROW)
    wrong = {}
    for route in routes.everything():
        if kind_of(route) not in kinds or route.name in UNDER_NONE:
            continue
        answer = signed_in.get(route.path(values), follow=True)
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if is_page and (found := NAV.search(answer.text)) and len(CURRENT.findall(found[0])) != 1:
            wrong[route.name] = CURRENT.findall(found[0])
    assert wrong == {}


def test_a_page_that_is_not_there_marks_none(signed_in: Client) -> None:
    assert current(signed_in, "/nowhere/") == []
