"""Passkeys, authenticator app, recovery codes: set up, asked for, taken away, and told of. Passkeys in a real browser:
tests/browser/test_security_pages.py."""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import recovery_codes, sealing
from accounts.models import Borrower, User
from tests import factories
from tests.accounts.conftest import Post

LOGIN, INDEX, SECOND_STEP = reverse("account_login"), reverse("mfa_index"), reverse("mfa_authenticate")
ADD_APP, REMOVE_APP = reverse("mfa_activate_totp"), reverse("mfa_deactivate_totp")
CODES, NEW_CODES = reverse("accounts:recovery_codes"), reverse("accounts:new_recovery_codes")
CODES_FILE = reverse("accounts:recovery_codes_file")
STEP_UP, STEP_UP_CODE = reverse("accounts:step_up"), reverse("accounts:step_up_code")
GUARDED = [ADD_APP, reverse("mfa_add_webauthn"), NEW_CODES]
OnCommit = Callable[..., AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _time_stands_still() -> Iterator[None]:
    """An app's code holds for its half minute only: one read at the end of it would be refused a moment later."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def sign_in(user: User) -> tuple[Client, str]:
    """With the password; where that leads."""
    client = Client()
    words = {"login": user.email, "password": factories.PASSWORD, "way": "password"}
    return client, client.post(LOGIN, words)["Location"]


@pytest.fixture
def fresh(login: User) -> Client:
    return sign_in(login)[0]


def app_code(secret: str, *, periods: int = 0) -> str:
    """What an app shows, some half minutes from now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


@pytest.fixture
def secret(fresh: Client, django_capture_on_commit_callbacks: OnCommit) -> str:
    """The key of an app that the login has just added, with recovery codes."""
    shown = re.search(r'<code class="numbers">([A-Z2-7 ]+)</code>', fresh.get(ADD_APP).text)
    assert shown
    key = shown[1].replace(" ", "")
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(ADD_APP, {"code": app_code(key)})["Location"] == CODES
    return key


def codes_shown(page: str) -> list[str]:
    return re.findall(r'<li><code class="numbers">(\d{4} \d{4} \d{4} \d{4})</code></li>', page)


# ---------- set up ----------


def test_an_app_is_added_by_its_code_and_recovery_codes_follow(
    fresh: Client, login: User, secret: str, post: Post, borrower: Borrower
) -> None:
    assert len(codes_shown(fresh.get(CODES).text)) == 10
    assert "10 codes left" in fresh.get(INDEX).text
    for point in borrower.contact_points.all():
        assert "An authenticator app was added to your login" in post.to(point.value)[-1]


def test_a_wrong_code_adds_no_app(fresh: Client) -> None:
    fresh.get(ADD_APP)
    page = fresh.post(ADD_APP, {"code": "abcdef"})
    assert "the clock of your phone must be set by itself" in page.text
    assert not Authenticator.objects.exists()


def test_what_must_be_read_again_lies_sealed_in_the_database(secret: str) -> None:
    held = {each.type: each.data for each in Authenticator.objects.all()}
    assert sealing.unseal(held["totp"]["secret"]) == secret
    assert secret not in json.dumps(held)


def test_recovery_codes_lie_in_the_database_as_salted_hashes_alone(fresh: Client, secret: str) -> None:
    codes = codes_shown(fresh.get(CODES).text)
    held = Authenticator.objects.get(type="recovery_codes").data
    assert len(set(held["hashes"])) == len(set(codes)) == 10
    assert len(held["salt"]) == 32
    assert not any(code.replace(" ", "") in json.dumps(held) for code in codes)
    recovery_codes.make(User.objects.get(borrower__isnull=False))
    assert Authenticator.objects.get(type="recovery_codes").data["salt"] != held["salt"]


def test_recovery_codes_are_saved_as_a_file_while_they_are_shown_and_then_nobody_reads_them(
    fresh: Client, login: User, secret: str
) -> None:
    codes = codes_shown(fresh.get(CODES).text)
    file = fresh.get(CODES_FILE)
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert file.text.split("\n")[2:12] == codes
    row = Authenticator.objects.get(type="recovery_codes")
    cache.delete(f"accounts:recovery_codes:{row.pk}")  # their quarter of an hour is over
    page = fresh.get(CODES).text
    assert "those you wrote down still work" in page
    assert codes_shown(page) == []
    assert fresh.get(CODES_FILE)["Location"] == CODES
    assert sign_in(login)[0].post(SECOND_STEP, {"code": codes[0]}).status_code == 302


def test_a_seal_opens_under_an_older_key_and_under_no_other(settings: Any) -> None:
    old = settings.SECRET_KEY
    sealed = sealing.seal("words")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [old]
    assert sealing.unseal(sealed) == "words"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        sealing.unseal(sealed)


def test_the_key_is_a_picture_in_the_page_and_no_style_or_foreign_source(fresh: Client) -> None:
    page = fresh.get(ADD_APP).text
    assert "<svg" in page
    assert "<?xml" not in page
    assert not re.search(r"style=|data:image|<script(?![^>]*(src=|json))", page)


# ---------- asked for ----------


def test_a_password_alone_then_opens_nothing_and_the_app_does(login: User, secret: str) -> None:
    client, leads_to = sign_in(login)
    assert leads_to == SECOND_STEP
    assert client.get("/profile/")["Location"].startswith(LOGIN)
    with time_machine.travel(time.time() + 30):
        assert client.post(SECOND_STEP, {"code": app_code(secret)})["Location"] == "/"
        assert client.get("/profile/").status_code == 200


def test_a_code_by_mail_alone_then_opens_nothing(login: User, secret: str, post: Post) -> None:
    client = Client()
    client.post(LOGIN, {"login": login.email})
    answer = client.post(reverse("account_confirm_login_code"), {"code": post.code(str(login.email))})
    assert answer["Location"] == SECOND_STEP
    assert client.get("/profile/")["Location"].startswith(LOGIN)


def test_a_code_of_the_app_signs_in_once_and_for_its_half_minute_only(login: User, secret: str) -> None:
    with time_machine.travel(time.time() // 30 * 30 + 90, tick=False):
        code = app_code(secret)
        assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 302
        assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 200
        assert sign_in(login)[0].post(SECOND_STEP, {"code": app_code(secret, periods=-1)}).status_code == 200


def test_a_code_of_the_app_that_comes_twice_is_told_at_every_address(
    login: User, secret: str, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    code = app_code(secret)
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_in(login)[0].post(SECOND_STEP, {"code": "000000"}).status_code == 200
        assert "second time" not in post.to(str(login.email))[-1]
        assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 302
        assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 200
    told = "\n".join(post.to(str(login.email)))  # beside it that of a new device: they leave in any order
    assert "was used a second time, and refused" in told


def test_a_recovery_code_signs_in_once(fresh: Client, login: User, secret: str) -> None:
    code = codes_shown(fresh.get(CODES).text)[3]
    assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 302
    assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 200
    assert "9 codes left" in fresh.get(INDEX).text


def test_a_recovery_code_of_a_sealed_seed_as_they_were_before_signs_in_once(login: User, secret: str) -> None:
    row = Authenticator.objects.get(type="recovery_codes")
    row.data = {"seed": sealing.seal("a" * 80), "used_mask": 0}
    row.save()
    code = row.wrap().generate_codes()[3]
    assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 302
    assert sign_in(login)[0].post(SECOND_STEP, {"code": code}).status_code == 200
    assert recovery_codes.left(login) == 9


def test_a_recovery_code_does_for_the_step_up_too(fresh: Client, login: User, secret: str) -> None:
    code = codes_shown(fresh.get(CODES).text)[0]
    old = Client()
    old.force_login(login)
    assert (
        old.post(reverse("mfa_reauthenticate"), {"code": code, "next": REMOVE_APP})["Location"] == REMOVE_APP
    )
    assert old.get(REMOVE_APP).status_code == 200


def test_who_has_no_second_factor_makes_no_recovery_codes(fresh: Client) -> None:
    assert fresh.post(NEW_CODES)["Location"] == INDEX
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("guess", ["000000", "0000 0000 0000 0000"])
def test_guesses_of_the_second_step_are_counted(
    guess: str, login: User, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        sign_in(login)[0].post(SECOND_STEP, {"code": guess})
        assert caplog.messages[-1] == f"refused kind=sign_in way=second_step login={login.pk}"
    page = sign_in(login)[0].post(SECOND_STEP, {"code": app_code(secret)})
    assert "Wait a few minutes" in page.text
    assert caplog.messages[-1] == "refused kind=limited route=mfa_authenticate"


def told(**response: object) -> str:
    """A passkey's answer of the right shape, that proves nothing."""
    client_data = {"type": "webauthn.get", "challenge": "AA", "origin": "http://testserver"}
    data = base64.urlsafe_b64encode(json.dumps(client_data).encode()).decode().rstrip("=")
    sound = {"clientDataJSON": data, "authenticatorData": "A" * 50, "signature": "AA", **response}
    return json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": sound})


SHAPES = {
    "nothing": "",
    "no json": "no json",
    "a list": "[]",
    "a text": '"text"',
    "a number": "5",
    "an empty object": "{}",
    "a number for the response": '{"response": 3}',
    "no texts": '{"id": 1, "rawId": 2, "response": {}}',
    "not base64": '{"id": "a", "rawId": "a", "response": {"userHandle": "MQ"}}',
    "no CBOR": told(attestationObject="/v8A"),
    "very long": '{"id": "' + "a" * 30_000 + '"}',
    "of nobody": told(),
    "of no number": told(userHandle="YWJj"),
    "of no text": told(userHandle="____"),
    "of an unknown login": told(userHandle="OTk5OTk5OTk5OTk5OTk5OTk5OTk5"),
    "of a login without passkeys": told(userHandle="MQ"),
}


@pytest.mark.parametrize("credential", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("page", ["mfa_login_webauthn", "mfa_add_webauthn", "mfa_authenticate"])
def test_a_passkey_of_any_shape_is_refused_in_words(
    page: str, credential: str, fresh: Client, login: User, request: pytest.FixtureRequest
) -> None:
    client = fresh if page == "mfa_add_webauthn" else Client()
    if page == "mfa_authenticate":
        request.getfixturevalue("secret")
        client = sign_in(login)[0]
    client.get(reverse(page), headers={"accept": "application/json"})  # sets the challenge
    answer = client.post(reverse(page), {"name": "phone", "credential": credential})
    assert answer.status_code in (200, 302)
    assert not Authenticator.objects.filter(type="webauthn").exists()
    assert client.get("/profile/").status_code == (200 if client is fresh else 302)


# ---------- the step-up ----------


def test_an_old_session_shows_a_code_before_it_changes_how_one_signs_in(signed_in: Client) -> None:
    for page in GUARDED:
        for answer in (signed_in.get(page), signed_in.post(page, {})):
            assert answer["Location"].startswith(f"{STEP_UP}?next=")


def test_every_page_of_second_factors_that_changes_or_shows_something_is_behind_the_step_up(
    login: User, secret: str
) -> None:
    old = Client()
    old.force_login(login)
    passkey = Authenticator.objects.create(user=login, type="webauthn", data={"name": "phone"})
    own = [reverse(f"mfa_{name}_webauthn", args=[passkey.pk]) for name in ("edit", "remove")]
    for page in [*GUARDED, REMOVE_APP, CODES, CODES_FILE, *own]:
        for answer in (old.get(page), old.post(page, {"name": "x"})):
            assert answer["Location"].startswith(f"{STEP_UP}?next="), page
    assert Authenticator.objects.count() == 3


def test_who_has_an_app_steps_up_with_it_and_a_code_by_mail_does_not_do(
    login: User, secret: str, post: Post
) -> None:
    old = Client()
    old.force_login(login)
    leads_to = old.get(REMOVE_APP, follow=True).redirect_chain[-1][0]
    assert leads_to == f"{reverse('mfa_reauthenticate')}?next={REMOVE_APP.replace('/', '%2F')}"
    before = len(post.letters)
    assert old.post(STEP_UP, {"to": "0"})["Location"].startswith(reverse("mfa_reauthenticate"))
    assert len(post.letters) == before
    old.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    assert old.get(REMOVE_APP).status_code == 302
    with time_machine.travel(time.time() + 60):
        answer = old.post(leads_to, {"code": app_code(secret), "next": REMOVE_APP})
        assert answer["Location"] == REMOVE_APP
        assert old.get(REMOVE_APP).status_code == 200


# ---------- taken away ----------


def test_the_last_second_factor_takes_the_recovery_codes_with_it_and_all_addresses_hear(
    fresh: Client, secret: str, post: Post, borrower: Borrower, django_capture_on_commit_callbacks: OnCommit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(REMOVE_APP)["Location"] == INDEX
    assert not Authenticator.objects.exists()
    for point in borrower.contact_points.all():
        assert "was removed" in post.to(point.value)[-1]


def test_new_recovery_codes_end_the_old_ones(
    fresh: Client, login: User, secret: str, post: Post, django_capture_on_commit_callbacks: OnCommit
) -> None:
    old = codes_shown(fresh.get(CODES).text)
    with django_capture_on_commit_callbacks(execute=True):
        assert fresh.post(NEW_CODES)["Location"] == CODES
    assert not set(old) & set(codes_shown(fresh.get(CODES).text))
    assert sign_in(login)[0].post(SECOND_STEP, {"code": old[0]}).status_code == 200
    assert "New recovery codes" in post.letters[-1].text


def test_another_persons_passkey_is_not_there(fresh: Client, stranger: Borrower) -> None:
    theirs = Authenticator.objects.create(user=stranger.user, type="webauthn", data={"name": "theirs"})
    for name in ("edit", "remove"):
        page = reverse(f"mfa_{name}_webauthn", args=[theirs.pk])
        assert [fresh.get(page).status_code, fresh.post(page, {"name": "mine"}).status_code] == [404, 404]
    theirs.refresh_from_db()
    assert theirs.data["name"] == "theirs"


def test_staff_remove_the_factors_of_who_lost_them_and_the_person_hears(
    staff_client: Client, fresh: Client, login: User, secret: str, post: Post,
    django_capture_on_commit_callbacks: OnCommit,
) -> None:  # fmt: skip
    page = reverse("admin:accounts_user_remove_second_factors", args=[login.pk])
    assert "Only after you know who is speaking" in staff_client.get(page).text
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_client.post(page).status_code == 302
    assert not Authenticator.objects.exists()
    assert "Our staff removed" in post.letters[-1].text
    assert fresh.get("/profile/")["Location"].startswith(LOGIN)  # signed out
    assert "has no passkey and no authenticator app" in staff_client.get(page).text


# ---------- staff ----------


def test_staff_without_a_second_factor_see_no_staff_page_where_they_must_have_one(
    staff: User, staff_client: Client, settings: Any
) -> None:
    assert staff_client.get(reverse("admin:index")).status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    pages = [reverse("admin:index"), reverse("admin:accounts_borrower_changelist")]
    assert {staff_client.get(page)["Location"] for page in pages} == {INDEX}
    assert "Staff need a passkey" in staff_client.get(INDEX).text
    Authenticator.objects.create(user=staff, type="totp", data={"secret": sealing.seal("A" * 32)})
    assert {staff_client.get(page).status_code for page in pages} == {200}


def test_staff_step_up_and_set_up_an_app_as_borrowers_do(
    staff: User, staff_client: Client, post: Post
) -> None:
    assert staff_client.get(ADD_APP)["Location"].startswith(STEP_UP)
    staff_client.get(ADD_APP, follow=True)
    assert staff_client.post(STEP_UP, {"to": "0"})["Location"] == STEP_UP_CODE
    assert staff_client.post(STEP_UP_CODE, {"code": post.code(str(staff.email))})["Location"] == ADD_APP
    assert staff_client.get(ADD_APP).status_code == 200
