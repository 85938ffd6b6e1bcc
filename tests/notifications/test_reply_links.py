"""Answers to a reminder by its links: what each changes, that it does so once, and that it shows nothing."""

import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import ContactPoint
from notifications import preferences
from notifications.models import (
    AnswerKind,
    Attempt,
    Consent,
    ConversationMessage,
    HelpRequest,
    Hold,
    Preference,
    Reminder,
    ReminderAnswer,
)
from notifications.reply_links import links
from notifications.reply_links.journeys import Given, give
from tests import factories
from tests.portal.rows import belongings

NOON = datetime(2026, 1, 26, 17, tzinfo=UTC)
KINDS = list(AnswerKind)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def attempt(borrower):
    return belongings(borrower)[Attempt]


def address(attempt, kind):
    return links.path(AnswerKind(kind), links.sign(attempt.pk))


def press(attempt, kind, **fields):
    fields = fields or ({"day": "2026-02-03"} if kind == "date" else {})
    return Client().post(address(attempt, kind), fields, follow=True)


def standing(person):
    """All that an answer could change."""
    holds = Hold.objects.filter(borrower=person).values_list("reason", "ended_at").order_by("pk")
    points = ContactPoint.objects.filter(borrower=person).values_list("pk", "closed_at").order_by("pk")
    asked = HelpRequest.objects.filter(borrower=person).count()
    return (
        list(holds),
        list(points),
        asked,
        ConversationMessage.objects.count(),
        ReminderAnswer.objects.count(),
    )


# ---------- what each changes ----------


def test_already_paid_pauses_its_account_for_the_days_of_booking(borrower, attempt):
    press(attempt, "paid")
    hold = Hold.objects.get(borrower=borrower, reason="paid")
    assert hold.account == attempt.reminders.get().bill.account
    assert hold.ended_at == datetime(2026, 1, 30, 5, tzinfo=UTC)  # three days, then New York's midnight
    assert Consent.objects.filter(kind="hold", way="email").get().after["hold"] == "paid"


def test_a_paid_bill_is_not_paused_for(borrower, attempt):
    bill = attempt.reminders.get().bill
    type(bill).objects.filter(pk=bill.pk).update(paid=Decimal(100))
    press(attempt, "paid")
    assert not Hold.objects.filter(reason="paid").exists()


def test_a_day_becomes_a_promise_of_what_is_open_and_no_sum_is_shown(borrower, attempt):
    Hold.objects.all().delete()
    page = press(attempt, "date", day="2026-02-03")
    promise = HelpRequest.objects.get(borrower=borrower, kind="promise")
    assert (Decimal(promise.details["amount"]), promise.details["day"]) == (Decimal(100), "2026-02-03")
    assert Hold.objects.get(reason="promise").set_by is None
    assert "$" not in page.content.decode()


@pytest.mark.parametrize("day", ["", "2026-01-25", "2026-03-01", "soon"])
def test_a_day_that_cannot_be_promised_is_refused_and_the_link_stays_good(borrower, attempt, day):
    before = standing(borrower)
    assert press(attempt, "date", day=day).status_code == 200
    assert standing(borrower) == before
    press(attempt, "date", day="2026-02-03")
    assert HelpRequest.objects.filter(borrower=borrower, kind="promise").exists()


def test_help_is_a_question_to_the_lender_that_reminders_wait_for(borrower, attempt):
    press(attempt, "help")
    assert ConversationMessage.objects.filter(answers=attempt, side="borrower", channel="email").exists()
    assert Hold.objects.filter(borrower=borrower, reason="conversation").exists()


def test_a_wrong_person_closes_the_address_and_says_so(borrower, attempt):
    page = press(attempt, "wrong").content.decode()
    attempt.contact_point.refresh_from_db()
    assert attempt.contact_point.closed_reason == "wrong person"
    assert "We will not write to this number or address again" in page


def test_stop_stops(borrower, attempt):
    press(attempt, "stop")
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


def test_after_already_paid_the_engine_waits_and_after_the_pause_it_speaks_again(
    borrower, reminders, sandbox, ten
):
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    give(Given(Attempt.objects.get(), AnswerKind.PAID, ten))
    reminders.run(ten + timedelta(days=3))
    assert Attempt.objects.count() == 1
    assert "hold" in str(Reminder.objects.exclude(state="sent").values_list("reasons", flat=True))
    reminders.run(datetime(2026, 2, 1, 15, tzinfo=UTC))
    assert Attempt.objects.count() == 2


# ---------- once, and only by the button ----------


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_scanner_changes_nothing_and_sees_nothing(borrower, attempt, kind):
    before = standing(borrower)
    for _ in range(2):
        page = Client().get(address(attempt, kind))
        assert page.status_code == 200
        assert Client().head(address(attempt, kind)).status_code == 200
    assert standing(borrower) == before
    text = page.content.decode()
    bill = attempt.reminders.get().bill
    for secret in (
        borrower.name,
        str(bill.account),
        "$",
        "February 1,",
        attempt.body,
        attempt.contact_point.value,
    ):
        assert secret not in text
    assert page["Cache-Control"].count("no-store")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_acts_once_however_often_it_is_used(borrower, attempt, kind):
    press(attempt, kind)
    after, consents = standing(borrower), Consent.objects.count()
    for _ in range(2):
        assert press(attempt, kind).status_code == 200
    assert (standing(borrower), Consent.objects.count()) == (after, consents)


@pytest.mark.parametrize("kind", ["paid", "stop"])
def test_a_used_link_does_not_undo_what_the_person_did_since(borrower, attempt, kind):
    press(attempt, kind)
    Hold.objects.update(ended_at=NOON)
    press(attempt, kind)
    assert not Hold.objects.filter(ended_at=None).exists()
    assert not Hold.objects.filter(ended_at__gt=NOON).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["help", "date"])
def test_two_browsers_that_press_at_once_answer_once(borrower, attempt, kind):
    before, gate = ConversationMessage.objects.count() + HelpRequest.objects.count(), threading.Barrier(2)

    def browser():
        gate.wait()
        press(attempt, kind)
        connection.close()

    both = [threading.Thread(target=browser) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert ReminderAnswer.objects.count() == 1
    assert ConversationMessage.objects.count() + HelpRequest.objects.count() == before + 1


def test_the_button_needs_the_pages_own_token(attempt):
    assert Client(enforce_csrf_checks=True).post(address(attempt, "stop")).status_code == 403


# ---------- whatever is wrong with a link ----------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "change",
    [
        lambda path: path[:-6] + "aaaaa/",
        lambda path: path.replace("/paid/", "/pay/"),
        lambda path: "/answer/paid/x/",
        lambda path: "/answer/paid/AAAAAAAAAAAAAAAAAAAAAA:AAAA/",
    ],
)
def test_a_link_that_was_tampered_with_is_not_found_and_does_nothing(borrower, attempt, change, method):
    before = standing(borrower)
    answer = getattr(Client(), method)(change(address(attempt, "paid")))
    assert answer.status_code == 404
    assert standing(borrower) == before


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": NOON - timedelta(days=31)},
        {"category": "service"},
        {"state": "refused_final"},
    ],
)
def test_every_link_that_is_good_no_more_says_the_same(attempt, change):
    strange = Client().get("/answer/paid/x/")
    Attempt.objects.filter(pk=attempt.pk).update(**change)
    answer = Client().get(address(attempt, "paid"))
    assert answer.status_code == 404
    token = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub(b"", answer.content).replace(answer.wsgi_request.path.encode(), b"") == token.sub(
        b"", strange.content
    ).replace(b"/answer/paid/x/", b"")


def test_a_wrong_person_is_asked_only_where_there_is_an_address(attempt):
    Attempt.objects.update(contact_point=None)
    assert Client().get(address(attempt, "wrong")).status_code == 404


# ---------- where they stand ----------


@pytest.mark.parametrize(
    ("is_discreet", "kinds"), [(False, KINDS), (True, [AnswerKind.WRONG, AnswerKind.STOP])]
)
def test_an_e_mail_carries_links_that_work_and_keeps_them_out_of_our_record(
    borrower, reminders, ten, is_discreet, kinds
):
    chosen = preferences.of(borrower)
    only = replace(chosen, channels=dict.fromkeys(chosen.channels, ("email",)), is_discreet=is_discreet)
    Preference.objects.create(borrower=borrower, choice=only.to_json())
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    sent = mail.outbox[-1]
    found = re.findall(r"/answer/(\w+)/\S+/", sent.body)
    assert found == [kind.value for kind in kinds]
    assert "/answer/" not in Attempt.objects.get().body
    html = str(sent.alternatives[0][0])
    for path in re.findall(r"/answer/\S+/", sent.body):
        assert path in html
        assert Client().get(path).status_code == 200


def test_the_inbox_offers_what_a_signed_in_person_may_answer(signed_in, attempt):
    page = signed_in.get(reverse("notifications:message", args=[attempt.pk])).content.decode()
    assert re.findall(r'href="/answer/(\w+)/', page) == ["paid", "date", "help"]


def test_the_page_speaks_the_language_of_the_message(attempt):
    Attempt.objects.update(language="zh-hans")
    answer = Client(headers={"Accept-Language": "en"}).get(address(attempt, "stop"))
    assert 'lang="zh-hans"' in answer.content.decode()
    assert answer["Content-Language"] == "zh-hans"


def test_a_day_is_that_of_where_the_borrower_lives(borrower, attempt):
    type(borrower).objects.filter(pk=borrower.pk).update(time_zone="Pacific/Kiritimati")
    page = Client().get(address(attempt, "date")).content.decode()
    assert f'min="{date(2026, 1, 27)}"' in page
