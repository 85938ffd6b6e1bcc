"""Calls, visits and letters: they take places in the caps, and staff are told before whether they may be made."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, User
from loans.models import Bill
from notifications import asked, holds, local_time, recorded_contacts
from notifications.asking import Answer
from notifications.holds import NewHold
from notifications.law.judge import Decision
from notifications.models import RecordedContact
from notifications.recorded_contacts import ContactRefused, NewContact
from notifications.words import ReminderState
from tests import factories
from tests.notifications.conftest import Engine
from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db
DUE = date(2026, 2, 1)  # a Sunday
NIGHT = timedelta(hours=12)


def morning(days_before_due: int) -> datetime:
    """10:00 in New York, so many days before the bill is due."""
    return datetime(2026, 2, 1, 15, tzinfo=UTC) - timedelta(days=days_before_due)


def call(at: datetime, **details: Any) -> NewContact:
    return NewContact(**{"channel": "call", "outcome": "conversation", "at": at, **details})


@pytest.fixture
def bill(borrower: Borrower) -> Bill:
    return factories.make_bill(factories.make_loan(borrower), due_on=DUE)


# ---------- on record ----------


def test_a_call_of_the_day_makes_the_reminder_wait_for_the_next(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User, bill: Bill
) -> None:
    phone = str(borrower.contact_points.get(kind="phone").value)
    recorded_contacts.record(
        borrower, contact=call(morning(3)), by=staff, now=morning(3) + timedelta(minutes=5)
    )
    assert reminders.run(morning(3) + timedelta(hours=1)) == 0
    waiting = bill.reminders.get(step__offset_days=-3)
    assert waiting.state == ReminderState.PLANNED
    assert "careful.daily" in [why["rule"] for why in waiting.reasons]
    assert reminders.run(morning(2)) == 1
    assert len(sandbox.texts(phone)) == 1


@pytest.mark.parametrize(
    "details",
    [{"is_inbound": True}, {"outcome": "wrong_number"}, {"at": morning(4)}],
    ids=["the borrower called us", "somebody else's number", "yesterday"],
)
def test_what_takes_no_place_in_the_cap_delays_nothing(
    reminders: Engine, borrower: Borrower, staff: User, bill: Bill, details: dict[str, Any]
) -> None:
    recorded_contacts.record(
        borrower, contact=call(**{"at": morning(3), **details}), by=staff, now=morning(3)
    )
    assert reminders.run(morning(3) + timedelta(hours=1)) == 1


def test_the_lane_is_locked_before_the_contact_is_written(borrower: Borrower, staff: User) -> None:
    signs = {"FOR UPDATE": "lock", 'INSERT INTO "notifications_recordedcontact"': "record"}
    with CaptureQueriesContext(connection) as captured:
        recorded_contacts.record(borrower, contact=call(morning(3)), by=staff, now=morning(3))
    assert [step for query in captured for sign, step in signs.items() if sign in query["sql"]] == [
        "lock",
        "record",
    ]


def test_what_cannot_have_been_is_refused(borrower: Borrower, stranger: Borrower, staff: User) -> None:
    wrong = [
        call(morning(2)),
        call(morning(3), account=factories.make_loan(stranger)),
        call(morning(3), channel="letter"),
        call(morning(3), outcome="sent"),
    ]
    for contact in wrong:
        with pytest.raises(ContactRefused):
            recorded_contacts.record(borrower, contact=contact, by=staff, now=morning(3))
    assert not RecordedContact.objects.exists()


# ---------- may I call now? ----------


def answers(borrower: Borrower, now: datetime) -> dict[str, Answer]:
    """The answers about the borrower's only account, by way."""
    [only] = asked.may_contact(borrower, now=now).accounts
    return {answer.channel: answer for answer in only.answers}


def test_by_day_every_way_is_open(borrower: Borrower, bill: Bill) -> None:
    assert {one.decision for one in answers(borrower, morning(3)).values()} == {Decision.ALLOWED}


def test_at_night_it_says_from_when_and_by_which_rule(borrower: Borrower, bill: Bill) -> None:
    answer = answers(borrower, morning(3) + NIGHT)["call"]
    assert answer.decision == Decision.DEFER
    assert answer.until == morning(2) - timedelta(hours=2)  # 08:00 in New York
    assert "careful.hours" in [rule.id for rule in answer.rules]


def test_a_call_today_closes_the_day_for_the_next(borrower: Borrower, staff: User, bill: Bill) -> None:
    recorded_contacts.record(borrower, contact=call(morning(3)), by=staff, now=morning(3))
    answer = answers(borrower, morning(3) + timedelta(hours=1))["call"]
    assert (answer.decision, answer.until) == (Decision.DEFER, morning(2) - timedelta(hours=2))
    assert [rule.id for rule in answer.rules] == ["careful.daily"]


def test_a_hold_forbids_and_a_promise_puts_off(borrower: Borrower, staff: User, bill: Bill) -> None:
    promise = NewHold("promise", "On the phone", last_day=DUE + timedelta(days=4))
    holds.place(borrower, hold=promise, by=staff, now=morning(-2))
    answer = answers(borrower, morning(-3))["visit"]
    assert (answer.decision, answer.until) == (Decision.DEFER, morning(-5) - timedelta(hours=2))
    assert answer.holds == ("promise",)
    holds.place(borrower, hold=NewHold("attorney", "Letter"), by=staff, now=morning(-3))
    answer = answers(borrower, morning(-3))["visit"]
    assert (answer.decision, answer.holds) == (Decision.FORBIDDEN, ("promise", "attorney"))


def test_a_collector_is_told_the_law_on_attorneys(
    borrower: Borrower, staff: User, bill: Bill, settings: Any
) -> None:
    settings.LENDER_ROLE = "collector"
    holds.place(borrower, hold=NewHold("attorney", "Letter"), by=staff, now=morning(-2))
    assert "us.regf.attorney" in [rule.id for rule in answers(borrower, morning(-3))["call"].rules]


def test_each_account_has_its_own_answer(borrower: Borrower, staff: User, bill: Bill) -> None:
    other = factories.make_bill(factories.make_card(borrower), due_on=DUE + timedelta(days=1)).account
    holds.place(borrower, hold=NewHold("dispute", "Letter", account=other), by=staff, now=morning(4))
    panel = asked.may_contact(borrower, now=morning(3))
    found = {each.debt.reference: each.answers[0].decision for each in panel.accounts}
    assert found == {bill.account.reference: Decision.ALLOWED, other.reference: Decision.FORBIDDEN}


def test_what_is_paid_or_closed_is_nothing_to_call_about(borrower: Borrower, bill: Bill) -> None:
    Bill.objects.filter(pk=bill.pk).update(paid=bill.amount)
    closed = factories.make_loan(borrower, status="closed")
    factories.make_bill(closed)
    assert asked.may_contact(borrower, now=morning(3)).accounts == ()


def test_the_stage_follows_the_oldest_unpaid_bill(borrower: Borrower, bill: Bill) -> None:
    factories.make_bill(bill.account, due_on=DUE + timedelta(days=30))
    seen = {}
    for days in (1, 0, -5):
        [only] = asked.may_contact(borrower, now=morning(days)).accounts
        seen[days] = (only.debt.stage, only.debt.days_past_due)
    assert seen == {1: ("upcoming", 0), 0: ("due", 0), -5: ("overdue", 5)}


# ---------- the pages ----------


def test_staff_see_the_answer_and_put_the_call_on_record(
    staff_client: Client, staff: User, borrower: Borrower, bill: Bill
) -> None:
    add = f"{reverse('admin:notifications_recordedcontact_add')}?borrower={borrower.pk}"
    home = reverse("admin:accounts_borrower_change", args=[borrower.pk])
    shown = staff_client.get(home).content.decode()
    assert add in shown
    assert "May I call now?" in shown
    assert bill.account.reference in staff_client.get(add).content.decode()
    here = timezone.localtime(timezone=local_time.zone(borrower.time_zone)).replace(second=0, microsecond=0)
    form = {
        "channel": "call",
        "account": bill.account.pk,
        "outcome": "unanswered",
        "at": f"{here:%Y-%m-%dT%H:%M}",
        "note": "Rang twice",
    }
    assert staff_client.post(add, form).headers["Location"] == home
    made = RecordedContact.objects.get()
    assert (made.borrower, made.account, made.recorded_by) == (borrower, bill.account, staff)
    assert made.at == here  # typed by the clock where the borrower lives
    shown = staff_client.get(home).content.decode()
    assert "At most one contact a day" in shown
    assert "Lender&#x27;s policy" in shown


def test_a_contact_yet_to_come_is_refused_on_the_page(staff_client: Client, borrower: Borrower) -> None:
    add = f"{reverse('admin:notifications_recordedcontact_add')}?borrower={borrower.pk}"
    form = {"channel": "call", "account": "", "outcome": "unanswered", "at": "2999-01-01T10:00", "note": ""}
    assert "yet to come" in staff_client.post(add, form).content.decode()


def test_a_contact_is_never_edited(staff_client: Client, staff: User, borrower: Borrower) -> None:
    made = recorded_contacts.record(borrower, contact=call(morning(3)), by=staff, now=morning(3))
    page = reverse("admin:notifications_recordedcontact_change", args=[made.pk])
    assert staff_client.get(page).status_code == 200
    assert staff_client.post(page, {"outcome": "wrong_number"}).status_code == 403


def test_the_answer_is_for_who_may_record_contacts(borrower: Borrower, bill: Bill) -> None:
    clerk = factories.make_staff(is_superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_borrower"))
    client = Client()
    client.force_login(clerk)
    page = reverse("admin:accounts_borrower_change", args=[borrower.pk])
    assert "May I call now?" not in client.get(page).content.decode()
    add = f"{reverse('admin:notifications_recordedcontact_add')}?borrower={borrower.pk}"
    assert client.get(add).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_recordedcontact"))
    assert "May I call now?" in client.get(page).content.decode()


def test_the_answer_costs_the_same_for_many_accounts(borrower: Borrower, staff: User, bill: Bill) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked.may_contact(borrower, now=morning(3))
        return len(captured)

    few = queries()
    for _ in range(20):
        factories.make_bill(factories.make_loan(borrower), due_on=DUE)
        recorded_contacts.record(borrower, contact=call(morning(4)), by=staff, now=morning(4))
    assert queries() == few <= 8
