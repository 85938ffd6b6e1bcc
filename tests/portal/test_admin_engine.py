"""The engine's page: what staff see of it, who may, and that it comes anew by itself and works without."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower
from notifications import engine_words, status, workers
from notifications.models import Attempt, Lane, Tick
from notifications.traffic import shared
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:notifications_worker_changelist")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def at_work(now: datetime) -> None:
    """An engine whose clock goes, with one worker."""
    Tick.objects.create(name="plan", slot=now, finished_at=now, planned=5)
    workers.beat("run_engine@a:1", now=now)


def make_attempt(borrower: Borrower, **fields: Any) -> Attempt:
    known = {"category": "due", "channel": "sms", "provider": "twilio", "body": "", "state": "accepted"}
    return Attempt.objects.create(**{"borrower": borrower, **known, **fields})


def text(client: Client, **headers: str) -> str:
    answer = client.get(PAGE, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_engine_that_works_says_so(staff_client: Client, at_work: None) -> None:
    page = text(staff_client)
    assert "The engine works: nothing needs a person." in page
    assert "run_engine@a:1" in page
    assert "None in the last day." in page


def test_an_engine_that_never_ran_says_so(staff_client: Client) -> None:
    assert "The engine has never run" in text(staff_client)


def test_each_trouble_is_said_in_words(borrower: Borrower, stranger: Borrower, now: datetime) -> None:
    slot = now - workers.late_after() - timedelta(minutes=9)
    Tick.objects.create(name="plan", slot=slot, finished_at=slot)
    workers.beat("run_engine@b:2", now=slot)
    Lane.objects.create(borrower=borrower, next_at=now - timedelta(minutes=16))
    make_attempt(stranger, state="calling", started_at=now - timedelta(minutes=10))
    for _ in range(21):
        make_attempt(borrower, started_at=now - timedelta(minutes=31))
    shared.tell_calls(("sms", "twilio"), calls=20, faults=20, now=now.timestamp())
    told = engine_words.troubles(status.read(now=now))
    assert told == [
        "The engine stands still: its last slot finished 10 minutes ago.",
        "1 worker gives no sign of life.",
        "Reminders wait: the first borrower has been due for 16 minutes.",
        "1 call has had no answer for longer than a worker may hold it.",
        "twilio is not called for now (text message): its last calls failed.",
        "Receipts stay away: of 21 messages by twilio, 0 have one.",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.9, "0 seconds"), (1, "1 second"), (119, "119 seconds"),
        (120, "2 minutes"), (7199, "119 minutes"), (7200, "2 hours"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_the_largest_unit_that_still_says_something(seconds: float, words: str) -> None:
    assert engine_words.age(seconds) == words


def test_what_was_perhaps_sent_leads_to_the_attempt_and_the_borrower(
    staff_client: Client, borrower: Borrower, at_work: None, now: datetime
) -> None:
    unknown = make_attempt(borrower, state="unknown", detail="It hung up.", started_at=now)
    page = text(staff_client)
    assert reverse("admin:notifications_attempt_change", args=[unknown.pk]) in page
    assert reverse("admin:accounts_borrower_change", args=[borrower.pk]) in page
    assert "It hung up." in page
    everything = reverse("admin:notifications_attempt_changelist") + "?state__exact=unknown"
    assert everything in page
    assert "It hung up" not in staff_client.get(everything.replace("unknown", "accepted")).content.decode()


def test_who_may_see_the_engine_need_not_see_people(borrower: Borrower, now: datetime) -> None:
    make_attempt(borrower, state="unknown", detail="It hung up.", started_at=now)
    clerk = factories.make_staff(is_superuser=False)
    client = Client()
    client.force_login(clerk)
    assert client.get(PAGE).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_worker"))
    page = text(client)
    assert "Who may view attempts sees them here." in page
    assert borrower.name not in page
    assert "It hung up." not in page


def test_it_comes_anew_by_itself_until_it_is_told_not_to(staff_client: Client, at_work: None) -> None:
    assert f'hx-get="{PAGE}" hx-trigger="every 15s"' in text(staff_client)
    still = staff_client.get(PAGE + "?still").content.decode()
    assert "hx-trigger" not in still
    assert "Refresh by itself" in still


def test_htmx_is_given_the_part_that_changes(staff_client: Client, at_work: None) -> None:
    part = text(staff_client, **HTMX)
    assert part.strip().startswith('<div id="engine"')
    assert "<html" not in part
    assert part.count('id="engine"') == text(staff_client).count('id="engine"') == 1


def test_more_unknowns_cost_no_more_queries(staff_client: Client, at_work: None, now: datetime) -> None:
    def queries(people: int) -> int:
        for _ in range(people):
            make_attempt(factories.make_borrower(), state="unknown", started_at=now)
        with CaptureQueriesContext(connection) as captured:
            text(staff_client)
        return len(captured)

    text(staff_client)
    few = queries(2)
    assert queries(20) == few
