"""Which words a person is sent: the version in force, softer ones, or those that say only that a message waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from loans.models import Allocation, Payment
from notifications import preferences, templates
from notifications.choice import DEFAULT
from notifications.models import Attempt, MessageTemplate, Reminder
from notifications.preferences import Change
from tests import factories

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DUE = date(2026, 2, 1)


@pytest.fixture
def loan(borrower):
    return factories.make_loan(borrower)


@pytest.fixture
def bill(loan):
    return factories.make_bill(loan, number=100, due_on=DUE)


@pytest.fixture
def phone(borrower):
    return borrower.contact_points.get(kind="phone").value


def morning(days_before_due):
    """10:00 in New York, so many days before the bill is due."""
    return datetime(2026, 2, 1, 15, tzinfo=UTC) - timedelta(days=days_before_due)


def choose(borrower, **changes):
    change = Change(choice=replace(DEFAULT, **changes), language=borrower.language, words="mine")
    preferences.change(borrower, chosen=change, by=borrower.user, now=morning(20))


def pays_early(loan):
    """Four bills, each paid five days before its day."""
    for number in range(1, 5):
        due_on = date(2025, number + 8, 1)
        old = factories.make_bill(loan, number=number, due_on=due_on, paid=100, closed_at=morning(30))
        payment = Payment.objects.create(
            account=loan, reference=f"PAY-{number}", received_on=due_on - timedelta(days=5), amount=100
        )
        Allocation.objects.create(payment=payment, bill=old, amount=100)


def test_each_message_names_the_version_it_was_written_from(reminders, bill, staff):
    reminders.run(morning(7))
    newer = templates.new_version(
        MessageTemplate.objects.get(code="upcoming", language="en"), by=factories.make_staff()
    )
    templates.approve(newer, read=templates.fingerprint(newer), by=staff, now=NOW)
    reminders.run(morning(3))
    used = list(Attempt.objects.order_by("started_at").values_list("template__version", flat=True))
    assert used == [1, 2]
    spoken = Reminder.objects.order_by("step_day").values_list("template__version", flat=True)
    assert list(spoken) == [1, 2]


def test_who_pays_early_is_written_to_softly(reminders, sandbox, loan, bill, phone):
    pays_early(loan)
    reminders.run(morning(3))
    [text] = sandbox.texts(phone)
    assert "just for your plans: $100.00" in text
    assert Attempt.objects.get().template.code == "upcoming_soft"


def test_without_approved_softer_words_the_plain_ones_go_out(reminders, sandbox, loan, bill, phone):
    templates.retire(MessageTemplate.objects.get(code="upcoming_soft", language="en"), now=NOW)
    pays_early(loan)
    reminders.run(morning(3))
    assert Attempt.objects.get().template.code == "upcoming"


def test_a_discreet_text_says_only_that_a_message_waits_and_the_inbox_says_all(
    reminders, sandbox, borrower, signed_in, bill, phone
):
    choose(borrower, is_discreet=True)
    reminders.run(morning(3))
    [text] = sandbox.texts(phone)
    assert "a message waits for you" in text
    assert "100" not in text
    attempt = Attempt.objects.get()
    assert (attempt.body, attempt.template.code) == (text, "discreet")
    page = signed_in.get(reverse("notifications:message", args=[attempt.pk])).content.decode()
    assert "$100.00 is due on February 1, 2026" in page
    assert "a message waits for you" in page


def test_a_discreet_e_mail_hides_it_in_subject_and_body(reminders, borrower, bill, mailoutbox):
    channels = dict.fromkeys(("upcoming", "due", "overdue"), ("email",))
    choose(borrower, is_discreet=True, channels=channels)
    reminders.run(morning(3))
    [mail] = mailoutbox
    assert mail.subject == "A message from Example Lending"
    assert "100" not in mail.body.replace("555 010 0199", "")
    assert borrower.name not in mail.body


def test_several_bills_stay_hidden_too(reminders, sandbox, borrower, bill, phone):
    factories.make_bill(factories.make_loan(borrower), due_on=DUE, amount=250)
    choose(borrower, is_discreet=True)
    reminders.run(morning(3))
    [text] = sandbox.texts(phone)
    assert "250" not in text
    assert "$250.00" in Attempt.objects.get().full_text


def test_in_the_inbox_nothing_is_hidden(reminders, borrower, bill):
    channels = dict.fromkeys(("upcoming", "due", "overdue"), ("inbox",))
    choose(borrower, is_discreet=True, channels=channels)
    reminders.run(morning(3))
    note = Attempt.objects.get()
    assert "$100.00" in note.body
    assert (note.full_text, note.template.code) == ("", "upcoming")


def test_without_approved_discreet_words_a_discreet_message_stays_in_the_inbox(
    reminders, sandbox, borrower, bill, phone
):
    templates.retire(MessageTemplate.objects.get(code="discreet", language="en"), now=NOW)
    choose(borrower, is_discreet=True)
    reminders.run(morning(3))
    assert sandbox.texts(phone) == []
    assert Attempt.objects.get().channel == "inbox"


def test_without_approved_words_for_several_bills_nothing_goes_out(reminders, sandbox, bill, phone):
    """Whether a reminder goes alone is known only when it goes."""
    templates.retire(MessageTemplate.objects.get(code="digest", language="en"), now=NOW)
    reminders.run(morning(3))
    assert sandbox.texts(phone) == []
    assert Reminder.objects.get(step__offset_days=-3).reasons[0]["rule"] == "no_words"


@pytest.mark.parametrize(("is_discreet", "channel"), [(False, "sms"), (True, "inbox")])
def test_where_law_demands_the_amount_a_discreet_message_stays_in_the_inbox(
    reminders, borrower, bill, is_discreet, channel
):
    """Nigeria demands the amount in every message about an overdue bill (rule ng.notice)."""
    borrower.country, borrower.region, borrower.time_zone = "NG", "", "America/New_York"
    borrower.save()
    choose(borrower, is_discreet=is_discreet)
    reminders.run(morning(-3))
    assert Attempt.objects.get().channel == channel
