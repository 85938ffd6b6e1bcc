"""The engine with its provider: a real one over real HTTP on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Borrower
from notifications import engine, preview, silence
from notifications.silence import Held
from tests.sandbox import Sandbox, running


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    with running() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox, settings: Any) -> Sandbox:
    settings.TWILIO_BASE_URL = settings.SANDBOX_URL = sandbox_server.url
    settings.ALIBABA_SMS_BASE_URL = f"{sandbox_server.url}/alibaba"
    settings.WHATSAPP_BASE_URL = f"{sandbox_server.url}/whatsapp"
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def defaults(db: None) -> None:
    """The standard cadence and the words in three languages."""
    call_command("load_defaults")


def holds_read(borrower: Borrower, *, now: datetime) -> list[Held]:
    """The holds in force as the person's page tells them."""
    looked = preview.look(borrower, now=now, days=1)
    return silence.held(looked.holds(), time_zone=borrower.time_zone)


class Engine:
    """The engine at an instant of the test's choosing."""

    def run(self, now: datetime) -> int:
        """Everything that is due at `now`: plan, claim, decide, call, settle. Returns the calls made."""
        return engine.run(clock=lambda: now, until=lambda: False)


@pytest.fixture
def reminders(defaults: None, sandbox: Sandbox) -> Engine:
    return Engine()


@pytest.fixture
def ten() -> datetime:
    """10:00 in New York on 26 January 2026, six days before the factories' bill is due."""
    return datetime(2026, 1, 26, 15, tzinfo=UTC)
