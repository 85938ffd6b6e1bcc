"""The engine with its provider: a real one over real HTTP on loopback."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from notifications import dispatch, engine


class Sandbox:
    """The sandbox provider, as a test speaks to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read() or "null")

    def texts(self, number: str) -> list[str]:
        """What arrived on a phone, oldest first."""
        return [text["text"] for text in self._call(f"/phones/{number}") if text["direction"] == "to_phone"]

    def count(self) -> int:
        return len(self._call("/phones"))

    def faults(self, **faults: Any) -> None:
        """How the next calls go wrong: notifications.sandbox.faults.Faults."""
        self._call("/faults", {"callbacks": False, **faults})

    def reset(self) -> None:
        self._call("/reset", {})
        self.faults()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "notifications.sandbox.server", "--port", str(port)]
    with subprocess.Popen(command) as process:
        server = Sandbox(f"http://127.0.0.1:{port}")
        for _ in range(100):
            try:
                server.reset()
                break
            except OSError:
                time.sleep(0.1)
        yield server
        process.terminate()


@pytest.fixture
def sandbox(sandbox_server: Sandbox, settings: Any) -> Sandbox:
    settings.TWILIO_BASE_URL = settings.SANDBOX_URL = sandbox_server.url
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def defaults(db: None) -> None:
    """The standard cadence and the words in three languages."""
    call_command("load_defaults")


class Engine:
    """The engine at an instant of the test's choosing."""

    def run(self, now: datetime) -> int:
        """Everything that is due at `now`: plan, claim, decide, call, settle. Returns the calls made."""
        return engine.run(clock=lambda: now, until=lambda: False)

    def batch(self, now: datetime) -> dispatch.Done:
        return dispatch.one_batch(clock=lambda: now)


@pytest.fixture
def reminders(defaults: None, sandbox: Sandbox) -> Engine:
    return Engine()


@pytest.fixture
def ten() -> datetime:
    """10:00 in New York on 26 January 2026, six days before the factories' bill is due."""
    return datetime(2026, 1, 26, 15, tzinfo=UTC)
