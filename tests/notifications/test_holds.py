"""Holds that staff place and lift: silent at once, on record, and through the borrower's lane."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, User
from notifications import holds
from notifications.models import Consent, Hold
from notifications.words import HoldReason
from tests import factories

NOW = timezone.now()
WORDS = "Letter of 3 March: the amount is wrong"
pytestmark = pytest.mark.django_db


def place(borrower: Borrower, staff: User, reason: str = HoldReason.DISPUTE) -> Hold:
    return holds.place(borrower, reason=reason, words=WORDS, by=staff, now=NOW)


@pytest.mark.parametrize("reason", HoldReason.values)
def test_a_hold_is_placed_and_lifted_with_the_words_it_rests_on(
    borrower: Borrower, staff: User, reason: str
) -> None:
    hold = place(borrower, staff, reason)
    assert (hold.reason, hold.started_at, hold.ended_at, hold.set_by) == (reason, NOW, None, staff)
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
    assert steps == ["lock", "place", "lock", "lift"]


def test_staff_place_a_hold_from_the_borrowers_page_and_lift_it(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    page = f"{reverse('admin:notifications_hold_add')}?borrower={borrower.pk}"
    assert (
        page
        in staff_client.get(reverse("admin:accounts_borrower_change", args=[borrower.pk])).content.decode()
    )
    form = {"borrower": borrower.pk, "reason": "dispute", "note": WORDS}
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
