"""Under production's own settings: the headers of every address of the site, and the cookies."""

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower, User
from tests import factories
from tests.portal import routes
from tests.portal.kinds import Kind, kind_of
from tests.portal.routes import Route
from tests.portal.test_production import production

pytestmark = pytest.mark.django_db
NAMES = [
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_SSL_REDIRECT",
    "SECURE_REDIRECT_EXEMPT", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_REFERRER_POLICY", "X_FRAME_OPTIONS",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY", "CONTENT_SECURITY_POLICY", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_NAME",
    "DEVICE_COOKIE_NAME", "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN",
    "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_PATH",
    "LANGUAGE_COOKIE_SECURE", "LANGUAGE_COOKIE_HTTPONLY", "LANGUAGE_COOKIE_SAMESITE",
]  # fmt: skip
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.fixture(scope="module")
def of_production() -> dict[str, Any]:
    script = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""
    answer = production("-c", script)
    told: dict[str, Any] = json.loads(answer.stdout or answer.stderr)
    return told


@pytest.fixture
def like_production(of_production: dict[str, Any], settings: Any) -> None:
    for name, value in of_production.items():
        setattr(settings, name, value)


def path_of(route: Route) -> str:
    """An address of the right form. Whether there is such a row does not matter here."""
    names: defaultdict[str, object] = defaultdict(lambda: 1)
    pattern = route.pattern
    for argument in (
        "public_id",
        "payment_id",
        "conversation_id",
        "attachment_id",
        "attempt_id",
        "request_id",
    ):
        names[argument] = UUID(int=1) if f"<uuid:{argument}>" in pattern else 1
    return route.path(names)


def wrong(response: Any) -> list[str]:
    """The headers that are not as they must be."""
    told = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    parts = (part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    policy = {name: "".join(value) for name, *value in parts}
    told += [name for name, value in POLICY.items() if policy.get(name) != value]
    if not response.headers.get("Content-Type", "").strip() and response.content:
        told.append("Content-Type")
    return told


def test_every_address_answers_with_the_headers_to_whoever_asks(
    like_production: None, client: Client, staff: User, borrower: Borrower
) -> None:
    visitors = {"nobody": client, "staff": Client(), "borrower": Client()}
    visitors["staff"].force_login(staff)
    visitors["borrower"].force_login(User.objects.get(borrower=borrower))
    bad: dict[str, Any] = {}
    for route in routes.everything():
        if kind_of(route) is Kind.DEMO or route.name in ("account_logout", "admin:logout"):
            continue
        for who, visitor in visitors.items():
            response = visitor.get(path_of(route), secure=True)
            if found := wrong(response):
                bad[f"{route.name} for {who}"] = found
            if response.status_code >= 500 and route.name != "readyz":
                bad[f"{route.name} for {who}"] = response.status_code
    assert bad == {}


def test_what_is_asked_without_tls_is_led_to_it(like_production: None, client: Client) -> None:
    assert client.get("/profile/")["Location"] == "https://testserver/profile/"
    assert client.get("/healthz").status_code == 200  # machines ask inside


def test_the_cookies_are_for_this_host_alone_and_no_script_reads_them(
    like_production: None, borrower: Borrower
) -> None:
    login = User.objects.get(borrower=borrower)
    EmailAddress.objects.create(user=login, email=str(login.email), verified=True, primary=True)
    client = Client()
    words = {"login": login.email, "password": factories.PASSWORD, "way": "password"}
    client.get(reverse("account_login"), secure=True)
    assert client.post(reverse("account_login"), words, secure=True).status_code == 302
    client.post(reverse("accounts:set_language"), {"language": "zh-hans"}, secure=True)
    assert set(client.cookies) >= {"__Host-sessionid", "__Host-csrftoken", "__Host-device", "django_language"}
    for name in ("__Host-sessionid", "__Host-csrftoken", "__Host-device", "django_language"):
        cookie = client.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name


def test_what_belongs_to_a_person_stays_in_no_cache(signed_in: Client) -> None:
    kinds = (Kind.SIGNED_IN, Kind.BORROWER, Kind.BORROWERS_ROW)
    pages = [path_of(route) for route in routes.everything() if kind_of(route) in kinds]
    answers = [signed_in.get(page) for page in pages]
    kept = [
        page
        for page, answer in zip(pages, answers, strict=True)
        if answer.status_code == 200 and "no-store" not in answer.headers.get("Cache-Control", "")
    ]
    assert kept == []
