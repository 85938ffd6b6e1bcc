"""Holds that staff place and lift: silent at once, on record, and through the borrower's lane."""

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
from notifications import holds
from notifications.holds import HoldRefused, NewHold
from notifications.models import Consent, Hold
from notifications.words import HoldReason, ReminderState
from tests import factories
from tests.notifications.conftest import Engine
from tests.sandbox import Sandbox

NOW = timezone.now()
WORDS = "Letter of 3 March: the amount is wrong"
pytestmark = pytest.mark.django_db


def place(borrower: Borrower, staff: User, reason: str = HoldReason.DISPUTE) -> Hold:
    return holds.place(borrower, hold=new(reason), by=staff, now=NOW)


def new(reason: str = HoldReason.DISPUTE, **details: Any) -> NewHold:
    """A hold that makes sense: a promise names its day, a week from now."""
    if reason == HoldReason.PROMISE:
        details.setdefault("last_day", NOW.date() + timedelta(days=7))
    return NewHold(reason, WORDS, **details)


@pytest.mark.parametrize("reason", HoldReason.values)
def test_a_hold_is_placed_and_lifted_with_the_words_it_rests_on(
    borrower: Borrower, staff: User, reason: str
) -> None:
    hold = place(borrower, staff, reason)
    assert (hold.reason, hold.started_at, hold.set_by) == (reason, NOW, staff)
    assert (hold.ended_at is None) is (reason != HoldReason.PROMISE)
    assert holds.lift(hold, words="Settled", by=staff, now=NOW) is True
    hold.refresh_from_db()
    assert hold.ended_at == NOW
    lifted, placed = Consent.objects.filter(borrower=borrower)
    assert (placed.words, placed.way, placed.given_by, placed.given_at) == (WORDS, "staff", staff, NOW)
    assert (lifted.words, lifted.before, lifted.after) == ("Settled", placed.after, placed.before)
    assert placed.kind != lifted.kind


def test_the_same_reason_twice_is_one_hold_and_one_record(borrower: Borrower, staff: User) -> None:
    hold = place(borrower, staff)
    assert place(borrower, staff) == hold
    assert holds.lift(hold, words="Settled", by=staff, now=NOW) is True
    assert holds.lift(hold, words="Settled", by=staff, now=NOW) is False
    assert Consent.objects.filter(borrower=borrower).count() == 2


def test_lifting_one_hold_leaves_the_others(borrower: Borrower, staff: User) -> None:
    other = place(borrower, staff, HoldReason.BEREAVEMENT)
    holds.lift(place(borrower, staff), words="Settled", by=staff, now=NOW)
    other.refresh_from_db()
    assert other.ended_at is None


def test_the_lane_is_locked_before_anything_is_written(borrower: Borrower, staff: User) -> None:
    signs = {
        "FOR UPDATE": "lock",
        'INSERT INTO "notifications_hold"': "place",
        'UPDATE "notifications_hold"': "lift",
    }
    with CaptureQueriesContext(connection) as captured:
        holds.lift(place(borrower, staff), words="Settled", by=staff, now=NOW)
    steps = [step for query in captured for sign, step in signs.items() if sign in query["sql"]]
    assert steps == ["lock", "place", "lock", "lift", "lock"]  # the last: what was put off is looked at again


def test_staff_place_a_hold_from_the_borrowers_page_and_lift_it(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    page = f"{reverse('admin:notifications_hold_add')}?borrower={borrower.pk}"
    assert (
        page
        in staff_client.get(reverse("admin:accounts_borrower_change", args=[borrower.pk])).content.decode()
    )
    form = {"account": "", "reason": "dispute", "note": WORDS, "last_day": ""}
    assert staff_client.post(page, form).status_code == 302
    hold = Hold.objects.get(borrower=borrower)
    assert (hold.note, hold.set_by) == (WORDS, staff)
    again = staff_client.post(page, form).content.decode()
    assert "We are silent for this reason already." in again
    lift = reverse("admin:notifications_hold_lift", args=[hold.pk])
    assert (
        lift in staff_client.get(reverse("admin:notifications_hold_change", args=[hold.pk])).content.decode()
    )
    assert "This field is required." in staff_client.post(lift, {"words": ""}).content.decode()
    assert staff_client.post(lift, {"words": "Settled"}).status_code == 302
    assert [each.kind for each in Consent.objects.filter(borrower=borrower)] == ["lift", "hold"]


def test_a_hold_is_never_edited(staff_client: Client, staff: User, borrower: Borrower) -> None:
    hold = place(borrower, staff)
    page = reverse("admin:notifications_hold_change", args=[hold.pk])
    assert (
        staff_client.post(page, {"borrower": borrower.pk, "reason": "hardship", "note": "x"}).status_code
        == 403
    )
    hold.refresh_from_db()
    assert hold.reason == HoldReason.DISPUTE


def test_to_look_at_holds_is_not_to_lift_them(borrower: Borrower, staff: User) -> None:
    reader = factories.make_staff(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_hold"))
    client = Client()
    client.force_login(reader)
    hold = place(borrower, staff)
    assert (
        client.post(reverse("admin:notifications_hold_lift", args=[hold.pk]), {"words": "x"}).status_code
        == 403
    )
    assert client.get(reverse("admin:notifications_hold_add")).status_code == 403


# ---------- of one account, and with an end ----------

DUE = date(2026, 2, 1)  # the factories' bill


def morning(days_before_due: int) -> datetime:
    """10:00 in New York, so many days before the bill is due."""
    return datetime(2026, 2, 1, 15, tzinfo=UTC) - timedelta(days=days_before_due)


def test_each_account_may_have_its_own_hold_for_the_same_reason(borrower: Borrower, staff: User) -> None:
    accounts = [factories.make_loan(borrower), factories.make_card(borrower), None]
    placed = [
        holds.place(borrower, hold=new(account=account), by=staff, now=NOW)
        for account in (*accounts, *accounts)
    ]
    assert placed[:3] == placed[3:]
    assert Hold.objects.count() == 3
    references = {consent.after["account"] for consent in Consent.objects.all()}
    assert references == {account.reference if account else None for account in accounts}


@pytest.mark.parametrize(
    ("reason", "details", "says"),
    [
        (HoldReason.PROMISE, {"last_day": None}, "until which day"),
        (HoldReason.DISPUTE, {"last_day": date(2020, 1, 1)}, "over"),
        (HoldReason.STOP, {"last_day": date(2999, 1, 1)}, "every account"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(
    borrower: Borrower, staff: User, reason: str, details: dict[str, Any], says: str
) -> None:
    with pytest.raises(HoldRefused, match=says):
        holds.place(borrower, hold=new(reason, **details), by=staff, now=NOW)
    assert not Hold.objects.exists()


def test_an_account_of_somebody_else_is_refused(borrower: Borrower, stranger: Borrower, staff: User) -> None:
    with pytest.raises(HoldRefused):
        holds.place(borrower, hold=new(account=factories.make_loan(stranger)), by=staff, now=NOW)


def test_a_promise_holds_until_its_day_is_over_where_the_borrower_lives(
    borrower: Borrower, staff: User
) -> None:
    promise = new(HoldReason.PROMISE, last_day=date(2026, 2, 4))
    hold = holds.place(borrower, hold=promise, by=staff, now=morning(1))
    assert hold.ended_at == datetime(2026, 2, 5, 5, tzinfo=UTC)  # midnight in New York
    assert Consent.objects.get().after["until"] == "2026-02-05T05:00:00+00:00"
    again = holds.place(borrower, hold=promise, by=staff, now=morning(-3))
    assert again == hold
    later = new(HoldReason.PROMISE, last_day=date(2026, 2, 9))
    assert holds.place(borrower, hold=later, by=staff, now=hold.ended_at) != hold


def test_a_promise_silences_until_its_day_and_the_reminder_goes_out_after_it(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    bill = factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    phone = str(borrower.contact_points.get(kind="phone").value)
    promise = new(HoldReason.PROMISE, last_day=DUE + timedelta(days=4))
    holds.place(borrower, hold=promise, by=staff, now=morning(-2))
    for days_late in (3, 4):  # the step of the third day is due
        assert reminders.run(morning(-days_late)) == 0
    assert bill.reminders.get(step__offset_days=3).state == ReminderState.PLANNED
    assert sandbox.texts(phone) == []
    assert reminders.run(morning(-5)) == 1  # nobody lifted it
    assert len(sandbox.texts(phone)) == 1
    sent = bill.reminders.get(step__offset_days=3)
    assert sent.state == ReminderState.SENT
    assert "hold" in [why["rule"] for why in sent.reasons]


def test_a_promise_about_one_account_leaves_the_others(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    silent, other = (factories.make_bill(factories.make_loan(borrower), due_on=DUE) for _ in range(2))
    promise = new(HoldReason.PROMISE, last_day=DUE + timedelta(days=4), account=silent.account)
    holds.place(borrower, hold=promise, by=staff, now=morning(-2))
    reminders.run(morning(-3))
    states = [bill.reminders.get(step__offset_days=3).state for bill in (silent, other)]
    assert states == [ReminderState.PLANNED, ReminderState.SENT]


def test_a_promise_that_is_lifted_early_lets_what_it_put_off_go_at_once(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    promise = new(HoldReason.PROMISE, last_day=DUE + timedelta(days=5))
    hold = holds.place(borrower, hold=promise, by=staff, now=morning(-2))
    assert reminders.run(morning(-3)) == 0
    assert holds.lift(hold, words="Paid in part", by=staff, now=morning(-4)) is True
    assert reminders.run(morning(-4)) == 1


def test_staff_choose_among_this_borrowers_accounts_only(
    staff_client: Client, borrower: Borrower, stranger: Borrower
) -> None:
    own, others = factories.make_loan(borrower), factories.make_loan(stranger)
    page = f"{reverse('admin:notifications_hold_add')}?borrower={borrower.pk}"
    shown = staff_client.get(page).content.decode()
    assert own.reference in shown
    assert others.reference not in shown
    form = {"account": others.pk, "reason": "dispute", "note": WORDS, "last_day": ""}
    assert staff_client.post(page, form).status_code == 200
    assert not Hold.objects.exists()
    assert staff_client.post(page, form | {"account": own.pk, "last_day": "2999-01-01"}).status_code == 302
    assert Hold.objects.get().account == own


def test_a_promise_without_its_day_is_asked_for_it(staff_client: Client, borrower: Borrower) -> None:
    page = f"{reverse('admin:notifications_hold_add')}?borrower={borrower.pk}"
    form = {"account": "", "reason": "promise", "note": WORDS, "last_day": ""}
    assert "until which day" in staff_client.post(page, form).content.decode()


def test_a_hold_begins_on_its_borrowers_page(staff_client: Client) -> None:
    for wrong in ("", "?borrower=", "?borrower=999999999", "?borrower=x", "?borrower=" + "9" * 30):
        answer = staff_client.get(reverse("admin:notifications_hold_add") + wrong)
        assert answer.headers["Location"] == reverse("admin:accounts_borrower_changelist")


def test_a_hold_that_ended_by_itself_is_not_lifted(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    lift = {
        hold.pk: reverse("admin:notifications_hold_lift", args=[hold.pk]) for hold in _ended_and_not(borrower)
    }
    offered = [
        link in staff_client.get(reverse("admin:notifications_hold_change", args=[pk])).content.decode()
        for pk, link in lift.items()
    ]
    assert offered == [False, True]


def _ended_and_not(borrower: Borrower) -> list[Hold]:
    return [
        Hold.objects.create(borrower=borrower, reason=HoldReason.PROMISE, ended_at=NOW + timedelta(days=days))
        for days in (-1, 1)
    ]
