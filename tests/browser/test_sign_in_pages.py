"""Claiming and signing in as a person does it: on a phone, without script, and with nothing in the way."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts import claiming
from accounts.models import Borrower, ContactPoint
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, Visitor, barriers
from tests.letters import wait_until_all_have_left

EMAIL = "zhang.wei@example.com"


@pytest.fixture
def invitation_path(transactional_db: None) -> str:
    person = factories.make_borrower(name="Zhang Wei")
    point = factories.make_contact_point(person, kind=ContactPoint.Kind.EMAIL, value=EMAIL, verified_at=None)
    factories.make_loan(person, reference="L-77-93X4")
    invitation = claiming.invite(person, sent_to=point, by=None, now=timezone.now())
    return claiming.link(invitation).removeprefix("http://localhost:8000")


def code() -> str:
    """From the last e-mail; it leaves a moment after the page."""
    wait_until_all_have_left()
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    return found[0]


def go_on(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("script", [True, False])
def test_a_person_claims_their_login_by_hand(visitor: Visitor, invitation_path: str, script: bool) -> None:
    page = visitor.open(invitation_path, script=script)
    page.get_by_label("Last 4 characters").fill("0000")
    go_on(page)
    assert page.get_by_role("alert").is_visible()
    page.get_by_label("Last 4 characters").fill("93x4")
    go_on(page)
    go_on(page)  # the address the invitation went to is chosen already
    page.get_by_label("Code").fill(code())
    go_on(page)
    page.get_by_role("link", name="Continue without a password").click()
    assert Borrower.objects.get(name="Zhang Wei").user is not None
    assert page.url.endswith(reverse("loans:dashboard"))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_pages_are_free_of_barriers(
    visitor: Visitor, invitation_path: str, width: int, transactional_db: None
) -> None:
    visitor_of_claim = Client()
    visitor_of_claim.post(invitation_path, {"answer": "93X4"})
    person = factories.make_borrower(user=factories.make_login())
    factories.make_contact_point(person, verified_at=None)
    member = Client()
    member.force_login(person.user)
    pages = [
        (reverse("account_login"), None),
        (f"{reverse('account_login')}?way=password", None),
        (reverse("account_reset_password"), None),
        (reverse("account_signup"), None),
        (invitation_path, None),
        (reverse("accounts:claim_contact"), visitor_of_claim),
        (reverse("accounts:profile"), member),
        (reverse("accounts:step_up"), member),
        (reverse("account_change_password"), member),
    ]
    for path, client in pages:
        page = visitor.open(path, client=client, width=width)
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert visitor.complaints == []
