"""A real Chromium before the real pages."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Error, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import machine
from tests.browser.visiting import Visitor
from tests.sandbox import Sandbox, running
from tests.waiting import PATIENCE

# The browser's own calls home are off: a test machine has no network, and a borrower's page needs none.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and do it last: one start of the browser serves it all."""
    for item in items:
        if _needs_browser(item):
            item.add_marker(pytest.mark.browser)
    items.sort(key=_needs_browser)


def _needs_browser(item: pytest.Item) -> bool:
    return "/tests/browser/" in str(item.path)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """For this package alone: Playwright's loop runs in this thread, where the engine's own then cannot."""
    # Django takes a thread with a loop for async code; the ORM is used in order here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    machine.require_chinese_font()
    expect.set_options(timeout=1000 * PATIENCE)
    browser = launch(playwright)
    yield browser
    browser.close()


def launch(playwright: Playwright) -> Browser:
    """A Chromium. None to be had: a failure in CI, a skip elsewhere."""
    try:
        return playwright.chromium.launch(executable_path=machine.chromium_path(), args=FLAGS)
    except Error:
        machine.lacking(machine.NO_CHROMIUM)


@pytest.fixture
def visitor(chromium: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    """Opens pages of the portal: `visitor.open("/overview/", client=signed_in, width=360)`."""
    visitor = Visitor(chromium, live_server.url)
    yield visitor
    visitor.leave()


@pytest.fixture(scope="session")
def sandbox_server(live_server: LiveServer) -> Iterator[Sandbox]:
    with running(portal_url=live_server.url) as server:
        yield server


@pytest.fixture
def phone(sandbox_server: Sandbox, live_server: LiveServer, settings: Any) -> Sandbox:
    """The demo's phones and mailboxes: what the portal sends arrives here, and answers go back to it."""
    settings.TWILIO_BASE_URL = settings.SANDBOX_URL = sandbox_server.url
    settings.PORTAL_URL = live_server.url
    settings.EMAIL_BACKEND = "notifications.sandbox.mail.SandboxEmailBackend"
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def reminders(transactional_db: None, phone: Sandbox) -> None:
    """The standard cadence and the words in three languages."""
    call_command("load_defaults")
