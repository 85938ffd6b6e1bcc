"""The preferences page in parts: what each says, and which stand open."""

from dataclasses import replace
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Borrower
from notifications import choice_words, preferences
from notifications.choice import DEFAULT
from notifications.folds import TITLES, part_of
from notifications.forms import PreferenceForm, Standing
from notifications.habit import Habit, Kind
from tests.notifications import test_pages

PAGE = reverse("notifications:preferences")


def form(**changes: str) -> dict[str, object]:
    """One order for all messages, as the page sends it."""
    return test_pages.form(**{"ways_for": "same", "channel_all_1": "email", **changes})


def opened(answer: HttpResponse) -> list[str]:
    return [fold.name for fold in answer.context["folds"].values() if fold.is_open]  # type: ignore[attr-defined]


def test_every_field_stands_in_a_part_and_every_part_has_its_words() -> None:
    standing = Standing(
        choice=DEFAULT, language="en", habit=Habit(Kind.NEW), today=date(2026, 1, 29), ways=("sms", "email")
    )
    assert {part_of(name) for name in PreferenceForm(standing=standing).fields} == set(TITLES)
    assert set(choice_words.parts(DEFAULT, language="en")) == set(TITLES)


def test_the_same_ways_for_all_are_said_once_and_different_ones_apart() -> None:
    def ways(**channels: tuple[str, ...]) -> list[str]:
        choice = replace(DEFAULT, channels={**DEFAULT.channels, **channels})
        return choice_words.parts(choice, language="en")["ways"]

    with translation.override("en"):
        assert ways() == ["All messages: text message, then e-mail, then portal inbox."]
        assert ways(due=("inbox",))[1] == "Messages on the day a bill is due: portal inbox."
        assert ways(upcoming=(), due=(), overdue=()) == ["All messages: none."]


@pytest.mark.django_db
def test_the_page_says_what_is_chosen_and_all_parts_are_folded(signed_in: Client) -> None:
    answer = signed_in.get(PAGE)
    assert opened(answer) == []
    assert "All messages: text message, then e-mail, then portal inbox." in answer.text
    assert "Before a bill is due: 7 days before, 3 days before, 1 day before, on the day." in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"channel_all_2": "email"}, "ways"),
        ({"to_all": "09:00"}, "when"),
        ({"paused_until": "2020-01-01"}, "often"),
        ({"language": "tlh"}, "wording"),
    ],
)
def test_a_part_opens_on_what_is_wrong_in_it(signed_in: Client, wrong: dict[str, str], part: str) -> None:
    signed_in.post(PAGE, form())
    assert opened(signed_in.post(PAGE, form(**wrong))) == [part]


@pytest.mark.django_db
def test_what_else_was_changed_is_not_hidden_from_who_mends_a_part(signed_in: Client) -> None:
    signed_in.post(PAGE, form())
    assert opened(signed_in.post(PAGE, form(to_all="09:00", max_per_week="1"))) == ["when", "often"]


@pytest.mark.django_db
def test_a_link_leads_into_a_part(signed_in: Client) -> None:
    page = signed_in.get(reverse("notifications:stop")).text
    assert f"{PAGE}?open=often#id_paused_until" in page
    assert opened(signed_in.get(PAGE, {"open": "often"})) == ["often"]
    assert opened(signed_in.get(PAGE, {"open": "sesame"})) == []


@pytest.mark.django_db
def test_another_language_brings_the_whole_page_anew(signed_in: Client, borrower: Borrower) -> None:
    htmx = {"HX-Request": "true"}
    assert "HX-Redirect" not in signed_in.post(PAGE, form(), headers=htmx)
    answer = signed_in.post(PAGE, form(language="zh-hant"), headers=htmx)
    assert answer["HX-Redirect"] == PAGE
    assert "您的選擇已儲存" in signed_in.get(PAGE).text
    borrower.refresh_from_db()
    assert borrower.language == "zh-hant"
    assert preferences.of(borrower).max_per_week == 2
