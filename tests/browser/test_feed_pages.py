"""The page of the calendar feed in a real browser."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Borrower
from loans.models import CalendarFeed
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws

PAGE = reverse("loans:calendar")


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_address_is_made_and_revoked_without_barriers(
    visitor: Visitor, signed_in: Client, borrower: Borrower, language: str
) -> None:
    Borrower.objects.filter(pk=borrower.pk).update(language=language)
    page = visitor.open(PAGE, client=signed_in, width=SMALL_PHONE)
    assert flaws(page) == []
    page.locator("button[value=make]").click()
    assert page.locator("#address").input_value().endswith(".ics")
    assert flaws(page) == []
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    assert flaws(page) == []
    page.locator("button[value=revoke]").click()
    expect(page.locator("button[value=revoke]")).to_have_count(0)
    assert CalendarFeed.objects.get().digest is None
    assert visitor.complaints == []
