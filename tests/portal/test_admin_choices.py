"""Staff read what a borrower chose in words, and see whether the record is whole."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Borrower
from notifications import choice_words, holds, preferences, stops
from notifications.choice import DEFAULT, Choice
from notifications.holds import NewHold
from notifications.models import Consent, Preference
from notifications.preferences import Change

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 11, 12, 30, tzinfo=UTC)


def choose(borrower: Borrower, choice: Choice) -> Consent:
    words = choice_words.text(choice, language="en")
    preferences.change(borrower, chosen=Change(choice, "en", words), by=borrower.user, now=NOW)
    return borrower.consents.latest("id")


def page(client: Client, row: Consent | Preference) -> str:
    name = f"admin:notifications_{row._meta.model_name}_change"
    answer = client.get(reverse(name, args=[row.pk]))
    assert answer.status_code == 200
    return answer.text


def test_a_choice_is_told_in_the_words_that_the_borrower_saw(
    staff_client: Client, borrower: Borrower
) -> None:
    choose(borrower, DEFAULT)
    consent = choose(borrower, Choice(max_per_week=2))
    for row in (consent, Preference.objects.get()):
        told = page(staff_client, row)
        assert "At most 2 messages in seven days." in told
        assert "max_per_week" not in told
    told = page(staff_client, consent)
    assert "<strong>At most 2 messages in seven days.</strong>" in told  # what is new
    assert "<span>No pause.</span>" in told
    assert "on this site" in told


def test_before_the_first_choice_nothing_had_been_chosen(staff_client: Client, borrower: Borrower) -> None:
    assert "Nothing had been chosen." in page(staff_client, choose(borrower, DEFAULT))


def test_stops_and_holds_are_told_in_words(staff_client: Client, borrower: Borrower) -> None:
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOW)
    stopped = page(staff_client, borrower.consents.get())
    assert "Reminders are stopped." in stopped
    assert "by text message" in stopped
    loan = borrower.credit_accounts.create(reference="L-OF-HOLD", product="credit_card", currency="USD")
    holds.place(borrower, hold=NewHold("dispute", "wrong sum", account=loan), by=None, now=NOW)
    held = page(staff_client, borrower.consents.latest("id"))
    assert "On hold: the debt is disputed." in held
    assert "Account L-OF-HOLD." in held


def test_a_record_that_was_altered_shows(staff_client: Client, borrower: Borrower) -> None:
    first = choose(borrower, DEFAULT)
    second = choose(borrower, Choice(max_per_week=2))
    assert "fits all records of this borrower before it" in page(staff_client, second)
    Consent.objects.filter(pk=first.pk).update(words="something else")
    assert "something was changed that must not be" in page(staff_client, second)


def test_a_stored_choice_that_nobody_can_read_is_shown_as_it_is(
    staff_client: Client, borrower: Borrower
) -> None:
    stored = Preference.objects.create(borrower=borrower, choice={"channels": "?"})
    assert "Nobody can read it:" in page(staff_client, stored)


def test_they_are_told_in_the_language_of_who_looks(staff_client: Client, borrower: Borrower) -> None:
    choose(borrower, DEFAULT)
    staff_client.cookies["django_language"] = "zh-hant"
    told = page(staff_client, Preference.objects.get())
    with translation.override("zh-hant"):
        assert choice_words.lines(DEFAULT, language="en")[0] in told
