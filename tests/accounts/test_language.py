"""Which language a page speaks, and where it is remembered."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower

SET, LOGIN, PROFILE = reverse("accounts:set_language"), reverse("account_login"), reverse("accounts:profile")
COOKIE = settings.LANGUAGE_COOKIE_NAME
pytestmark = pytest.mark.django_db


def test_the_browser_decides_for_a_visitor(client: Client) -> None:
    page = client.get(LOGIN, headers={"accept-language": "zh-TW,zh;q=0.8"})
    assert page["Content-Language"] == "zh-hant"
    assert "Accept-Language" in page["Vary"]


def test_the_cookie_comes_before_the_browser(client: Client) -> None:
    client.cookies[COOKIE] = "zh-hans"
    assert client.get(LOGIN, headers={"accept-language": "en"})["Content-Language"] == "zh-hans"


def test_the_person_comes_before_the_cookie(signed_in: Client, borrower: Borrower) -> None:
    Borrower.objects.filter(pk=borrower.pk).update(language="zh-hant")
    signed_in.cookies[COOKIE] = "zh-hans"
    assert signed_in.get(PROFILE, headers={"accept-language": "en"})["Content-Language"] == "zh-hant"


def test_an_unknown_language_is_spoken_as_english(client: Client) -> None:
    client.cookies[COOKIE] = "tlh"
    assert client.get(LOGIN, headers={"accept-language": "tlh"})["Content-Language"] == "en"


def test_a_persons_language_costs_one_query_in_ten_minutes(signed_in: Client, borrower: Borrower) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(PROFILE)
        return sum('SELECT "accounts_borrower"."language" AS' in query["sql"] for query in queries)

    assert [questions(), questions()] == [1, 0]
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert questions() == 1


def test_a_language_chosen_elsewhere_arrives_within_ten_minutes(
    signed_in: Client, borrower: Borrower
) -> None:
    assert signed_in.get(PROFILE)["Content-Language"] == "en"
    Borrower.objects.filter(pk=borrower.pk).update(language="zh-hans")
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert signed_in.get(PROFILE)["Content-Language"] == "zh-hans"


def test_staff_are_spoken_to_in_the_browsers_language(staff_client: Client) -> None:
    assert staff_client.get(PROFILE, headers={"accept-language": "zh-CN"})["Content-Language"] == "zh-hans"


def test_machines_are_not_asked_for_a_language(client: Client) -> None:
    response = client.get("/healthz", headers={"accept-language": "zh-TW"})
    assert "Content-Language" not in response
    assert "Cookie" not in response.get("Vary", "")


# ---------- the switch in the footer ----------


def test_a_visitors_choice_is_kept_in_a_cookie(client: Client) -> None:
    response = client.post(SET, {"language": "zh-hant", "next": LOGIN})
    assert response["Location"] == LOGIN
    assert response.cookies[COOKIE].value == "zh-hant"
    assert client.get(LOGIN)["Content-Language"] == "zh-hant"


def test_a_borrowers_choice_is_also_how_we_write_to_them(signed_in: Client, borrower: Borrower) -> None:
    signed_in.get(PROFILE)
    signed_in.post(SET, {"language": "zh-hans", "next": PROFILE})
    borrower.refresh_from_db()
    assert borrower.language == "zh-hans"
    assert signed_in.get(PROFILE)["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("language", ["", "tlh", "../etc", "de"])
def test_a_language_we_do_not_speak_changes_nothing(
    signed_in: Client, borrower: Borrower, language: str
) -> None:
    signed_in.post(SET, {"language": language, "next": PROFILE})
    borrower.refresh_from_db()
    assert borrower.language == "en"
    assert signed_in.get(PROFILE)["Content-Language"] == "en"


def test_the_switch_leads_to_no_other_site_and_is_no_link(client: Client) -> None:
    assert client.post(SET, {"language": "en", "next": "https://evil.example/"})["Location"] == "/"
    assert client.get(SET).status_code == 405


def test_a_language_chosen_with_the_reminders_is_spoken_on_the_next_page(
    signed_in: Client, borrower: Borrower
) -> None:
    page = reverse("notifications:preferences")
    form = signed_in.get(page).context["form"]
    words = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    assert signed_in.post(page, {**words, "language": "zh-hans"}).status_code == 302
    assert signed_in.get(PROFILE)["Content-Language"] == "zh-hans"
