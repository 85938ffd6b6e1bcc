"""Every page that a stranger or a borrower can open, looked at as an inspector does.

The table of routes says which there are, so a new page is looked at without a line here.
"""

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page
from playwright.sync_api import Route as Request

from accounts import claiming
from accounts.models import Borrower
from notifications import one_click
from notifications.models import Attempt
from tests import factories
from tests.browser import pictures, reading
from tests.browser.visiting import SMALL_PHONE, Visitor, flaws
from tests.portal import routes, rows
from tests.portal.kinds import Kind, kind_of

# What a browser of each language asks for, and how wide it is. Together each page in each language, in both schemes
# and at both ends; nobody waits for all twelve combinations.
LOOKS = {"en": ("en-GB", SMALL_PHONE), "zh-hans": ("zh-CN", 1280), "zh-hant": ("zh-TW", SMALL_PHONE)}
ERRORS = ["400", "403", "403_csrf", "404", "429", "500"]


class Walk(NamedTuple):
    """One person's way through their pages."""

    who: str
    client: Client
    paths: dict[str, str]  # name → address


# ---------- who walks, and where ----------


@pytest.fixture
def owned(borrower: Borrower, reminders: None) -> dict[Any, Any]:
    """A row of every kind, all of `borrower`."""
    return rows.belongings(borrower)


def walks(borrower: Borrower, stranger: Borrower, owned: dict[Any, Any]) -> list[Walk]:
    """Nobody; one who claims; one who waits for a code; a borrower with everything; one with nothing yet."""
    values = rows.named_in_addresses(borrower, owned)
    open_to_all = addresses(values, Kind.OPEN)
    claim, claimant = claiming_client()
    waiting = Client()
    waiting.post(reverse("account_login"), {"login": login_of(borrower).email, "way": "code"})
    nobody = open_to_all | {
        "accounts:claim": claim,
        "accounts:claim invalid": open_to_all["accounts:claim"],
        "account_login password": f"{reverse('account_login')}?way=password",
        "hooks:unsubscribe": urlsplit(one_click.address(owned[Attempt].pk)).path,
    }
    everything = addresses(values, Kind.SIGNED_IN, Kind.BORROWER, Kind.BORROWERS_ROW)
    # The row's passkey is none that a browser could use, and pages would ask for it; test_security_pages has real ones.
    Authenticator.objects.all().delete()
    lists = addresses(values, Kind.SIGNED_IN, Kind.BORROWER)
    login_of(stranger).set_unusable_password()
    login_of(stranger).save()
    return [
        _walk("nobody", Client(), nobody),
        _walk("claims", claimant, _only(open_to_all, "accounts:claim_contact", "accounts:claim_code")),
        _walk("waits", waiting, _only(open_to_all, "account_confirm_login_code")),
        _walk("has all", fresh(borrower), everything),
        _walk("has nothing", fresh(stranger), lists),
    ]


def addresses(values: dict[str, object], *kinds: Kind) -> dict[str, str]:
    return {route.name: route.path(values) for route in routes.everything() if kind_of(route) in kinds}


def _only(paths: dict[str, str], *names: str) -> dict[str, str]:
    return {name: paths[name] for name in names}


def _walk(who: str, client: Client, paths: dict[str, str]) -> Walk:
    """Without what is no page: files, fragments, addresses that only take a form. Each page once."""
    found: dict[str, str] = {}
    for name, path in paths.items():
        answer = client.get(path, follow=True)
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        is_page = answer.status_code in (200, 410) and answer.getvalue().lstrip().startswith(
            b"<!doctype html>"
        )
        if is_page and here not in found.values():
            found[name] = here
    return Walk(who, client, found)


def login_of(person: Borrower) -> Any:
    assert person.user is not None
    return person.user


def fresh(person: Borrower) -> Client:
    """Signed in a moment ago with a code, so that no step-up stands before a page."""
    client = Client()
    client.force_login(login_of(person))
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, login_of(person), method="code")
    request.session.save()
    return client


def claiming_client() -> tuple[str, Client]:
    """An invitation's address, and somebody who has answered its question and waits for the code."""
    invited = factories.make_borrower(name="Grace Kim")
    point = factories.make_contact_point(invited, kind="email", verified_at=None)
    factories.make_loan(invited, reference="L-77-93X4")
    path = urlsplit(claiming.link(claiming.invite(invited, sent_to=point, by=None, now=timezone.now()))).path
    client = Client()
    client.post(path, {"answer": "93X4"})
    client.post(reverse("accounts:claim_contact"), {"choice": point.pk})
    return path, client


# ---------- looking ----------


def looked_at(page: Page, name: str, language: str) -> list[str]:
    """What is wrong with the page that is open, all its folds open too."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    found = flaws(page)
    if (spoken := page.get_attribute("html", "lang")) != language:
        found.append(f"speaks {spoken}")
    if (ways := page.locator(".contact:visible, .foot-contact:visible").count()) != 1:
        found.append(f"says {ways} times how to reach us")
    found += reading.hard_to_read(page) + reading.restless(page) + reading.lost_on_paper(page)
    pictures.keep_each_scheme(page, f"{language} {name}")
    return found


@pytest.mark.parametrize("language", LOOKS)
def test_every_page_is_for_everybody(
    visitor: Visitor, borrower: Borrower, stranger: Borrower, owned: dict[Any, Any], language: str
) -> None:
    Borrower.objects.update(language=language)
    locale, width = LOOKS[language]
    findings, seen = {}, 0
    for walk in walks(borrower, stranger, owned):
        page = visitor.open(reverse("home"), client=walk.client, width=width, locale=locale)
        for name, path in walk.paths.items():
            page.goto(visitor.portal + path)
            seen += 1
            if found := looked_at(page, f"{walk.who} {name}", language):
                findings[f"{walk.who}: {name}"] = found
    assert not findings, json.dumps(findings, indent=1, ensure_ascii=False)
    assert visitor.complaints == []
    assert seen > 50


@pytest.mark.parametrize("language", LOOKS)
def test_a_page_for_what_went_wrong_is_for_everybody(
    visitor: Visitor, transactional_db: None, rf: RequestFactory, language: str
) -> None:
    locale, width = LOOKS[language]
    request = rf.get("/", headers={"Accept-Language": locale})
    request.user = AnonymousUser()
    with translation.override(language):
        pages = {name: render_to_string(f"{name}.html", request=request) for name in ERRORS}
    page = visitor.open(reverse("home"), width=width, locale=locale)

    def answer(asked: Request) -> None:
        asked.fulfill(
            body=pages[asked.request.url.rsplit("/", 1)[-1]], content_type="text/html; charset=utf-8"
        )

    page.route("**/wrong/*", answer)
    findings = {}
    for name in ERRORS:
        page.goto(f"{visitor.portal}/wrong/{name}")
        if found := looked_at(page, f"error {name}", language):
            findings[name] = found
    assert not findings, json.dumps(findings, indent=1, ensure_ascii=False)
    assert visitor.complaints == []
