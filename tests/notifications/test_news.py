"""The navigation's numbers keep up with what arrives, and cost next to nothing where nothing does."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications import news
from notifications.models import Attempt

NEWS = reverse("notifications:news")
NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)


@pytest.fixture
def arrive(borrower):
    def add(channel="inbox", person=borrower, **fields):
        return Attempt.objects.create(
            borrower=person, category="due", channel=channel, provider=channel, state="accepted",
            subject="A bill", body="A bill", **{"started_at": NOW, **fields},
        )  # fmt: skip

    return add


def mark(person):
    return news.of(person.user_id).mark


def test_where_nothing_is_new_nothing_is_answered(signed_in, borrower, arrive):
    arrive()
    answer = signed_in.get(NEWS, {"mark": mark(borrower)})
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_new_message_changes_the_number_and_calls_the_list(signed_in, borrower, arrive):
    before = mark(borrower)
    arrive()
    answer = signed_in.get(NEWS, {"mark": before})
    page = answer.content.decode()
    assert list(json.loads(answer["HX-Trigger"])) == ["news"]
    assert "1 new message in your inbox." in page
    assert 'class="badge">1<' in page
    assert mark(borrower) in page


def test_a_text_calls_for_no_number_but_for_the_list(signed_in, borrower, arrive):
    before = mark(borrower)
    arrive("sms")
    answer = signed_in.get(NEWS, {"mark": before})
    assert answer.status_code == 200
    assert "badge" not in answer.content.decode()


def test_a_push_message_is_new_until_it_is_opened(signed_in, borrower, arrive):
    told = arrive("push")
    assert news.of(borrower.user_id).messages == 1
    signed_in.get(reverse("notifications:message", args=[told.pk]))
    assert news.of(borrower.user_id).messages == 0


def test_it_is_never_about_somebody_else(signed_in, borrower, stranger, arrive):
    arrive(person=stranger)
    assert signed_in.get(NEWS, {"mark": mark(borrower)}).status_code == 204


def test_asking_takes_one_look_besides_knowing_who_asks(signed_in, borrower, arrive):
    for minutes in range(40):
        arrive(started_at=NOW + timedelta(minutes=minutes))
    known = mark(borrower)
    signed_in.get(NEWS)  # the first page of a session writes it
    with CaptureQueriesContext(connection) as seen:
        signed_in.get(NEWS, {"mark": known})
    assert sum("COUNT(" in query["sql"] for query in seen) == 1, [query["sql"] for query in seen]
    assert len(seen) <= 4  # besides: session, login, borrower


def test_all_can_be_marked_as_read_at_once(signed_in, borrower, stranger, arrive):
    arrive(), arrive("push"), arrive("email", delivery=3), arrive(person=stranger)
    page = signed_in.post(reverse("notifications:inbox_read"), follow=True).content.decode()
    assert "All messages are marked as read." in page
    assert "Mark all as read" not in page
    assert news.of(borrower.user_id).messages == 0
    assert news.of(stranger.user_id).messages == 1


def test_the_page_asks_by_itself_and_says_so_politely(signed_in, arrive):
    page = signed_in.get(reverse("notifications:inbox")).content.decode()
    assert f'role="status" hx-get="{NEWS}" hx-trigger="every 45s' in page
    assert 'hx-trigger="news from:body"' in page
