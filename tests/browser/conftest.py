"""A real Chromium before the real pages."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.visiting import Visitor

# The browser's own calls home are off: a test machine has no network, and a borrower's page needs none.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
]
ADVICE = (
    "No Chromium. Install one (apt-get install chromium), name one in CHROMIUM=/path/to/chromium, "
    "or let Playwright fetch one (playwright install chromium)."
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright runs a loop in this thread, which Django takes for async code; the ORM is used in order here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """$CHROMIUM, else one on the PATH, else Playwright's own. None: a failure in CI, a skip elsewhere."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    try:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    except Error:
        if os.environ.get("CI"):
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    yield browser
    browser.close()


@pytest.fixture
def visitor(chromium: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    """Opens pages of the portal: `visitor.open("/overview/", client=signed_in, width=360)`."""
    visitor = Visitor(chromium, live_server.url)
    yield visitor
    visitor.leave()
