"""Deleting one's login: what goes, what stays, who hears of it, and the way back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import claiming, leaving, sealing
from accounts.addresses import Address
from accounts.models import Borrower, ContactPoint, User
from loans import feeds
from loans.feeds import Chosen
from notifications.models import PushDevice
from tests import factories
from tests.accounts.conftest import Post

LOGIN, DELETE, PROFILE = (
    reverse("account_login"),
    reverse("accounts:delete_login"),
    reverse("accounts:profile"),
)
OnCommit = Callable[..., AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD, "way": "password"})
    return client


def test_it_takes_a_step_up_and_a_tick(signed_in: Client, login: User) -> None:
    assert signed_in.post(DELETE, {"sure": "on"})["Location"].startswith(reverse("accounts:step_up"))
    page = sign_in(login).post(DELETE, {"sure": ""})
    assert "Tick the box" in page.text
    login.refresh_from_db()
    assert login.is_active


def test_what_signs_in_goes_and_what_the_lender_must_keep_stays(borrower: Borrower, login: User) -> None:
    email, account = login.email, factories.make_loan(borrower)
    points = set(borrower.contact_points.values_list("value", flat=True))
    here, phone = sign_in(login), sign_in(login)
    Authenticator.objects.create(
        user=login, type="recovery_codes", data={"seed": sealing.seal("a"), "used_mask": 0}
    )
    assert here.post(DELETE, {"sure": "on"})["Location"] == reverse("home")
    gone = User.objects.get(pk=login.pk)
    told = (
        gone.email,
        gone.phone,
        gone.phone_verified,
        gone.name,
        gone.is_active,
        gone.has_usable_password(),
    )
    assert told == (None, None, False, "", False, False)
    for model in (EmailAddress, Authenticator, UserSession):
        assert not model.objects.exists()
    assert [client.get(PROFILE).status_code for client in (here, phone)] == [302, 302]
    borrower.refresh_from_db()
    assert borrower.user is None
    assert account.borrower == borrower
    assert set(borrower.contact_points.filter(closed_at=None).values_list("value", flat=True)) == points
    again = Client().post(LOGIN, {"login": email, "password": factories.PASSWORD, "way": "password"})
    assert again.status_code == 200


def test_every_address_of_the_person_hears_of_it(
    borrower: Borrower, login: User, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    here = sign_in(login)
    with django_capture_on_commit_callbacks(execute=True):
        here.post(DELETE, {"sure": "on"})
    for point in borrower.contact_points.all():
        assert "Your login was deleted" in post.to(point.value)[-1]


def test_push_messages_and_the_calendar_end_with_it(borrower: Borrower, login: User) -> None:
    point = factories.make_contact_point(borrower, kind="push", value="device")
    PushDevice.objects.create(contact_point=point, endpoint="https://push.example/1", name="Chrome")
    address = feeds.renew(borrower, chosen=Chosen(is_discreet=True, alarm_days=None), now=timezone.now())
    leaving.delete_login(borrower, now=timezone.now())
    point.refresh_from_db()
    assert point.closed_at is not None
    assert not PushDevice.objects.exists()
    assert Client().get(address.removeprefix("http://localhost:8000")).status_code == 404


def test_the_borrower_comes_back_by_a_new_invitation_and_with_the_same_address(
    borrower: Borrower, login: User
) -> None:
    email = str(login.email)
    leaving.delete_login(borrower, now=timezone.now())
    point = borrower.contact_points.get(value=email)
    invitation = claiming.invite(borrower, sent_to=point, by=None, now=timezone.now())
    new = claiming.claim(invitation, address=Address(ContactPoint.Kind.EMAIL, email), now=timezone.now())
    assert (new.email, new.pk == login.pk) == (email, False)
    assert Borrower.objects.get(user=new) == borrower


def test_staff_do_not_delete_their_login_by_it(borrower: Borrower, login: User) -> None:
    User.objects.filter(pk=login.pk).update(is_staff=True)
    page = sign_in(login).post(DELETE, {"sure": "on"})
    assert "also opens the staff pages" in page.text
    assert User.objects.get(pk=login.pk).is_active
