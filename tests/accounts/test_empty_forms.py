"""An empty form says, field by field, what to enter: never only that something is required."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import claiming
from accounts.models import Borrower, User
from tests import factories

pytestmark = pytest.mark.django_db


def problems(client: Client, path: str, **fields: str) -> str:
    """The list of problems on the page that answers an empty form."""
    page = client.post(path, fields).text
    assert "There is a problem" in page, path
    summary = page.split("There is a problem", 1)[1].split("</ul>", 1)[0]
    assert "This field is required" not in summary, path
    return " ".join(summary.split())


def test_the_pages_for_visitors(client: Client) -> None:
    sign_in = reverse("account_login")
    assert "Enter an e-mail address or a phone number." in problems(client, sign_in)
    assert "Enter your password, or sign in with a code." in problems(client, sign_in, way="password")
    assert "Enter the e-mail address you sign in with." in problems(client, reverse("account_reset_password"))


def test_the_pages_of_a_claim(client: Client) -> None:
    person = factories.make_borrower()
    factories.make_contact_point(person)
    factories.make_loan(person, reference="L-93X4")
    link = reverse("accounts:claim", args=[_token(person)])
    assert "Enter the last 4 characters" in problems(client, link, answer="")
    client.post(link, {"answer": "93X4"})
    assert "Choose one of these addresses" in problems(client, reverse("accounts:claim_contact"), other="")


def _token(person: Borrower) -> str:
    invitation = claiming.invite(person, sent_to=None, by=None, now=timezone.now())
    return claiming.link(invitation).rstrip("/").rsplit("/", 1)[1]


def test_the_pages_of_a_borrower(signed_in: Client, borrower: Borrower) -> None:
    assert "Choose a language." in problems(signed_in, reverse("accounts:profile"), time_zone="")
    assert "Choose where the code shall go." in problems(signed_in, reverse("accounts:step_up"), to="")
    change = problems(signed_in, reverse("account_change_password"))
    assert "Enter the password you have now." in change
    assert "Enter the new password once more." in change
    differing = {
        "oldpassword": factories.PASSWORD,
        "password1": "a long walk home",
        "password2": "another one",
    }
    told = problems(signed_in, reverse("account_change_password"), **differing)
    assert "The two passwords are not the same. Enter the new password once more." in told
    assert "Choose a time." in problems(signed_in, reverse("notifications:preferences"), hours="same")


def test_a_new_password_after_a_forgotten_one(client: Client, borrower: Borrower) -> None:
    login = borrower.user
    assert isinstance(login, User)
    key = [user_pk_to_url_str(login), default_token_generator.make_token(login)]
    page = client.get(reverse("account_reset_password_from_key", args=key), follow=True)
    assert "Enter a new password." in problems(client, page.redirect_chain[-1][0])
