"""Passkeys in a real browser, by its virtual authenticator; and the pages of sign-in and security, looked over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts import recovery_codes, sealing
from accounts.models import Borrower, User
from tests import factories
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws

LOGIN, INDEX, ADD = reverse("account_login"), reverse("mfa_index"), reverse("mfa_add_webauthn")
PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(transactional_db: None) -> Borrower:
    login = factories.make_login()
    EmailAddress.objects.create(user=login, email=login.email, verified=True, primary=True)
    person = factories.make_borrower(user=login, name="Zhang Wei")
    factories.make_contact_point(person, kind="email", value=login.email)
    factories.make_loan(person)
    return person


@pytest.fixture
def fresh(person: Borrower) -> Client:
    """Signed in with a password a moment ago."""
    client = Client()
    login = User.objects.get(borrower=person)
    assert (
        client.post(
            LOGIN, {"login": login.email, "password": factories.PASSWORD, "way": "password"}
        ).status_code
        == 302
    )
    return client


@contextmanager
def device(page: Page, **changes: bool) -> Iterator[Callable[[], int]]:
    """A device that holds passkeys, in this page's browser. Yields how many it holds."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**PASSKEY, **changes}})
    held = {"authenticatorId": made["authenticatorId"]}
    yield lambda: len(session.send("WebAuthn.getCredentials", held)["credentials"])
    session.send("WebAuthn.disable")


def test_a_passkey_is_added_signs_in_on_its_own_and_is_removed(visitor: Visitor, fresh: Client) -> None:
    page = visitor.open(INDEX, client=fresh)
    with device(page) as passkeys:
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Name of the passkey").fill("My phone")
        page.get_by_role("button", name="Create the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert page.locator(".codes li").count() == 10
        assert passkeys() == 1
        page.get_by_role("button", name="Sign out").click()
        page.goto(visitor.portal + f"{LOGIN}?next={INDEX}")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
        page.get_by_role("link", name="Remove My phone").click()
        page.get_by_role("button", name="Remove it").click()
        expect(page.get_by_text("The passkey is removed.")).to_be_visible()
        assert not Authenticator.objects.exists()
    assert visitor.complaints == []


def test_a_password_then_asks_for_the_passkey_and_the_step_up_does_too(
    visitor: Visitor, fresh: Client, person: Borrower
) -> None:
    page = visitor.open(ADD, client=fresh)
    with device(page):
        page.get_by_role("button", name="Create the passkey").click()
        page.get_by_role("heading", name="Recovery codes").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.goto(visitor.portal + f"{LOGIN}?way=password")
        login = User.objects.get(borrower=person)
        page.get_by_label("E-mail address or phone number").fill(str(login.email))
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("button", name="Use the passkey").click()
        page.wait_for_url("**/overview/")
        old = Client()
        old.force_login(login)
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": "sessionid", "value": old.cookies["sessionid"].value, "url": visitor.portal}]
        )
        page.goto(visitor.portal + ADD)
        expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
        page.get_by_role("button", name="Use the passkey").click()
        expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    assert visitor.complaints == []


def test_a_device_that_refuses_is_told_in_words(visitor: Visitor, fresh: Client) -> None:
    page = visitor.open(ADD, client=fresh)
    with device(page, isUserVerified=False):
        page.get_by_role("button", name="Create the passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("the device gave no passkey")
    assert not Authenticator.objects.exists()
    assert visitor.complaints == []


def test_without_script_the_pages_say_so_and_show_no_dead_button(visitor: Visitor, fresh: Client) -> None:
    page = visitor.open(ADD, client=fresh, script=False)
    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    assert page.get_by_role("button", name="Create the passkey").count() == 0
    page = visitor.open(LOGIN, script=False)
    assert page.get_by_role("button", name="Sign in with a passkey").count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_pages_are_free_of_barriers(
    visitor: Visitor, person: Borrower, fresh: Client, language: str
) -> None:
    Borrower.objects.update(language=language)
    login = User.objects.get(borrower=person)
    look(visitor, fresh, [INDEX, ADD, reverse("mfa_activate_totp"), reverse("usersessions_list")])
    look(visitor, fresh, [reverse(f"accounts:{name}") for name in ("profile", "my_data", "delete_login")])
    passkey = Authenticator.objects.create(
        user=login, type="webauthn", data={"name": "Phone", "credential": {}}
    )
    own = [reverse(f"mfa_{name}_webauthn", args=[passkey.pk]) for name in ("edit", "remove")]
    session = fresh.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": session["account_authentication_methods"][0]["at"]}
    ]
    session.save()
    look(visitor, fresh, own)
    passkey.delete()
    Authenticator.objects.create(user=login, type="totp", data={"secret": sealing.seal("A" * 32)})
    recovery_codes.make(login)
    names = ["mfa_index", "mfa_deactivate_totp", "mfa_reauthenticate"]
    names += ["accounts:recovery_codes", "accounts:new_recovery_codes"]
    look(visitor, fresh, [reverse(name) for name in names])
    second_step = Client(headers={"accept-language": language})
    second_step.post(LOGIN, {"login": login.email, "password": factories.PASSWORD, "way": "password"})
    look(visitor, second_step, [reverse("mfa_authenticate")])


def look(visitor: Visitor, client: Client, paths: list[str]) -> None:
    for path in paths:
        for width in (SMALL_PHONE, DESKTOP):
            page = visitor.open(path, client=client, width=width)
            assert page.url == visitor.portal + path
            assert flaws(page) == [], path
            visitor.leave()
    assert visitor.complaints == []


def test_a_password_is_shown_on_demand_weighed_while_typed_and_hidden_when_sent(
    visitor: Visitor, fresh: Client
) -> None:
    page = visitor.open(reverse("account_change_password"), client=fresh, width=SMALL_PHONE)
    field = page.locator("#id_password1")
    tools = page.locator('[data-password-of="id_password1"]')
    for typed, said in (("aaaaaaaaaaaaaaaa", "too simple"), ("a long walk h", "Long enough"), ("", "")):
        field.fill(typed)
        expect(tools.get_by_role("status")).to_contain_text(said)
    field.fill("a long walk home, and back")
    expect(tools.get_by_role("status")).to_have_text("Strong")
    tools.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
    assert flaws(page) == []
    tools.get_by_role("button", name="Hide password").click()
    expect(field).to_have_attribute("type", "password")
    tools.get_by_role("button", name="Show password").click()
    page.evaluate(
        "document.querySelector('form[action*=password]').addEventListener('submit', (e) => e.preventDefault())"
    )
    page.get_by_role("button", name="Change password").click()
    expect(field).to_have_attribute("type", "password")
    assert visitor.complaints == []


def test_without_script_a_password_is_typed_as_ever(visitor: Visitor, fresh: Client) -> None:
    page = visitor.open(reverse("account_change_password"), client=fresh, script=False)
    expect(page.locator("#id_password1")).to_be_visible()
    expect(page.get_by_role("button", name="Show password")).to_have_count(0)
