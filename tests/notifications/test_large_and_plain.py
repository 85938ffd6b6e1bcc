"""Large print and plain words: chosen on the page, kept on record, and used in what is sent and printed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from loans.models import CreditAccount
from loans.papers import making
from notifications import preferences, templates
from notifications.choice import DEFAULT, Choice
from notifications.models import Attempt, Consent, MessageTemplate
from notifications.preferences import Change
from tests import factories
from tests.notifications.test_pages import form

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 29, 15, tzinfo=UTC)  # three days before the bill is due
BY_EMAIL = dict.fromkeys(("upcoming", "due", "overdue"), ("email",))


@pytest.fixture
def bill(borrower):
    return factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 2, 1))


def choose(borrower, **changes):
    change = Change(choice=replace(DEFAULT, **changes), language=borrower.language, words="mine")
    preferences.change(borrower, chosen=change, by=borrower.user, now=NOON - timedelta(days=20))


def test_both_are_chosen_on_the_page_and_stand_in_the_record(signed_in, borrower):
    call_command("load_defaults")
    signed_in.post(reverse("notifications:preferences"), form(is_large="on", is_simple="on"))
    borrower.refresh_from_db()
    chosen = preferences.of(borrower)
    assert (chosen.is_large, chosen.is_simple) == (True, True)
    words = Consent.objects.get().words
    assert "E-mails and statements in large print." in words
    assert "Messages in plain words." in words
    assert Choice.from_json(chosen.to_json()) == chosen


def test_a_choice_of_before_holds_without_them(borrower):
    stored = DEFAULT.to_json()
    del stored["is_large"], stored["is_simple"]
    assert Choice.from_json(stored) == DEFAULT


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_who_asked_for_plain_words_gets_them(reminders, borrower, bill, mailoutbox, language):
    borrower.language = language
    borrower.save(update_fields=["language"])
    choose(borrower, is_simple=True, channels=BY_EMAIL)
    reminders.run(NOON)
    sent = Attempt.objects.get()
    assert sent.template.code == "upcoming_simple"
    assert max(len(line) for line in sent.body.splitlines() if "http" not in line) < 70


def test_where_no_plain_words_are_approved_the_usual_ones_go_out(reminders, borrower, bill, mailoutbox):
    templates.retire(MessageTemplate.objects.get(code="upcoming_simple", language="en"), now=NOON)
    choose(borrower, is_simple=True, channels=BY_EMAIL)
    reminders.run(NOON)
    assert Attempt.objects.get().template.code == "upcoming"


def test_who_did_not_ask_reads_the_usual_words(reminders, borrower, bill, mailoutbox):
    choose(borrower, channels=BY_EMAIL)
    reminders.run(NOON)
    assert Attempt.objects.get().template.code == "upcoming"
    assert "font-size: 20px" not in mailoutbox[0].alternatives[0].content


def test_plain_words_stand_no_worse_with_the_law_than_the_usual_ones(defaults):
    for template in MessageTemplate.objects.filter(code__endswith="_simple"):
        usual = MessageTemplate.objects.get(
            code=template.code.removesuffix("_simple"), language=template.language
        )
        assert practices(template) <= practices(usual), template


def test_an_e_mail_is_in_large_print(reminders, borrower, bill, mailoutbox):
    choose(borrower, is_large=True, channels=BY_EMAIL)
    reminders.run(NOON)
    page = mailoutbox[0].alternatives[0].content
    assert "font-size: 20px" in page
    assert "17px" not in page


def test_a_paper_is_in_large_print(borrower, bill):
    account = CreditAccount.objects.get()
    period = making.statement_period(account, "all", today=date(2026, 2, 3))
    usual = making.statement(account, period, today=date(2026, 2, 3))
    choose(borrower, is_large=True)
    account = CreditAccount.objects.get()
    large = making.statement(account, period, today=date(2026, 2, 3))
    assert (is_on_its_side(usual), is_on_its_side(large)) == (False, True)


def is_on_its_side(pdf: bytes) -> bool:
    """Where large print stands, for the tables' sake."""
    return b"/MediaBox[0 0 841.8" in pdf


def practices(template: MessageTemplate) -> set[str]:
    return {finding.practice for finding in templates.findings(template, today=NOON.date())}
