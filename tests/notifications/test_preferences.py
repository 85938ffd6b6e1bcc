"""A choice is saved whole, whatever else is saved at the same moment: another tab, a click in an e-mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from accounts.models import Borrower
from notifications import preferences
from notifications.models import Consent
from notifications.preferences import Change

NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)


def look(borrower: Borrower) -> Borrower:
    """As a request reads them, before it takes the lane."""
    return Borrower.objects.select_related("preference").get(pk=borrower.pk)


def save(borrower: Borrower, *, language: str = "en", most: int = 2, minutes: int = 0) -> None:
    chosen = Change(replace(preferences.of(borrower), max_per_week=most), language, words="")
    preferences.change(borrower, chosen=chosen, by=None, now=NOW + timedelta(minutes=minutes))


def test_of_two_tabs_the_later_one_holds_with_its_language(borrower: Borrower) -> None:
    earlier, later = look(borrower), look(borrower)
    save(earlier, language="zh-hans")
    save(later, language="en", minutes=1)
    assert look(borrower).language == "en"
    assert [record.before and record.before["language"] for record in Consent.objects.order_by("id")] == [
        None,
        "zh-hans",
    ]


def test_a_click_in_an_e_mail_undoes_nothing_that_was_saved_meanwhile(borrower: Borrower) -> None:
    save(borrower, most=2)
    clicked = look(borrower)
    save(look(borrower), language="zh-hant", most=5, minutes=1)
    preferences.leave_out(
        clicked, "email", words="List-Unsubscribe=One-Click", now=NOW + timedelta(minutes=2)
    )
    left = look(borrower)
    assert preferences.of(left).max_per_week == 5
    assert left.language == "zh-hant"
    assert not preferences.of(left).uses("email")
