"""What a borrower reads about being left in peace: holds in force, and the notices that may come all the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import LANGUAGES
from notifications import silence, stops
from notifications.law import books
from notifications.law.notices import EXCEPTIONS, PURPOSES, notices
from notifications.models import Hold
from notifications.words import HoldReason
from tests import factories
from tests.notifications.conftest import holds_read

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)  # still the evening of 9 March in New York
DAY = date(2026, 3, 10)


def hold(borrower, reason, **fields):
    return Hold.objects.create(borrower=borrower, reason=reason, **{"started_at": NOW, **fields})


# ---------- holds ----------


@pytest.mark.django_db
def test_a_hold_is_told_with_what_since_when_until_when_and_for_which_account(borrower):
    account = factories.make_loan(borrower)
    hold(borrower, HoldReason.PROMISE, ended_at=datetime(2026, 3, 15, 4, tzinfo=UTC), account=account)
    (told,) = holds_read(borrower, now=NOW)
    assert told.why == "a day for the payment is agreed"
    assert (told.since, told.until) == (date(2026, 3, 9), date(2026, 3, 15))
    assert told.account == account


@pytest.mark.django_db
def test_what_is_over_or_has_not_begun_is_not_told(borrower):
    hold(borrower, HoldReason.DISPUTE, started_at=NOW - timedelta(days=2), ended_at=NOW)
    hold(borrower, HoldReason.HARDSHIP, started_at=NOW + timedelta(seconds=1))
    assert holds_read(borrower, now=NOW) == []


@pytest.mark.django_db
def test_the_page_shows_the_holds_of_the_person_alone(signed_in, borrower):
    account = factories.make_loan(borrower)
    hold(borrower, HoldReason.DISPUTE, account=account)
    hold(factories.make_borrower(), HoldReason.BEREAVEMENT)
    page = signed_in.get(reverse("notifications:preferences")).content.decode()
    assert "The debt is disputed" in page
    assert "Since March 9, 2026." in page
    assert "No end is set: it stays until we lift it." in page
    assert f"Only for account {account.reference}." in page
    assert "Somebody has died" not in page


@pytest.mark.django_db
def test_a_stop_is_told_once_with_its_day(signed_in, borrower):
    hold(borrower, HoldReason.STOP)
    page = signed_in.get(reverse("notifications:preferences")).content.decode()
    assert "You asked us to stop on March 9, 2026, so we send no reminders." in page
    assert "We hold reminders back" not in page


@pytest.mark.django_db
def test_who_has_stopped_is_not_asked_again(signed_in, borrower):
    stops.stop(borrower, words="stop", way="sms", by=None, now=timezone.now())
    assert signed_in.get(reverse("notifications:stop")).status_code == 302


# ---------- notices ----------


def told(country, region="", *, binds="creditor", on=DAY):
    return {
        notice.name: [rule.id for rule in notice.rules]
        for notice in notices(books.for_place(country, region), binds=binds, on=on)
    }


def test_notices_are_those_of_the_place_and_of_whom_its_law_binds():
    assert told("GB")["arrears_notice"] == ["gb.arrears_notice"]
    assert told("TW")["outsourcing_notice"] == ["tw.outsourcing_notice"]
    assert "final_notice" not in told("US")  # Regulation F binds collectors
    assert "us.regf.cease" in told("US", binds="collector")["final_notice"]
    assert told("AQ") == {}  # no rulebook: the lender's policy demands none


def test_a_rule_that_is_not_yet_or_no_longer_law_demands_nothing():
    for book in books.all_books().values():
        for rule in book.rules:
            if rule.effective_from and (rule.only_purposes | rule.unless) & {*PURPOSES, *EXCEPTIONS}:
                binds, before = min(rule.binds), rule.effective_from - timedelta(days=1)
                then = {one for notice in notices([book], binds=binds, on=before) for one in notice.rules}
                assert rule not in then


def test_every_notice_of_every_place_has_its_words():
    assert set(silence.NOTICES) == {*PURPOSES, *EXCEPTIONS}
    for language, _ in LANGUAGES:
        with translation.override(language):
            assert len({str(text) for text in silence.NOTICES.values()}) == len(silence.NOTICES)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["preferences", "stop"])
def test_the_pages_list_what_may_still_come_with_its_source(signed_in, borrower, page):
    type(borrower).objects.update(country="GB", region="")
    text = signed_in.get(reverse(f"notifications:{page}")).content.decode()
    assert "A notice of what is owed, where payments have been missed" in text
    assert "Consumer Credit Act 1974 ss. 86A-86C, 87" in text
    assert "FCA Handbook, CONC 7.3.11R, 7.3.12G" in text
    assert "unverified" not in text  # staff read that, with the rule


@pytest.mark.django_db
def test_where_no_rule_is_known_the_page_says_so(signed_in, borrower):
    type(borrower).objects.update(country="AQ", region="")
    text = signed_in.get(reverse("notifications:stop")).content.decode()
    assert "We know of no notice that the law where you live makes us send." in text
