"""Checking a message in a real browser, without a sign-in."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications import check_code
from notifications.models import Attempt
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws

PAGE = reverse("notifications:check")


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_a_message_is_checked_from_the_landing_page_without_barriers(
    visitor: Visitor, borrower: Borrower, language: str
) -> None:
    sent = Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="accepted", body="…"
    )
    page = visitor.open(reverse("home"), width=SMALL_PHONE, script=language == "en")
    page.locator(f"button[name=language][value={language}]").click()
    page.locator(f"main a[href='{PAGE}']").click()
    for mark, notice in ((check_code.of(sent.pk), "notice-good"), ("K7QM2XP4", "notice-attention")):
        page.locator("input[name=mark]").fill(mark.lower())
        page.locator("main button[type=submit]").click()
        expect(page.locator(f".{notice}")).to_be_visible()
        if language == "en":
            assert flaws(page) == []
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    assert visitor.complaints == []
