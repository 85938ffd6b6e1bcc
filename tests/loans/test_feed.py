"""A calendar feed of due dates: who reads it, what it tells, and that a calendar app sees every change."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loans import feed_text, feeds
from loans.calendar_text import unfold
from loans.feed_text import Entry
from loans.feeds import Chosen
from loans.models import Bill, CalendarFeed, Payment
from tests import factories

PAGE = reverse("loans:calendar")
NOON = datetime(2026, 1, 26, 17, tzinfo=UTC)
ALL = Chosen(is_discreet=False, alarm_days=None)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def bill(borrower):
    return factories.make_bill(factories.make_loan(borrower, reference="L-2026-0001"))


def made(borrower, chosen=ALL):
    """The path of a new address."""
    return feeds.renew(borrower, chosen=chosen, now=NOON).partition("localhost:8000")[2]


def read(path):
    answer = Client().get(path)
    assert answer.status_code == 200
    return unfold(answer.content.decode())


def values(lines, name):
    return [line.partition(":")[2] for line in lines if line.split(":")[0].split(";")[0] == name]


# ---------- what it tells ----------


def test_a_bill_is_a_whole_day_with_its_amount_and_masked_account(borrower, bill):
    lines = read(made(borrower))
    assert "DTSTART;VALUE=DATE:20260201" in lines
    assert "DTEND;VALUE=DATE:20260202" in lines
    assert values(lines, "SUMMARY") == ["$100.00 due (…0001)"]
    assert "L-2026" not in "".join(lines)
    assert "BEGIN:VALARM" not in lines


def test_a_discreet_entry_tells_neither_money_nor_account_nor_lender(borrower, bill, settings):
    text = "\n".join(read(made(borrower, Chosen(is_discreet=True, alarm_days=None))))
    assert "SUMMARY:Reminder" in text
    for secret in ("100", "0001", settings.LENDER_NAME, "DESCRIPTION", "/accounts/"):
        assert secret not in text


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "提醒"), ("zh-hant", "提醒")])
def test_it_speaks_the_borrowers_language(borrower, bill, language, title):
    type(borrower).objects.filter(pk=borrower.pk).update(language=language)
    assert values(read(made(borrower, Chosen(is_discreet=True, alarm_days=None))), "SUMMARY") == [title]


@pytest.mark.parametrize(("days", "trigger"), [(0, "PT9H"), (1, "-PT15H"), (3, "-PT63H")])
def test_the_alarm_rings_at_nine_so_many_days_before(borrower, bill, days, trigger):
    assert values(read(made(borrower, Chosen(is_discreet=True, alarm_days=days))), "TRIGGER") == [trigger]


def test_what_is_paid_or_long_past_or_of_another_borrower_is_not_in_it(borrower, stranger, bill):
    factories.make_bill(bill.account, paid=Decimal(100))
    factories.make_bill(bill.account, due_on=date(2025, 10, 1))
    factories.make_bill(factories.make_loan(stranger))
    assert len(values(read(made(borrower)), "UID")) == 1


def test_every_line_is_short_and_ends_as_the_standard_asks(borrower, bill):
    content = Client().get(made(borrower)).content
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_title_cannot_break_out_of_its_line():
    entry = Entry("u@h", date(2026, 2, 1), "a\r\nBEGIN:VEVENT,;\\", "", 0, NOON)
    lines = unfold(feed_text.text("n", [entry], alarm_days=None))
    assert lines.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:a\\nBEGIN:VEVENT\\,\\;\\\\" in lines


# ---------- what changes ----------


def test_the_same_bill_keeps_its_uid_and_counts_its_changes(borrower, bill):
    path = made(borrower)
    first = read(path)
    assert read(path) == first
    Bill.objects.update(due_on=date(2026, 2, 5))
    second = read(path)
    assert values(second, "UID") == values(first, "UID")
    assert (values(first, "SEQUENCE"), values(second, "SEQUENCE")) == (["0"], ["1"])


def test_neither_a_new_address_nor_a_reversed_payment_counts_backwards(borrower, bill):
    read(made(borrower))
    feeds.revoke(borrower)
    path = made(borrower, Chosen(is_discreet=True, alarm_days=None))
    assert values(read(path), "SEQUENCE") == ["1"]
    Bill.objects.update(paid=Decimal(100))
    assert values(read(path), "SEQUENCE") == []
    Bill.objects.update(paid=Decimal(0), due_on=date(2026, 2, 3))
    assert values(read(path), "SEQUENCE") == ["2"]


def test_a_payment_shows_at_the_next_look(borrower, bill):
    path = made(borrower)
    payment = Payment.objects.create(
        account=bill.account, reference="P", received_on=NOON.date(), amount=Decimal(40)
    )
    payment.allocations.create(bill=bill, amount=Decimal(40))
    Bill.objects.update(paid=Decimal(40))
    assert values(read(path), "SUMMARY") == ["$60.00 due (…0001)"]


def test_more_bills_cost_no_more_queries_and_a_second_look_writes_nothing(borrower, bill):
    path = made(borrower)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            read(path)
        return [one["sql"] for one in captured]

    queries()
    few = queries()
    for days in range(9):
        factories.make_bill(bill.account, due_on=date(2026, 3, 1) + timedelta(days=days))
    queries()
    assert len(queries()) == len(few)
    assert not any('UPDATE "loans' in sql for sql in few)


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_see_the_same(borrower, bill):
    path, seen = made(borrower), []

    def look():
        seen.append(Client().get(path).content)
        connection.close()

    both = [threading.Thread(target=look) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(seen)) == 1


# ---------- who reads it ----------


def test_the_secret_is_nowhere_in_the_database(borrower, bill):
    secret = made(borrower).split("/")[-1].removesuffix(".ics")
    assert len(secret) >= 43
    feed = CalendarFeed.objects.get()
    assert secret not in str(vars(feed))


def test_a_renewed_and_a_revoked_address_are_not_found(borrower, bill):
    old = made(borrower)
    new = made(borrower)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    feeds.revoke(borrower)
    assert Client().get(new).status_code == 404


def test_the_feed_is_stored_by_nobody_and_only_read(borrower, bill):
    path = made(borrower)
    answer = Client().get(path)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert Client(enforce_csrf_checks=True).post(path).status_code == 405


def test_guesses_are_limited_by_place_and_readers_by_feed(borrower, bill):
    path, guess = made(borrower), reverse("loans:feed", args=["guess"])
    client = Client()
    assert [client.get(guess).status_code for _ in range(31)][-2:] == [404, 429]
    assert [client.get(path).status_code for _ in range(61)][-2:] == [200, 429]


# ---------- its page ----------


def test_the_page_shows_the_address_once_and_ends_it(signed_in, borrower, bill):
    answer = signed_in.post(PAGE, {"do": "make", "is_discreet": "on", "alarm_days": "1"})
    address = answer.context["address"]
    assert address in answer.content.decode()
    path = address.partition("localhost:8000")[2]
    assert values(read(path), "TRIGGER") == ["-PT15H"]
    page = signed_in.get(PAGE).content.decode()
    assert address not in page
    assert "A calendar app last read it on January 26, 2026." in page
    signed_in.post(PAGE, {"do": "save", "alarm_days": ""})
    assert values(read(path), "SUMMARY") == ["$100.00 due (…0001)"]
    signed_in.post(PAGE, {"do": "revoke"})
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("sent", [{"do": "make", "alarm_days": "99"}, {"do": "guess"}, {"do": "save"}, {}])
def test_nothing_is_made_of_a_form_that_says_something_else(signed_in, borrower, sent):
    assert signed_in.post(PAGE, sent).status_code == 200
    assert not CalendarFeed.objects.exists()
