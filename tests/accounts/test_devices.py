"""A sign-in on a device that the login was never used on is told at every proved address; once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower, Invitation
from tests import factories
from tests.accounts.conftest import EMAIL, Post, answered

LOGIN = reverse("account_login")
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
OnCommit = Callable[..., AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(django_capture_on_commit_callbacks: OnCommit) -> Callable[[Client, Borrower], None]:
    def act(client: Client, person: Borrower) -> None:
        words = {"login": str(person.user), "password": factories.PASSWORD, "way": "password"}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(LOGIN, words).status_code == 302

    return act


SignIn = Callable[[Client, Borrower], None]


def told(post: Post, person: Borrower) -> int:
    """How many letters of it went out; the same number to each of their addresses."""
    numbers = {
        sum("a new device" in text for text in post.to(point.value)) for point in person.contact_points.all()
    }
    assert len(numbers) == 1
    return numbers.pop()


def test_a_new_device_is_told_at_every_address_once(sign_in: SignIn, borrower: Borrower, post: Post) -> None:
    phone = Client(headers={"user-agent": CHROME})
    sign_in(phone, borrower)
    assert told(post, borrower) == 1
    assert "Device: Chrome · Android" in post.to(str(borrower.user))[-1]
    phone.post(reverse("account_logout"))
    sign_in(phone, borrower)
    assert told(post, borrower) == 1
    sign_in(Client(), borrower)
    assert told(post, borrower) == 2


def test_a_device_that_two_people_share_is_known_to_both(
    sign_in: SignIn, borrower: Borrower, stranger: Borrower, post: Post
) -> None:
    shared = Client()
    for person in (borrower, stranger, borrower, stranger):
        sign_in(shared, person)
        shared.post(reverse("account_logout"))
    assert told(post, borrower) == told(post, stranger) == 1


@pytest.mark.parametrize("forged", ["", "WzFd", "[1]:x:y"])
def test_a_forged_list_of_logins_is_none(
    sign_in: SignIn, borrower: Borrower, post: Post, forged: str
) -> None:
    client = Client()
    client.cookies[settings.DEVICE_COOKIE_NAME] = forged
    sign_in(client, borrower)
    assert told(post, borrower) == 1


def test_the_first_sign_in_after_a_claim_is_nobody_elses(
    client: Client, invitation: Invitation, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    point = invitation.sent_to
    assert point is not None
    answered(client, invitation).post(reverse("accounts:claim_contact"), {"choice": str(point.pk)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("accounts:claim_code"), {"code": post.code(EMAIL)})
    assert settings.DEVICE_COOKIE_NAME in client.cookies
    assert not any("a new device" in letter.text for letter in post.letters)
