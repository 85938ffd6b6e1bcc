"""The first load of the pages one comes to first: light, of this site alone, with few queries, and then kept."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Borrower
from tests import factories
from tests.portal.test_production import production

BUDGET = 90_000  # bytes, compressed: HTML, CSS and script
MOST_QUERIES = 8  # of the dashboard
LOADED = re.compile(r'<(?:link|script|img|use|source|iframe)\b[^>]*?\b(?:src|href)="([^"]+)"')
FILES = {"css/portal.css", "js/portal.js", "vendor/htmx.min.js"}
PASSKEYS = {"account/js/onload.js", "mfa/js/webauthn.js", "mfa/js/webauthn-json.js"}  # django-allauth's own


@pytest.fixture
def busy(borrower: Borrower) -> Borrower:
    """With loans, cards and bills in several currencies, some of them late."""
    for currency in ("USD", "TWD", "EUR"):
        for account in (
            factories.make_loan(borrower, currency=currency),
            factories.make_card(borrower, currency=currency),
        ):
            for days in (-40, -10, 20, 50):
                factories.make_bill(account, due_on=timezone.now().date() + timedelta(days=days))
    return borrower


def first_load(client: Client, path: str) -> dict[str, int]:
    """Compressed bytes of the page, and of each style sheet and script that it loads."""
    page = client.get(path)
    assert page.status_code == 200
    sizes = {path: len(gzip.compress(page.content))}
    for address in LOADED.findall(page.content.decode()):
        name = urlsplit(address).path.removeprefix(f"/{settings.STATIC_URL.strip('/')}/")
        if name.endswith((".css", ".js")):
            sizes[name] = len(gzip.compress(Path(str(finders.find(name))).read_bytes()))
    return sizes


@pytest.mark.django_db
def test_the_first_load_is_light_and_of_one_style_sheet_and_one_script_besides_libraries(
    client: Client, signed_in: Client, busy: Borrower
) -> None:
    pages = {
        reverse("home"): client,
        reverse("account_login"): client,
        reverse("loans:dashboard"): signed_in,
    }
    for path, visitor in pages.items():
        sizes = first_load(visitor, path)
        assert FILES <= set(sizes) <= {path} | FILES | PASSKEYS
        assert sum(sizes.values()) <= BUDGET, sizes


@pytest.mark.django_db
def test_nothing_is_loaded_from_anybody_else(client: Client, signed_in: Client, busy: Borrower) -> None:
    for path, visitor in ((reverse("home"), client), (reverse("loans:dashboard"), signed_in)):
        page = visitor.get(path)
        assert {urlsplit(address).netloc for address in LOADED.findall(page.content.decode())} == {""}
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
    own = [file.read_text() for file in Path("static").rglob("*.css")]
    assert not [text for text in own if re.search(r"url\(|@import", text)]


@pytest.mark.django_db
def test_the_dashboard_asks_the_database_little_however_much_is_owed(
    signed_in: Client, busy: Borrower, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in.get(reverse("loans:dashboard"))  # a session's first page also reads the person's language
    with django_assert_max_num_queries(MOST_QUERIES):
        signed_in.get(reverse("loans:dashboard"))


@pytest.mark.django_db
def test_a_borrowers_page_is_kept_by_nobody(signed_in: Client, busy: Borrower) -> None:
    """Not by a proxy, and not by the shared computer whose next user presses Back."""
    for name in ("loans:dashboard", "notifications:inbox", "accounts:profile", "conversations:list"):
        assert "no-store" in signed_in.get(reverse(name)).headers["Cache-Control"]


KEPT = """
import django; django.setup()
import json
from django.core.management import call_command
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
call_command("collectstatic", verbosity=0, interactive=False)
answer = Client(headers={"Host": "portal.example", "Accept-Encoding": "gzip"}).get(
    staticfiles_storage.url("css/portal.css"), secure=True
)
print(json.dumps([answer.status_code, dict(answer.headers)]))
"""


def test_what_never_changes_is_asked_for_once(tmp_path: Path) -> None:
    done = production("-c", KEPT, STATIC_ROOT=str(tmp_path))
    assert done.returncode == 0, done.stderr
    status, headers = json.loads(done.stdout.splitlines()[-1])
    assert status == 200
    assert headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert headers["Content-Encoding"] == "gzip"
