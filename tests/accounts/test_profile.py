"""My profile: language and zone, addresses with proof and notices, and the question whether it is still me."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, ContactPoint, User
from accounts.phones import international
from tests import factories
from tests.accounts.conftest import Post

PROFILE, ADD, CODE = (reverse(f"accounts:{name}") for name in ("profile", "contact_add", "contact_code"))
STEP_UP, STEP_UP_CODE = reverse("accounts:step_up"), reverse("accounts:step_up_code")
NEW_EMAIL, NEW_PHONE = "new@example.com", "+12125550163"
pytestmark = pytest.mark.django_db
OnCommit = Callable[..., AbstractContextManager[Any]]


def email_of(person: Borrower) -> str:
    return person.contact_points.get(kind="email", source=ContactPoint.Source.LENDER).value


def phone_of(person: Borrower) -> str:
    return person.contact_points.get(kind="phone", source=ContactPoint.Source.LENDER).value


def login_of(person: Borrower) -> User:
    return User.objects.get(borrower=person)


@pytest.fixture
def fresh(borrower: Borrower, post: Post) -> Client:
    """Signed in with a password a moment ago, under an address that has been proved."""
    login = login_of(borrower)
    assert login.email is not None
    EmailAddress.objects.create(user=login, email=login.email, verified=True, primary=True)
    client = Client()
    words = {"login": login.email, "password": factories.PASSWORD, "way": "password"}
    assert client.post(reverse("account_login"), words).status_code == 302
    return client


def remove(person: Borrower, value: str) -> str:
    return reverse("accounts:contact_remove", args=[person.contact_points.get(value=value).pk])


# ---------- what is shown and saved ----------


def test_the_profile_shows_name_addresses_and_their_state(signed_in: Client, borrower: Borrower) -> None:
    factories.make_contact_point(borrower, value="+12125550171", verified_at=None)
    factories.make_contact_point(borrower, value="+12125550172", closed_at=timezone.now())
    page = signed_in.get(PROFILE).text
    for words in ("Zhang Wei", email_of(borrower), "You sign in with it", "Not confirmed yet", "Closed"):
        assert words in page


def test_language_and_zone_are_saved_and_the_next_page_speaks_it(
    signed_in: Client, borrower: Borrower
) -> None:
    signed_in.get(PROFILE)
    words = {"language": "zh-hans", "time_zone": "Asia/Shanghai"}
    assert signed_in.post(PROFILE, words)["Location"] == PROFILE
    borrower.refresh_from_db()
    assert (borrower.language, borrower.time_zone) == ("zh-hans", "Asia/Shanghai")
    assert signed_in.get(PROFILE)["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("words", [{"time_zone": "Mars/Olympus"}, {"language": "tlh"}])
def test_a_zone_or_language_that_is_none_is_refused(
    signed_in: Client, borrower: Borrower, words: dict[str, str]
) -> None:
    page = signed_in.post(PROFILE, {"language": "en", "time_zone": "Europe/Berlin", **words})
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    borrower.refresh_from_db()
    assert borrower.time_zone == "America/New_York"


def test_a_zone_outside_the_list_stays_as_it_is(signed_in: Client, borrower: Borrower) -> None:
    Borrower.objects.filter(pk=borrower.pk).update(time_zone="UTC")
    assert '<option value="UTC" selected>' in signed_in.get(PROFILE).text


def test_a_login_without_a_borrower_is_told_so(staff_client: Client) -> None:
    assert staff_client.get(PROFILE).status_code == 403


# ---------- an address more ----------


def test_a_new_address_counts_once_its_code_is_entered_and_the_others_hear_of_it(
    fresh: Client, borrower: Borrower, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    assert fresh.post(ADD, {"address": "(212) 555-0163"})["Location"] == CODE
    assert not borrower.contact_points.filter(value=NEW_PHONE).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(CODE, {"code": post.code(NEW_PHONE)})["Location"] == PROFILE
    added = borrower.contact_points.get(value=NEW_PHONE)
    assert (added.source, added.verified_at is not None) == (ContactPoint.Source.BORROWER, True)
    for old in (email_of(borrower), phone_of(borrower)):
        assert "was added" in post.to(old)[-1]
    assert not any("was added" in text for text in post.to(NEW_PHONE))


def test_a_first_phone_number_signs_in_too(fresh: Client, borrower: Borrower, post: Post) -> None:
    before = login_of(borrower).email
    fresh.post(ADD, {"address": NEW_PHONE})
    fresh.post(CODE, {"code": post.code(NEW_PHONE)})
    login = login_of(borrower)
    assert login.phone is not None
    assert (login.phone.as_e164, login.phone_verified, login.email) == (NEW_PHONE, True, before)


def test_an_address_shared_with_another_login_reaches_the_person_and_signs_in_the_other(
    fresh: Client, borrower: Borrower, post: Post
) -> None:
    other = factories.make_login(phone=NEW_PHONE, phone_verified=True)
    fresh.post(ADD, {"address": NEW_PHONE})
    fresh.post(CODE, {"code": post.code(NEW_PHONE)})
    assert borrower.contact_points.filter(value=NEW_PHONE, verified_at__isnull=False).exists()
    assert User.objects.get(phone=NEW_PHONE) == other


def test_an_address_on_file_is_confirmed_by_its_code(fresh: Client, borrower: Borrower, post: Post) -> None:
    on_file = factories.make_contact_point(borrower, value=NEW_PHONE, verified_at=None)
    page = reverse("accounts:contact_confirm", args=[on_file.pk])
    assert fresh.get(page).status_code == 200
    assert fresh.post(page)["Location"] == CODE
    fresh.post(CODE, {"code": post.code(NEW_PHONE)})
    on_file.refresh_from_db()
    assert on_file.verified_at is not None
    assert on_file.source == ContactPoint.Source.LENDER


def test_a_closed_address_opens_again_with_its_code(fresh: Client, borrower: Borrower, post: Post) -> None:
    closed = factories.make_contact_point(
        borrower, value=NEW_PHONE, closed_at=timezone.now(), closed_reason="bounced"
    )
    fresh.post(ADD, {"address": NEW_PHONE})
    fresh.post(CODE, {"code": post.code(NEW_PHONE)})
    closed.refresh_from_db()
    assert (closed.closed_at, closed.closed_reason) == (None, "")


# ---------- an address less ----------


def test_a_removed_address_is_closed_and_every_address_hears_of_it(
    fresh: Client, borrower: Borrower, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    phone = phone_of(borrower)
    assert international(phone) in fresh.get(remove(borrower, phone)).text
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(remove(borrower, phone))["Location"] == PROFILE
    point = borrower.contact_points.get(value=phone)
    assert (point.closed_at is not None, point.closed_reason) == (True, "removed by the borrower")
    for told in (phone, email_of(borrower)):
        assert "was removed" in post.to(told)[-1]


def test_the_address_one_signs_in_with_is_replaced_by_another_proved_one(
    fresh: Client, borrower: Borrower
) -> None:
    login = login_of(borrower)
    assert login.email is not None
    factories.make_contact_point(borrower, kind="email", value=NEW_EMAIL)
    fresh.post(remove(borrower, login.email))
    login = login_of(borrower)
    assert login.email == NEW_EMAIL
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW_EMAIL, True, True)]


def test_the_last_address_to_sign_in_with_stays(fresh: Client, borrower: Borrower, post: Post) -> None:
    borrower.contact_points.filter(kind="phone").delete()
    email = email_of(borrower)
    page = fresh.post(remove(borrower, email), follow=True)
    assert "Add another one first" in page.text
    assert borrower.contact_points.get(value=email).closed_at is None
    assert login_of(borrower).email == email
    assert post.letters == []


# ---------- other people's ----------


@pytest.mark.parametrize("name", ["contact_remove", "contact_confirm"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_borrowers_contact_point_is_not_there(
    fresh: Client, stranger: Borrower, post: Post, name: str, method: str
) -> None:
    theirs = stranger.contact_points.get(kind="phone")
    assert getattr(fresh, method)(reverse(f"accounts:{name}", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.closed_at is None
    assert post.letters == []


@pytest.mark.parametrize("page", [PROFILE, ADD, CODE, STEP_UP, STEP_UP_CODE])
def test_a_visitor_is_sent_to_sign_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"].startswith(reverse("account_login"))


# ---------- is it still you? ----------


def guarded(person: Borrower) -> list[str]:
    return [ADD, CODE, remove(person, phone_of(person)), reverse("account_set_password")]


def test_an_old_session_must_show_a_code_before_anything_changes(
    signed_in: Client, borrower: Borrower
) -> None:
    for page in guarded(borrower):
        for response in (signed_in.get(page), signed_in.post(page, {"address": NEW_EMAIL})):
            assert response["Location"].startswith(f"{STEP_UP}?next=")
    assert borrower.contact_points.filter(closed_at=None).count() == 2


def test_a_code_at_a_proved_address_opens_the_page_that_was_wanted(
    signed_in: Client, borrower: Borrower, post: Post
) -> None:
    factories.make_contact_point(borrower, value=NEW_PHONE, verified_at=None)
    page = signed_in.get(ADD, follow=True)
    assert NEW_PHONE not in page.text
    before = signed_in.session.session_key
    assert signed_in.post(STEP_UP, {"to": "0"})["Location"] == STEP_UP_CODE
    first = email_of(borrower)
    assert signed_in.post(STEP_UP_CODE, {"code": post.code(first)})["Location"] == ADD
    assert signed_in.session.session_key != before
    assert signed_in.get(ADD).status_code == 200


def test_a_sign_in_is_fresh_for_a_quarter_of_an_hour(fresh: Client, borrower: Borrower) -> None:
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=14)):
        assert fresh.get(ADD).status_code == 200
    with time_machine.travel(now + timedelta(minutes=16)):
        assert fresh.get(ADD).status_code == 302


def test_a_wrong_code_leaves_the_session_old(signed_in: Client, borrower: Borrower, post: Post) -> None:
    signed_in.get(ADD, follow=True)
    signed_in.post(STEP_UP, {"to": "0"})
    assert [signed_in.post(STEP_UP_CODE, {"code": "abc"}).status_code for _ in range(3)] == [200, 200, 302]
    assert signed_in.get(ADD).status_code == 302


def test_the_step_up_leads_to_no_other_site(signed_in: Client, borrower: Borrower, post: Post) -> None:
    signed_in.get(STEP_UP, {"next": "https://evil.example/"})
    signed_in.post(STEP_UP, {"to": "0"})
    response = signed_in.post(STEP_UP_CODE, {"code": post.code(email_of(borrower))})
    assert response["Location"] == PROFILE


def test_a_person_without_a_proved_address_gets_the_code_where_they_sign_in(
    signed_in: Client, borrower: Borrower, post: Post
) -> None:
    borrower.contact_points.all().delete()
    signed_in.post(STEP_UP, {"to": "0"})
    assert len(post.to(str(login_of(borrower).email))) == 1


def test_a_password_has_128_characters_at_most_and_none_is_cut_off(fresh: Client, borrower: Borrower) -> None:
    def change_to(password: str) -> HttpResponse:
        words = {"oldpassword": factories.PASSWORD, "password1": password, "password2": password}
        return fresh.post(reverse("account_change_password"), words)

    longest = "long walks home, " * 7 + "and rest."  # 7 × 17 + 9 = 128
    refused = change_to(longest + "!")
    assert refused.status_code == 200
    assert "at most 128 characters" in refused.content.decode()
    assert change_to(longest)["Location"] == PROFILE
    assert login_of(borrower).check_password(longest)


def test_a_changed_password_is_told_at_every_address(
    borrower: Borrower, fresh: Client, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    words = {
        "oldpassword": factories.PASSWORD,
        "password1": "a long walk home",
        "password2": "a long walk home",
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(reverse("account_change_password"), words)["Location"] == PROFILE
    for address in (email_of(borrower), phone_of(borrower)):
        assert "was changed" in post.to(address)[-1]
