"""A sign-in ends by itself: after a while without a sign of the person, and in any case after some hours."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import checks, session_life
from accounts.middleware import SessionLifeMiddleware
from accounts.models import Borrower, User
from accounts.session_life import Ended, Life
from tests import factories

PROFILE, LOGIN, NEWS = reverse("accounts:profile"), reverse("account_login"), reverse("notifications:news")
POLL = {"HX-Request": "true", "HX-Trigger": "news"}
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIFE = Life(idle=timedelta(minutes=30), whole=timedelta(hours=12))


@pytest.mark.parametrize(
    ("quiet", "old", "why"),
    [
        (timedelta(minutes=29, seconds=59), timedelta(hours=1), None),
        (timedelta(minutes=30), timedelta(hours=1), Ended.IDLE),
        (timedelta(0), timedelta(hours=11, minutes=59), None),
        (timedelta(0), timedelta(hours=12), Ended.OLD),
        (timedelta(hours=1), timedelta(hours=12), Ended.OLD),
    ],
)
def test_a_sign_in_ends_when_nobody_is_there_or_it_is_old(
    quiet: timedelta, old: timedelta, why: Ended | None
) -> None:
    now = BEGAN + old
    assert session_life.ended(LIFE, began=BEGAN, active=now - quiet, now=now) == why


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client_at_nine(clock: time_machine.Traveller, borrower: Borrower) -> Client:
    return client_of(borrower.user)


def client_of(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def test_who_is_away_for_half_an_hour_signs_in_again_and_reads_why(
    clock: time_machine.Traveller, client_at_nine: Client
) -> None:
    clock.shift(timedelta(minutes=29))
    assert client_at_nine.get(PROFILE).status_code == 200
    clock.shift(timedelta(minutes=29))
    assert client_at_nine.get(PROFILE).status_code == 200
    clock.shift(timedelta(minutes=30))
    answer = client_at_nine.get(PROFILE, follow=True)
    assert answer.redirect_chain == [(f"{LOGIN}?next={PROFILE}", 302)]
    assert "You were away for a while" in answer.text


def test_who_works_on_signs_in_again_after_twelve_hours(
    clock: time_machine.Traveller, client_at_nine: Client
) -> None:
    for _ in range(36):
        assert client_at_nine.get(PROFILE).status_code == 200
        clock.shift(timedelta(minutes=20))
    answer = client_at_nine.get(PROFILE, follow=True)
    assert "A sign-in lasts some hours" in answer.text


def test_a_new_sign_in_forgets_why_the_last_one_ended(
    clock: time_machine.Traveller, client_at_nine: Client, borrower: Borrower
) -> None:
    clock.shift(timedelta(hours=13))
    client_at_nine.get(PROFILE)
    words = {"login": str(borrower.user), "password": factories.PASSWORD, "way": "password"}
    assert client_at_nine.post(LOGIN, words).status_code == 302
    assert client_at_nine.get(PROFILE).status_code == 200
    client_at_nine.post(reverse("account_logout"))
    assert "some hours" not in client_at_nine.get(LOGIN).text


def test_an_open_page_that_asks_for_news_is_no_person(
    clock: time_machine.Traveller, client_at_nine: Client
) -> None:
    for _ in range(3):
        clock.shift(timedelta(minutes=9))
        assert client_at_nine.get(NEWS, headers=POLL).status_code == 200
    clock.shift(timedelta(minutes=9))
    answer = client_at_nine.get(NEWS, headers=POLL)
    assert answer.headers["HX-Refresh"] == "true"  # what it showed is shown no more
    assert client_at_nine.get(PROFILE).status_code == 302


def test_every_part_of_a_page_that_asks_by_itself_is_known() -> None:
    asks = re.compile(r"""<\w+(?=[^>]*hx-trigger="every)(?:[^>]*? id="(\w+)")?""")
    found = [each for file in Path("templates").rglob("*.html") for each in asks.findall(file.read_text())]
    sandbox = {"mails", "chat"}  # nobody signs in to it
    assert set(found) - sandbox == set(SessionLifeMiddleware.POLLS) - {"messages"}  # which follows the news


def test_what_is_open_to_everybody_stays_open(clock: time_machine.Traveller, client_at_nine: Client) -> None:
    clock.shift(timedelta(hours=1))
    assert client_at_nine.get(reverse("home")).status_code == 200


def test_staff_sign_in_each_working_day(clock: time_machine.Traveller, staff: User) -> None:
    client = client_of(staff)
    for _ in range(40):
        assert client.get(reverse("admin:index")).status_code == 200
        clock.shift(timedelta(minutes=12))
    assert client.get(reverse("admin:index")).status_code == 302
    client = client_of(staff)
    clock.shift(timedelta(minutes=20))
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_lender_sets_other_spans(
    clock: time_machine.Traveller, client_at_nine: Client, settings: Any
) -> None:
    settings.SESSION_LIFE = {"idle": timedelta(minutes=5), "whole": timedelta(hours=1)}
    assert checks.sign_ins_last() == []
    clock.shift(timedelta(minutes=5))
    assert client_at_nine.get(PROFILE).status_code == 302


def test_a_piece_of_a_page_asked_for_after_signing_out_elsewhere_brings_the_whole_page_anew(
    client: Client,
) -> None:
    answer = client.post(reverse("notifications:preview"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.text) == (200, "true", "")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_sign_in_that_would_end_at_once_is_told(settings: Any) -> None:
    settings.STAFF_SESSION_LIFE = {"idle": timedelta(0), "whole": timedelta(hours=8)}
    assert [error.msg for error in checks.sign_ins_last()] == ["STAFF_SESSION_IDLE_MINUTES is 0:00:00."]
