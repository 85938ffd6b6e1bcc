"""`python -m portal.supervisor`: checks, prepares, runs web, worker, beat and the sandbox, and ends them all."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from types import FrameType

from portal import embedded
from portal.supervisor import checks, programs, screen
from portal.supervisor.programs import Program

START_SECONDS = 60
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Addresses:
    """Where the browser finds the portal, and the portal its sandbox; both on loopback only."""

    port: int
    sandbox_port: int

    @classmethod
    def from_environment(cls) -> "Addresses":
        port = checks.number("PORT", default=8000)
        return cls(port, checks.number("SANDBOX_PORT", default=port + 1))

    @property
    def portal(self) -> str:
        return os.environ.get("PORTAL_URL") or f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """What every program is told, so that links, receipts and calls find their way on other ports too."""
        return {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_URL": self.portal,
            "SANDBOX_URL": f"http://127.0.0.1:{self.sandbox_port}",
            "SANDBOX_PORT": str(self.sandbox_port),
            "PYTHONUNBUFFERED": "1",  # lines come when they are written
        }


def main() -> int:
    stopping = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        addresses = _check()
        _prepare(addresses)
        return _run(addresses, stopping)
    except (checks.RefusedError, embedded.ServiceError) as error:
        screen.complain(str(error))
        return 1


def _check() -> Addresses:
    checks.local_only()
    checks.writable(embedded.VAR)
    checks.only_one()
    checks.disk(embedded.VAR)
    addresses = Addresses.from_environment()
    checks.port(addresses.port, variable="PORT")
    checks.port(addresses.sandbox_port, variable="SANDBOX_PORT")
    return addresses
