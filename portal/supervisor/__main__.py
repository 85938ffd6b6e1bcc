"""`python -m portal.supervisor`: checks, prepares, runs web, worker, beat and the sandbox, and ends them all."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
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
        _prepare(addresses, stopping)
        return _run(addresses, stopping)
    except (checks.RefusedError, embedded.ServiceError) as error:
        if stopping.is_set():  # the Ctrl-C that we were sent ended what we were starting, too
            return 0
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


def _prepare(addresses: Addresses, stopping: threading.Event) -> None:
    """In a process of its own, so that the supervisor never loads Django nor holds a connection."""
    embedded.start_if_local()
    screen.show("Preparing the portal")
    command = [*programs.GUARDED, sys.executable, "-m", "portal.supervisor.prepare"]
    environment = {**os.environ, **addresses.environment()}
    with subprocess.Popen(command, cwd=embedded.ROOT, env=environment, stdin=subprocess.PIPE) as process:  # noqa: S603
        while process.poll() is None and not stopping.wait(0.05):
            pass
    if process.returncode:
        raise checks.RefusedError("The portal could not be prepared; the reason stands above.")


def _programs(addresses: Addresses) -> list[Program]:
    environment = addresses.environment()
    python = sys.executable
    commands = {
        "sandbox": [python, "-m", "notifications.sandbox.server", "--port", str(addresses.sandbox_port)],
        "web": [
            *(python, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{addresses.port}"),
            *("--workers", "1", "--threads", "8", "--log-level", "warning"),
        ],
        "worker": [
            python,
            "-m",
            "celery",
            "-A",
            "portal.celery",
            "--quiet",
            "worker",
            "--concurrency",
            "2",
            "-l",
            "warning",
        ],
        "beat": [python, "-m", "celery", "-A", "portal.celery", "--quiet", "beat", "-l", "warning"],
    }
    return [Program(name, command, environment) for name, command in commands.items()]


def _run(addresses: Addresses, stopping: threading.Event) -> int:
    programs_here = _programs(addresses)
    started = time.monotonic()
    welcomed = False
    try:
        while not stopping.wait(LOOK_SECONDS):
            for program in programs_here:
                program.tend()
            if not welcomed and _answers(addresses):
                welcomed = True
                _welcome(addresses, time.monotonic() - started)
            if not welcomed and time.monotonic() - started > START_SECONDS:
                screen.complain(
                    f"The web server has not answered for {START_SECONDS} s. Its lines stand above."
                )
                return 1
    finally:
        screen.show("Stopping …")
        programs.stop(programs_here)
    return 0


def _answers(addresses: Addresses) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{addresses.port}/healthz", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _welcome(addresses: Addresses, seconds: float) -> None:
    command = [sys.executable, "manage.py", "load_demo", "--sign-ins"]
    told = subprocess.run(  # noqa: S603
        command,
        cwd=embedded.ROOT,
        env={**os.environ, **addresses.environment()},
        capture_output=True,
        check=False,
    )
    screen.show(f"\nThe portal is up after {seconds:.1f} s: {screen.paint(addresses.portal, '1')}")
    screen.show(f"Texts and e-mails of the demo: {addresses.portal}/sandbox/")
    for person in json.loads(told.stdout or "[]"):
        way = person.get("invitation") or f"{person['sign_in']}  password: {person['password']}"
        screen.show(f"  {person['who']}: {way}")
    screen.show("Ctrl-C stops everything.\n")


def _reset() -> int:
    """Stop nothing, clear everything: refused while anything uses it."""
    try:
        if embedded.VAR.exists():
            checks.writable(embedded.VAR)
            checks.only_one()
            checks.unused()
        for folder in (embedded.socket_folder(), embedded.VAR):
            if folder.exists():
                shutil.rmtree(folder)
    except checks.RefusedError as error:
        screen.complain(str(error))
        return 1
    except OSError as error:
        screen.complain(embedded.cannot_use(Path(error.filename or embedded.VAR), error))
        return 1
    screen.show("The local data is cleared.")
    return 0


if __name__ == "__main__":
    sys.exit(_reset() if "--reset" in sys.argv[1:] else main())
