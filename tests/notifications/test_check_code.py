"""Is this message real? The mark in each message, and the page that knows it."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications import base32, check_code, preferences, sms_text
from notifications.models import Attempt, Preference
from tests import factories

PAGE = reverse("notifications:check")
UNKNOWN = "We know no message with this reference."


def sent(borrower, **fields):
    kept = {
        "category": "due",
        "channel": "sms",
        "provider": "twilio",
        "state": "accepted",
        "language": "en",
        "body": "…",
    }
    return Attempt.objects.create(borrower=borrower, **{**kept, **fields})


def ask(mark):
    return Client().post(PAGE, {"mark": mark}).content.decode()


@given(st.uuids(version=4))
def test_a_mark_is_eight_signs_and_is_read_back_however_it_is_typed(attempt_id):
    mark = check_code.of(attempt_id)
    assert len(mark) == 8
    number = attempt_id.int >> 88
    spaced = f" {mark[:4]}-{mark[4:]} ".lower().replace("1", "l").replace("0", "o")
    assert base32.read(mark, length=8) == base32.read(spaced, length=8) == number


@given(st.text(max_size=300), st.sampled_from(["en", "zh-hans", "zh-hant"]))
def test_a_text_with_its_mark_costs_no_further_segment(text, language):
    marked = check_code.marked(text, uuid.UUID(int=1 << 120), channel="sms", language=language)
    assert marked.startswith(text)
    assert sms_text.measure(marked).segments == sms_text.measure(text).segments


def test_a_text_has_the_mark_with_its_name_bare_or_not_at_all(db):
    id_ = uuid.uuid4()
    mark = check_code.of(id_)
    ends = [
        check_code.marked("x" * size, id_, channel="sms", language="en").lstrip("x")
        for size in (146, 147, 151, 152)
    ]
    assert ends == [f" Ref. {mark}", f" {mark}", f" {mark}", ""]


def test_the_page_tells_day_and_way_and_nothing_else(borrower):
    attempt = sent(
        borrower, started_at=datetime(2026, 1, 27, 3, tzinfo=UTC), subject="S-E-C-R-E-T", body="1,234"
    )
    Attempt.objects.update(started_at=timezone.now() - timedelta(days=2))
    page = ask(check_code.of(attempt.pk))
    assert "Yes. We sent a message with this reference on" in page
    assert "by text message." in page
    for secret in (borrower.name, "S-E-C-R-E-T", "1,234", str(attempt.pk), "+1212"):
        assert secret not in page


def test_the_day_is_that_of_where_the_addressee_lives(borrower):
    attempt = sent(borrower, started_at=datetime(2026, 1, 27, 3, tzinfo=UTC))
    (found,) = check_code.find(check_code.of(attempt.pk), now=datetime(2026, 1, 28, tzinfo=UTC))
    assert found.day.isoformat() == "2026-01-26"


@pytest.mark.parametrize(
    "changes",
    [{"channel": "inbox"}, {"state": "refused_final"}, {"started_at": datetime(2020, 1, 1, tzinfo=UTC)}],
)
def test_what_never_went_out_or_long_ago_is_not_known(borrower, changes):
    assert UNKNOWN in ask(check_code.of(sent(borrower, **changes).pk))


@pytest.mark.parametrize(
    "typed", ["K7QM2XP4", "nonsense", "ÄÖÜ", "00000000", "ZZZZZZZZ", "K7QM2XP", "١٢٣٤٥٦٧٨"]
)
def test_whatever_is_wrong_with_a_reference_the_answer_and_its_cost_are_the_same(db, typed):
    with CaptureQueriesContext(connection) as captured:
        page = ask(typed)
    assert UNKNOWN in page
    assert len([one for one in captured if "notifications_attempt" in one["sql"]]) == 1


def test_two_messages_that_share_a_mark_are_both_told(borrower):
    mark = check_code.of(sent(borrower, id=uuid.UUID("12345678-9abc-4def-8000-000000000001")).pk)
    sent(borrower, id=uuid.UUID("12345678-9aff-4def-8000-000000000001"), channel="email")
    page = ask(mark)
    assert "by text message." in page
    assert "by e-mail." in page


def test_guesses_are_limited(db):
    client = Client()
    answers = [client.post(PAGE, {"mark": "K7QM2XP4"}).status_code for _ in range(21)]
    assert answers[-2:] == [200, 429]


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_reminder_carries_the_mark_that_the_page_knows(borrower, reminders, sandbox, ten, channel):
    only = dict.fromkeys(preferences.of(borrower).channels, (channel,))
    Preference.objects.create(
        borrower=borrower, choice=replace(preferences.of(borrower), channels=only).to_json()
    )
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    attempt = Attempt.objects.get()
    mark = check_code.of(attempt.pk)
    assert mark in attempt.body
    if channel == "email":
        assert mark in mail.outbox[-1].body
    assert check_code.find(mark, now=ten)


def test_the_landing_page_and_every_footer_lead_there(client, db):
    assert client.get(reverse("home")).content.decode().count(f'href="{PAGE}"') == 2
