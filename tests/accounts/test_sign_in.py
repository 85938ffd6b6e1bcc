"""Signing in by code or password, and what a stranger learns from it: nothing."""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower, User
from tests import factories
from tests.accounts.conftest import EMAIL, PHONE, Post

LOGIN, CODE = reverse("account_login"), reverse("account_confirm_login_code")
RESET = reverse("account_reset_password")
OTHER_PHONE = "+12125550190"
OnCommit = Callable[..., AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(newcomer: Borrower) -> Borrower:
    """A borrower who signs in by EMAIL or PHONE, or with factories.PASSWORD."""
    login = factories.make_login(email=EMAIL, phone=PHONE, phone_verified=True)
    EmailAddress.objects.create(user=login, email=EMAIL, verified=True, primary=True)
    newcomer.user = login
    newcomer.save()
    return newcomer


@pytest.fixture
def unproved(db: None) -> User:
    """A login whose address and number nobody has proved."""
    login = factories.make_login(email="typo@example.com", phone=OTHER_PHONE)
    EmailAddress.objects.create(user=login, email="typo@example.com", verified=False, primary=True)
    return login


# ---------- in ----------


@pytest.mark.parametrize(
    ("typed", "to"), [(EMAIL.upper(), EMAIL), (PHONE, PHONE), (" (212) 555-0147 ", PHONE)]
)
def test_a_code_signs_in(client: Client, person: Borrower, post: Post, typed: str, to: str) -> None:
    assert (
        client.post(LOGIN, {"login": typed, "next": "/profile/"})["Location"] == f"{CODE}?next=%2Fprofile%2F"
    )
    response = client.post(CODE, {"code": post.code(to), "next": "/profile/"})
    assert response["Location"] == "/profile/"
    assert client.get("/profile/").status_code == 200


def test_a_number_is_read_as_one_of_the_browsers_country(
    client: Client, person: Borrower, post: Post
) -> None:
    assert person.user is not None
    User.objects.filter(pk=person.user.pk).update(phone="+447400123456")
    client.post(LOGIN, {"login": "07400 123456"}, headers={"accept-language": "en-GB,en;q=0.8"})
    assert len(post.to("+447400123456")) == 1


@pytest.mark.parametrize("typed", [EMAIL, PHONE, "212-555-0147"])
def test_a_password_signs_in(client: Client, person: Borrower, typed: str) -> None:
    page = client.get(LOGIN, {"way": "password"})
    assert 'autocomplete="current-password"' in page.text
    words = {"login": typed, "password": factories.PASSWORD, "way": "password"}
    assert client.post(LOGIN, words)["Location"] == "/"
    assert client.get("/profile/").status_code == 200


def test_the_login_page_asks_for_no_password_first(client: Client) -> None:
    assert "password" not in re.findall(r'name="(\w+)"', client.get(LOGIN).text)


def test_the_second_page_of_allauth_leads_to_the_one_page(client: Client) -> None:
    assert (
        client.get(reverse("account_request_login_code"), {"next": "/inbox/"})["Location"]
        == f"{LOGIN}?next=%2Finbox%2F"
    )


def test_codes_are_in_the_persons_language(client: Client, person: Borrower, post: Post) -> None:
    Borrower.objects.filter(pk=person.pk).update(language="zh-hant")
    client.post(LOGIN, {"login": PHONE})
    assert [text.language for text in post.texts] == ["zh-hant"]


def test_the_code_field_helps_the_phone(client: Client, person: Borrower) -> None:
    client.post(LOGIN, {"login": EMAIL})
    field = re.search(r"<input[^>]*name=\"code\"[^>]*>", client.get(CODE).text)
    assert field
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'inputmode="numeric"' in field[0]


def test_words_that_are_no_address_are_explained(client: Client) -> None:
    page = client.post(LOGIN, {"login": "zhang wei"})
    assert page.status_code == 200
    assert "or a phone number" in page.text


# ---------- what a stranger learns ----------


def seen(response: HttpResponse, *typed: str) -> tuple[int, str, str]:
    """What a stranger sees, without what they typed themselves and the token of the form."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    for text in typed:
        body = body.replace(text, "…")
    return response.status_code, response.headers.get("Location", ""), body


def code_login(typed: str) -> list[tuple[int, str, str]]:
    client = Client()
    steps = [
        client.post(LOGIN, {"login": typed}),
        client.get(CODE),
        client.post(CODE, {"action": "resend"}),
        client.get(CODE),
        *[client.post(CODE, {"code": "abcdef"}) for _ in range(3)],
        client.get(LOGIN),
    ]
    return [seen(step, typed, typed.replace("+", "%2B")) for step in steps]


def test_code_login_tells_no_address_from_another(person: Borrower, unproved: User, post: Post) -> None:
    emails = [code_login(typed) for typed in (EMAIL, "typo@example.com", "nobody@example.com")]
    phones = [code_login(typed) for typed in (PHONE, OTHER_PHONE, "+12125550191")]
    for known, unverified, unknown in (emails, phones):
        assert known == unverified == unknown
    assert [status for status, _to, _body in phones[0]] == [302, 200, 302, 200, 200, 200, 302, 200]
    assert {letter.to for letter in post.letters} == {EMAIL, PHONE}


def test_a_wrong_password_tells_no_address_from_another(person: Borrower, unproved: User) -> None:
    def attempt(typed: str) -> tuple[int, str, str]:
        words = {"login": typed, "password": "not my password", "way": "password"}
        return seen(Client().post(LOGIN, words), typed)

    emails = [attempt(typed) for typed in (EMAIL, "typo@example.com", "nobody@example.com")]
    phones = [attempt(typed) for typed in (PHONE, OTHER_PHONE, "+12125550191")]
    assert len(set(emails)) == len(set(phones)) == 1
    assert emails[0][0] == 200


def test_a_forgotten_password_tells_no_address_from_another(
    person: Borrower, unproved: User, post: Post
) -> None:
    def attempt(typed: str) -> list[tuple[int, str, str]]:
        client = Client()
        sent = client.post(RESET, {"email": typed})
        return [seen(sent, typed), seen(client.get(sent["Location"]), typed)]

    known, unverified, unknown = (attempt(to) for to in (EMAIL, "typo@example.com", "nobody@example.com"))
    assert known == unverified == unknown
    assert [letter.to for letter in post.letters] == [EMAIL]


def test_an_unproved_number_opens_nothing(client: Client, unproved: User, post: Post) -> None:
    client.post(LOGIN, {"login": OTHER_PHONE})
    client.post(CODE, {"code": "123456"})
    assert post.letters == []
    unproved.refresh_from_db()
    assert not unproved.phone_verified


def test_a_closed_login_gets_no_code(client: Client, person: Borrower, post: Post) -> None:
    User.objects.update(is_active=False)
    for typed in (EMAIL, PHONE):
        assert Client().post(LOGIN, {"login": typed})["Location"] == CODE
    assert post.letters == []


class DeadMailServer(BaseEmailBackend):
    def send_messages(self, email_messages: object) -> int:
        raise ConnectionRefusedError(f"cannot reach the server for {EMAIL}")


def test_a_dead_mail_server_tells_nothing_either(
    client: Client, person: Borrower, post: Post, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadMailServer"  # type: ignore[attr-defined]
    assert client.post(LOGIN, {"login": EMAIL})["Location"] == CODE
    assert post.letters == []
    assert "letter_not_sent" in caplog.text
    assert EMAIL not in caplog.text


def test_neither_session_nor_database_holds_the_code_that_signs_in(
    client: Client, person: Borrower, post: Post
) -> None:
    for step in ({"login": PHONE}, {"action": "resend"}):
        client.post(LOGIN if "login" in step else CODE, step)
        held = json.dumps(dict(client.session.items()))
        assert post.code(PHONE) not in held
        assert hashlib.sha256(post.code(PHONE).encode()).hexdigest() not in held
    assert client.post(CODE, {"code": post.code(PHONE)})["Location"] == "/"


def test_a_sign_in_leaves_nothing_personal_in_the_log(
    client: Client, person: Borrower, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        client.post(LOGIN, {"login": EMAIL})
        code = post.code(EMAIL)
        client.post(CODE, {"code": code})
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any(personal in line for line in lines for personal in (EMAIL, "Zhang", code))


# ---------- limits ----------


def test_three_codes_a_minute_to_one_address(person: Borrower, post: Post) -> None:
    pages = [Client().post(LOGIN, {"login": EMAIL}) for _ in range(4)]
    assert [page.status_code for page in pages] == [302, 302, 302, 200]
    assert "Wait a few minutes" in pages[3].text
    assert len(post.to(EMAIL)) == 3


def test_a_new_code_counts_as_one_of_the_three(client: Client, person: Borrower, post: Post) -> None:
    client.post(LOGIN, {"login": EMAIL})
    client.post(CODE, {"action": "resend"})
    client.post(CODE, {"action": "resend"})
    assert "Wait a few minutes" in Client().post(LOGIN, {"login": EMAIL}).text
    assert len(post.to(EMAIL)) == 3


def test_guesses_are_counted_beside_the_session(client: Client, person: Borrower, post: Post) -> None:
    """Parallel guesses each read the session before the others wrote it; here it is put back by hand."""
    client.post(LOGIN, {"login": EMAIL})
    session = client.session
    before = dict(session.items())
    statuses = []
    for _ in range(6):
        statuses.append(client.post(CODE, {"code": "abcdef"}).status_code)
        session = client.session
        session.clear()
        session.update(before)
        session.save()
    assert statuses == [200] * 5 + [429]


def test_five_wrong_passwords_lock_only_the_number_they_were_tried_on(
    person: Borrower, unproved: User
) -> None:
    def attempt(typed: str, password: str) -> HttpResponse:
        return Client().post(LOGIN, {"login": typed, "password": password, "way": "password"})

    for _ in range(5):
        attempt("+12125550191", "not my password")
    assert "Wait a few minutes" in attempt("+12125550191", "not my password").content.decode()
    assert attempt(PHONE, factories.PASSWORD).status_code == 302


def test_links_for_a_new_password_are_limited(person: Borrower, post: Post) -> None:
    statuses = [Client().post(RESET, {"email": EMAIL}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]


# ---------- passwords ----------


def test_a_password_that_many_people_use_signs_in_nobody_and_tells_nothing(
    person: Borrower, caplog: pytest.LogCaptureFixture
) -> None:
    login = person.user
    assert login is not None
    login.set_password("Chickenwing101")
    login.save()

    def attempt(typed: str) -> tuple[int, str, str]:
        words = {"login": typed, "password": "Chickenwing101", "way": "password"}
        return seen(Client().post(LOGIN, words), typed)

    known, unknown = attempt(EMAIL), attempt("nobody@example.com")
    assert known == unknown
    assert "Many people use this password" in known[2]
    assert caplog.messages == ["refused kind=sign_in way=common_password"] * 2


@pytest.mark.parametrize("common", ["chickenwing101", "Unbelievable", "password1234"])
def test_no_password_that_many_people_use_is_taken(common: str) -> None:
    with pytest.raises(ValidationError, match="Many people use this password"):
        validate_password(common)


def test_a_button_shows_the_password_and_nothing_hinders_pasting(client: Client) -> None:
    page = client.get(LOGIN, {"way": "password"}).text
    assert re.search(r'<div class="password-tools" data-password-of="id_password" hidden>', page)
    assert "onpaste" not in page


# ---------- closed and covered doors ----------


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_and_the_page_says_how_it_works(client: Client, method: str) -> None:
    page = getattr(client, method)(reverse("account_signup"), {"email": "new@example.com"})
    assert page.status_code == 200
    assert "invitation" in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["account_email", "account_change_phone", "account_verify_phone"])
def test_addresses_change_on_the_profile_alone(signed_in: Client, name: str) -> None:
    assert signed_in.get(reverse(name))["Location"] == reverse("accounts:profile")
    assert signed_in.post(reverse(name), {"email": "evil@example.com"})["Location"] == reverse(
        "accounts:profile"
    )
    assert not EmailAddress.objects.exists()


def test_a_new_password_by_link(
    client: Client, person: Borrower, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    client.post(RESET, {"email": EMAIL})
    link = re.search(r"http://testserver(\S+)", post.to(EMAIL)[0])
    assert link
    page = client.get(link[1], follow=True)
    words = {"password1": "a long walk home", "password2": "a long walk home"}
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(page.redirect_chain[-1][0], words, follow=True)
    assert "is set" in done.text
    assert "was set anew" in post.to(EMAIL)[1]
    assert client.get(link[1]).status_code == 200  # used: says so, and offers a new one


FOR_VISITORS = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
    "account_signup",
    "account_reset_password_from_key_done",
]


def test_every_page_for_visitors_is_in_the_portals_frame(client: Client) -> None:
    for name in FOR_VISITORS:
        page = client.get(reverse(name))
        assert page.status_code == 200, name
        assert 'id="main"' in page.text, name
        assert "style=" not in page.text, name
    assert 'id="main"' in client.get(reverse("account_reset_password_from_key", args=["1", "no-key"])).text


def test_every_page_for_who_is_in_is_in_the_portals_frame(client: Client, person: Borrower) -> None:
    client.post(LOGIN, {"login": EMAIL, "password": factories.PASSWORD, "way": "password"})
    for name in ("account_logout", "account_change_password", "account_reauthenticate"):
        page = client.get(reverse(name))
        assert page.status_code == 200, name
        assert 'id="main"' in page.text, name
    assert mail.outbox == []
