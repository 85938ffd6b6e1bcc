"""My contact plan in a real browser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from tests import factories
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws, unfold

PLAN = reverse("notifications:plan")


@pytest.fixture
def person(borrower: Borrower, reminders: None) -> Borrower:
    account = factories.make_loan(borrower)
    for days in (9, 39):
        factories.make_bill(account, due_on=timezone.now().date() + timedelta(days=days))
    return borrower


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_contact_plan_is_free_of_barriers(
    visitor: Visitor, signed_in: Client, person: Borrower, language: str
) -> None:
    Borrower.objects.filter(pk=person.pk).update(language=language)
    page = visitor.open(PLAN, client=signed_in, width=SMALL_PHONE)
    page.locator("ol.plan summary").first.click()
    assert flaws(page) == []
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    assert flaws(page) == []
    assert visitor.complaints == []


def test_a_day_of_the_calendar_leads_to_its_messages_without_a_script(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(PLAN, client=signed_in, script=False)
    day = page.locator("table.month a").first
    target = str(day.get_attribute("href"))
    day.click()
    expect(page.locator(f"h3{target}")).to_be_in_viewport()


def test_the_calendar_beside_the_form_follows_a_choice(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=DESKTOP)
    expect(page.locator("#plan table.month a").first).to_be_visible()
    unfold(page, "How often")
    page.get_by_label("None, except what the law requires").check()
    expect(page.get_by_text("into 0.")).to_be_visible()
    expect(page.locator("#plan table.month a")).to_have_count(0)
