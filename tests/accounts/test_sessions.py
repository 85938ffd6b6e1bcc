"""Where a person is signed in: seen, and ended, one or all but this one."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, User
from tests import factories
from tests.accounts.conftest import Post

PAGE, LOGIN, PROFILE = reverse("usersessions_list"), reverse("account_login"), reverse("accounts:profile")
PHONE_BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
pytestmark = pytest.mark.django_db


def sign_in(user: User, browser: str = "") -> Client:
    client = Client(headers={"user-agent": browser})
    words = {"login": user.email, "password": factories.PASSWORD, "way": "password"}
    assert client.post(LOGIN, words).status_code == 302
    return client


def test_each_device_is_listed_by_its_name_and_this_one_is_marked(login: User) -> None:
    sign_in(login, PHONE_BROWSER)
    page = sign_in(login, "Mozilla/5.0 (Macintosh) Firefox/140.0").get(PAGE).text
    assert "Chrome · Android" in page
    assert page.index("Firefox · Mac") < page.index("this device") < page.index("Chrome · Android")


def test_one_device_is_signed_out_and_the_others_stay(login: User) -> None:
    here, phone, tablet = sign_in(login), sign_in(login, PHONE_BROWSER), sign_in(login)
    session = UserSession.objects.get(session_key=phone.session.session_key)
    assert here.post(PAGE, {"session": session.pk})["Location"] == PAGE
    assert [client.get(PROFILE).status_code for client in (here, phone, tablet)] == [200, 302, 200]


def test_all_other_devices_are_signed_out_at_once(login: User) -> None:
    here, phone, tablet = (sign_in(login) for _ in range(3))
    here.post(PAGE)
    assert [client.get(PROFILE).status_code for client in (here, phone, tablet)] == [200, 302, 302]


def test_a_session_left_open_sees_and_ends_no_other_one_before_the_step_up(login: User) -> None:
    phone, old = sign_in(login), Client()
    old.force_login(login)
    for answer in (old.get(PAGE), old.post(PAGE)):
        assert answer["Location"].startswith(f"{reverse('accounts:step_up')}?next=")
    assert phone.get(PROFILE).status_code == 200


def test_another_persons_session_is_not_there(login: User, stranger: Borrower) -> None:
    client = Client()
    client.force_login(User.objects.get(borrower=stranger))
    client.get(PROFILE)
    theirs = UserSession.objects.get(user__borrower=stranger)
    here = sign_in(login)
    here.post(PAGE, {"session": theirs.pk})
    assert client.get(PROFILE).status_code == 200
    assert "has ended already" in here.get(PAGE).text


def test_a_session_is_seen_every_ten_minutes_and_costs_nothing_between(login: User) -> None:
    client = sign_in(login)
    client.get(PROFILE)
    first = UserSession.objects.get().last_seen_at
    client.get(PROFILE)
    assert UserSession.objects.get().last_seen_at == first
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.get(PROFILE)
    assert UserSession.objects.get().last_seen_at > first + timedelta(minutes=10)


def test_the_step_up_keeps_the_sessions_place_in_the_list(login: User, post: Post) -> None:
    client = Client()
    client.force_login(login)
    client.get(PROFILE)
    client.post(reverse("accounts:step_up"), {"to": "0"})
    client.post(reverse("accounts:step_up_code"), {"code": post.code(str(login.email))})
    assert UserSession.objects.get().session_key == client.session.session_key


def test_a_changed_password_ends_the_other_sessions(login: User) -> None:
    here, phone = sign_in(login), sign_in(login)
    new = {
        "oldpassword": factories.PASSWORD,
        "password1": "a long walk home",
        "password2": "a long walk home",
    }
    here.post(reverse("account_change_password"), new)
    assert [client.get(PROFILE).status_code for client in (here, phone)] == [200, 302]
