"""The preference page about the pace and discreet messages: what is offered, why, and what it changes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower
from loans.models import Allocation, Payment
from notifications import preferences
from notifications.models import Consent
from tests import factories
from tests.notifications.test_pages import form

pytestmark = pytest.mark.django_db

PAGE, PREVIEW = "notifications:preferences", "notifications:preview"
LEADS = ["7", "3", "1", "0"]


@pytest.fixture
def account(borrower):
    call_command("load_defaults")
    return factories.make_loan(borrower)


@pytest.fixture
def bill(account):
    return factories.make_bill(account, due_on=timezone.now().date() + timedelta(days=9))


@pytest.fixture
def pays_early(account):
    """Four bills, each paid two days before its due date."""
    today = timezone.now().date()
    for months in (4, 3, 2, 1):
        due_on = today - timedelta(days=30 * months)
        past = factories.make_bill(account, due_on=due_on, paid=Decimal(100), closed_at=timezone.now())
        payment = Payment.objects.create(
            account=account,
            amount=Decimal(100),
            received_on=due_on - timedelta(days=2),
            reference=f"paid {months}",
        )
        Allocation.objects.create(payment=payment, bill=past, amount=Decimal(100))


def opened(client):
    return client.get(reverse(PAGE)).content.decode()


def tried(client, **changes):
    """What the plan would be."""
    answer = client.post(reverse(PREVIEW), form(lead_days=LEADS, max_per_week="7", **changes))
    return answer.context["coming"], answer.content.decode()


def stored(borrower):
    return preferences.of(Borrower.objects.get(pk=borrower.pk))


def test_who_pays_early_reads_so_beside_the_pace_that_follows_it(signed_in, pays_early, bill):
    page = opened(signed_in)
    assert (
        "You usually pay 2 days before the due date, so we send one reminder, and none if you have paid."
        in page
    )


def test_who_is_new_reads_that_we_do_not_know_yet(signed_in, bill):
    assert "We do not know yet how you pay, so we send every reminder you chose." in opened(signed_in)


def test_each_pace_brings_its_own_plan(signed_in, pays_early, bill):
    def plan(pace):
        return [line.planned.category for line in tried(signed_in, pace=pace)[0]]

    assert plan("standard") == ["upcoming"] * 3 + ["due"] + ["overdue"] * 2
    assert plan("auto") == ["upcoming"] + ["overdue"] * 2
    assert plan("gentle") == ["upcoming", "due", "overdue"]
    assert plan("off") == []


def test_the_plan_says_why_a_reminder_is_left_out(signed_in, pays_early, bill):
    assert "You chose the gentle pace, which leaves this reminder out." in tried(signed_in, pace="gentle")[1]
    assert "You chose no reminders." in tried(signed_in, pace="off")[1]


def test_two_names_for_the_same_are_not_offered(signed_in, borrower, bill):
    page = opened(signed_in)
    assert [pace in page for pace in ('value="standard"', 'value="close"')] == [True, False]
    signed_in.post(reverse(PAGE), form(pace="close"))
    assert not Consent.objects.exists()


def test_the_consent_keeps_the_words_of_the_pace_and_of_discretion(signed_in, borrower, bill):
    signed_in.post(reverse(PAGE), form(pace="gentle", is_discreet="on"))
    chosen = stored(borrower)
    assert (chosen.pace, chosen.is_discreet) == ("gentle", True)
    consent = Consent.objects.get()
    assert "Gentle: once before the due date, once on it, once after it." in consent.words
    assert "Discreet: texts and e-mails say only that a message waits." in consent.words
    assert (consent.after["choice"]["pace"], consent.after["choice"]["is_discreet"]) == ("gentle", True)


def test_what_was_saved_is_what_the_form_shows(signed_in, borrower, bill):
    signed_in.post(reverse(PAGE), form(pace="off", is_discreet="on"))
    shown = signed_in.get(reverse(PAGE)).context["form"]
    assert (shown["pace"].value(), shown["is_discreet"].value()) == ("off", True)
    signed_in.post(reverse(PAGE), form(pace="auto"))
    assert not stored(borrower).is_discreet
    assert "Texts and e-mails say which bill they are about." in Consent.objects.latest("pk").words


def test_a_discreet_message_is_told_as_one_in_the_plan_and_one_in_the_inbox_is_not(signed_in, borrower, bill):
    says = "It says only that a message waits for you here, because you chose that."
    factories.make_contact_point(borrower, kind="email")
    assert says in tried(signed_in, is_discreet="on")[1]
    assert says not in tried(signed_in)[1]
    inbox = {f"channel_{category}_1": "inbox" for category in ("upcoming", "due", "overdue")}
    assert says not in tried(signed_in, is_discreet="on", **inbox)[1]


def test_the_plan_says_that_a_day_was_closed_because_the_person_chose_none(signed_in, borrower, bill):
    weekday = (bill.due_on - timedelta(days=7)).weekday()
    page = tried(signed_in, hours="each", **{f"from_{weekday}": ""})[1]
    assert "because you chose no messages on that day." in page
