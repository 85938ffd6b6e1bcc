"""Pace, discretion, holds and notices in a real browser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications import preferences
from notifications.choice import DEFAULT, Choice
from notifications.models import Hold
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Visitor, flaws, overflow

NONE = "None, except what the law requires"


@pytest.fixture
def person(borrower: Borrower, reminders: None) -> Borrower:
    """Someone in Britain, whose law has notices of its own, with a bill to come."""
    account = factories.make_loan(borrower)
    factories.make_bill(account, due_on=timezone.now().date() + timedelta(days=9))
    Borrower.objects.filter(pk=borrower.pk).update(country="GB", region="")
    return borrower


@pytest.fixture
def held(person: Borrower) -> Borrower:
    now, account = timezone.now(), person.credit_accounts.get()
    Hold.objects.create(borrower=person, reason="dispute", account=account, started_at=now)
    Hold.objects.create(borrower=person, reason="promise", started_at=now, ended_at=now + timedelta(days=5))
    return person


def chosen(person: Borrower) -> Choice:
    return preferences.of(Borrower.objects.get(pk=person.pk))


def test_the_plan_follows_the_pace_before_it_is_saved(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    expect(page.locator("ol.plan li")).not_to_have_count(0)
    page.get_by_label(NONE).check()
    expect(page.get_by_text("No reminder is planned.")).to_be_visible()
    assert chosen(person) == DEFAULT
    page.get_by_role("button", name="Save my choice").click()
    expect(page.locator("#plan").get_by_text("Your choice is saved.")).to_be_visible()
    assert chosen(person).pace == "off"
    assert visitor.complaints == []


def test_pace_and_discretion_can_be_chosen_without_a_script(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=False)
    page.get_by_label("Gentle").check()
    page.get_by_label("Discreet messages").check()
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_label("Gentle")).to_be_checked()
    expect(page.get_by_label("Discreet messages")).to_be_checked()
    assert (chosen(person).pace, chosen(person).is_discreet) == ("gentle", True)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_holds_and_notices_are_free_of_barriers(
    visitor: Visitor, signed_in: Client, held: Borrower, language: str, width: int
) -> None:
    Borrower.objects.filter(pk=held.pk).update(language=language)
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=width)
    assert page.get_attribute("html", "lang") == language
    for fold in page.locator("summary").all():
        fold.click()
    assert flaws(page) == []
    expect(page.locator("section[aria-labelledby=held] li")).to_have_count(2)
    page.set_viewport_size({"width": SMALL_PHONE, "height": 640})
    assert not overflow(page)
