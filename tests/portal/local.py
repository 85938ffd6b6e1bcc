"""A portal on this computer, in a folder of its own, as a newcomer starts it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from portal.embedded import ROOT
from tests.waiting import PATIENCE

RUN = ("-m", "portal.supervisor")
WELCOME = "Ctrl-C stops everything."
# What would lead a test out of its own folder.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "PORTAL_URL", "PORTAL_ENV", "SANDBOX_URL", "SECRET_KEY")


@dataclass(frozen=True)
class Local:
    var: Path  # made by whatever runs first
    log: Path  # what the portal says on its terminal
    port: int
    sandbox_port: int

    def environment(self, **changes: str) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own = {"PORTAL_VAR": str(self.var), "PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        return {**known, **own, **changes}

    def start(self) -> "Portal":
        """`make run`, to the line that says it is up."""
        portal = self.begin()
        until(lambda: WELCOME in portal.said() or portal.supervisor.poll() is not None)
        assert WELCOME in portal.said(), portal.said()
        return portal

    def begin(self) -> "Portal":
        with self.log.open("w") as out:
            process = subprocess.Popen(
                _python(*RUN), cwd=ROOT, env=self.environment(), stdout=out, stderr=out
            )
        return Portal(self, process)

    def run(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            _python(*arguments),
            cwd=ROOT, env=self.environment(**changes), capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def processes(self) -> list[psutil.Process]:
        """All that live from this folder: told so, started with its name, or at work in it."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def names(self) -> str:
        return " ".join(" ".join(process.cmdline()) for process in self.processes())

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            here = str(self.var)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return (
                process.environ().get("PORTAL_VAR") == here
                or process.cwd().startswith(here)
                or any(here in word for word in process.cmdline())
            )
        return False


@dataclass(frozen=True)
class Portal:
    """One that runs."""

    place: Local
    supervisor: subprocess.Popen[bytes]

    def said(self) -> str:
        return self.place.log.read_text(errors="replace")

    def answers(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.place.port}{path}", timeout=PATIENCE) as answer:
            status: int = answer.status
            return status


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def until(is_so: Callable[[], object]) -> None:
    """Wait for it, and go on where it does not come: what is asserted next says what is wrong."""
    end = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < end:
        time.sleep(0.1)
