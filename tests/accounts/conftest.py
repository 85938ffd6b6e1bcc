"""What goes out to people, caught at the far end, and what a person does with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import claiming, recovery_codes
from accounts.models import Borrower, ContactPoint, Invitation, User
from accounts.signals import sms_wanted
from tests import factories
from tests.letters import wait_until_all_have_left

recovery_codes.ROUNDS = 1  # slow by design otherwise
EMAIL = "zhang.wei@example.com"
PHONE = "+12125550147"


@dataclass(frozen=True)
class Letter:
    to: str
    text: str
    language: str = ""  # known of texts only


class Post:
    """Everything sent so far, e-mails and texts alike."""

    def __init__(self) -> None:
        self.texts: list[Letter] = []

    @property
    def letters(self) -> list[Letter]:
        wait_until_all_have_left()
        mails = [Letter(message.to[0], f"{message.subject}\n{message.body}") for message in mail.outbox]
        return mails + self.texts

    def to(self, address: str) -> list[str]:
        return [letter.text for letter in self.letters if letter.to == address]

    def code(self, address: str) -> str:
        """The six digits in the last letter to this address."""
        found = re.search(r"\b\d{6}\b", self.to(address)[-1])
        assert found, "the last letter has no code"
        return found[0]


@pytest.fixture(autouse=True)
def post() -> Iterator[Post]:
    everything = Post()

    def keep(*, phone: str, text: str, **_: object) -> None:
        everything.texts.append(Letter(phone, text, translation.get_language() or ""))

    others, sms_wanted.receivers = sms_wanted.receivers, []  # the far end: nothing leaves the test
    sms_wanted.connect(keep, weak=False)
    yield everything
    wait_until_all_have_left()
    sms_wanted.receivers = others


@pytest.fixture
def login(borrower: Borrower) -> User:
    """Of a borrower; signs in with a password or a code, for it has proved its address."""
    user = User.objects.get(borrower=borrower)
    EmailAddress.objects.create(user=user, email=str(user.email), verified=True, primary=True)
    return user


@pytest.fixture
def newcomer(db: None) -> Borrower:
    """A borrower without a login, with an e-mail address and a number on file and the contract L-77-93X4."""
    person = factories.make_borrower(name="Zhang Wei")
    factories.make_contact_point(person, kind=ContactPoint.Kind.EMAIL, value=EMAIL, verified_at=None)
    factories.make_contact_point(person, value=PHONE, verified_at=None)
    factories.make_loan(person, reference="L-77-93X4")
    return person


@pytest.fixture
def invitation(newcomer: Borrower) -> Invitation:
    point = newcomer.contact_points.get(kind=ContactPoint.Kind.EMAIL)
    return claiming.invite(newcomer, sent_to=point, by=None, now=timezone.now())


def path_of(invitation: Invitation) -> str:
    return claiming.link(invitation).removeprefix("http://localhost:8000")


def answered(client: Client, invitation: Invitation) -> Client:
    """The client after the right answer to the fact."""
    response = client.post(path_of(invitation), {"answer": "93x4"})
    assert response.status_code == 302
    assert response["Location"] == reverse("accounts:claim_contact")
    return client
