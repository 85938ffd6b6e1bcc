"""The rulebooks and the panel before a call, as a browser shows them: no barrier, in either scheme, on any width."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower
from notifications import rulebook_texts
from notifications.models import RulebookText
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, Visitor, flaws


@pytest.fixture
def texts(transactional_db: None) -> tuple[RulebookText, RulebookText]:
    """The text of Hong Kong's rulebook in force, and one before it."""
    rulebook_texts.keep(now=timezone.now())
    newest = RulebookText.objects.get(book_id="hk")
    words = newest.text.replace("a", "e", 3)
    before = RulebookText.objects.create(
        book_id="hk",
        version="2025-01-01",
        text=words,
        sha256=rulebook_texts.digest(words),
        seen_at=timezone.now() - timedelta(days=300),
    )
    return newest, before


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_rulebooks_are_read_without_barriers(
    visitor: Visitor, staff_client: Client, texts: tuple[RulebookText, RulebookText], width: int
) -> None:
    newest, before = texts
    pages = [
        reverse("admin:notifications_rulebooktext_changelist"),
        reverse("admin:notifications_rulebooktext_change", args=[newest.pk]),
        reverse("admin:notifications_rulebooktext_compare", args=[newest.pk]) + f"?with={before.pk}",
    ]
    found = {}
    for path in pages:
        page = visitor.open(path, client=staff_client, width=width)
        if wrong := flaws(page):
            found[path] = wrong
    assert found == {}
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_panel_before_a_call_has_no_barriers(
    visitor: Visitor, staff_client: Client, borrower: Borrower, width: int
) -> None:
    factories.make_bill(factories.make_loan(borrower))
    home = reverse("admin:accounts_borrower_change", args=[borrower.pk])
    page = visitor.open(home, client=staff_client, width=width)
    page.get_by_text("What must be said").click()
    assert "May I call now?" in page.inner_text("#may-contact-title")
    assert visitor.complaints == []
    # Django's own form around it is not ours to judge, nor how the inspector tries its scripts on it.
    assert [each for each in flaws(page) if "may-contact" in each or "too wide" in each] == []
