"""The processes of a run, in a folder of their own: PostgreSQL, Valkey, provider, web server and workers."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PATIENCE = 60  # seconds; a start takes two, but the machine may be busy
# What would lead a run out of its own folder.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "PORTAL_ENV", "SECRET_KEY", "EMAIL_URL", "EMAIL_BACKEND")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for it. TimeoutError: it does not come."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class House:
    var: Path
    seed: int
    workers: int
    sandbox_url: str
    portal_url: str
    log: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    broken: int = 0  # workers that ended by themselves, as where the database went away

    @property
    def received(self) -> Path:
        """What the provider took, a JSON line each."""
        return self.var / "received.jsonl"

    def start(self, name: str, *command: str) -> None:
        with self.log.open("a") as out:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], stdout=out, stderr=out, preexec_fn=_die_with_parent
            )

    def start_provider(self) -> None:
        port = self.sandbox_url.rpartition(":")[2]
        self.start("provider", "-m", "tests.faults.provider", port, str(self.seed), str(self.received))
        until(lambda: _answers(f"{self.sandbox_url}/phones"), "the provider answers")

    def start_web(self) -> None:
        bind = self.portal_url.removeprefix("http://")
        options = ("--bind", bind, "--workers", "1", "--threads", "4", "--log-level", "critical")
        self.start("web", "-m", "gunicorn", "portal.wsgi", *options)
        until(lambda: _answers(f"{self.portal_url}/healthz"), "the web server answers")

    def start_worker(self, place: int) -> None:
        self.start(f"worker {place}", "manage.py", "run_engine")

    def is_at_work(self, place: int) -> bool:
        """Does it speak with the database? False too where it has just ended."""
        with suppress(psutil.Error):
            return bool(psutil.Process(self.running[f"worker {place}"].pid).net_connections("unix"))
        return False

    def kill_worker(self, place: int) -> None:
        """kill -9, and another one in its place."""
        process = self.running[f"worker {place}"]
        process.kill()
        process.wait()
        self.start_worker(place)

    def tend(self) -> None:
        """Start again what ended by itself, as an init system does."""
        for place in range(self.workers):
            if self.running[f"worker {place}"].poll() is not None:
                self.broken += 1
                self.start_worker(place)

    def stop_workers(self) -> None:
        """All of them by kill -9: what they were calling is for the reaper."""
        for place in range(self.workers):
            process = self.running.pop(f"worker {place}")
            process.kill()
            process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@contextmanager
def house(*, seed: int, workers: int) -> Iterator[House]:
    """The folder and the environment of a run; set before anything reads settings. All is gone at the end."""
    var = Path(tempfile.mkdtemp(prefix="faults-"))
    var.chmod(0o755)  # as root, PostgreSQL runs as nobody
    for name in FOREIGN:
        os.environ.pop(name, None)
    portal_url, sandbox_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    os.environ.update(
        PORTAL_VAR=str(var),
        DJANGO_SETTINGS_MODULE="portal.settings",
        PORTAL_URL=portal_url,
        SANDBOX_URL=sandbox_url,
        TWILIO_BASE_URL=sandbox_url,
        ENGINE_TICK_SECONDS="1",
        ENGINE_SLOT_SECONDS="1",
        PROVIDER_TIMEOUT_SECONDS="2",
        LOG_LEVEL="CRITICAL",
    )
    built = House(var, seed, workers, sandbox_url, portal_url, var / "log")
    try:
        yield built
    except BaseException:
        if built.log.exists():
            sys.stderr.write(built.log.read_text(errors="replace")[-4000:])
        raise
    finally:
        built.stop()
        with suppress(FileNotFoundError, ProcessLookupError):
            _stop_postgres()  # at once: there is nothing to keep
        rmtree(var, ignore_errors=True)


# ---------- the servers ----------


def start_servers() -> None:
    """PostgreSQL that keeps what it has committed, and knows when: the private one of the demo need not."""
    from django.db import connection

    from portal import embedded

    embedded.start_if_local()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # else the restart forgets the next line
        cursor.execute("ALTER DATABASE portal SET synchronous_commit = on")
        cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    restart_postgres()


def restart_postgres() -> None:
    """An immediate stop, which breaks every connection and leaves the rest to recovery; and a start."""
    from django.db import connection

    from portal import embedded

    _stop_postgres()
    embedded.start_if_local()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _stop_postgres() -> None:
    from portal import embedded

    postmaster = int((embedded.VAR / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGQUIT)
    until(lambda: not embedded.POSTGRES.is_up, "PostgreSQL has stopped")


def flush_valkey() -> None:
    from redis import Redis

    from portal import embedded

    with Redis(unix_socket_path=embedded.VALKEY_SOCKET) as client:
        client.flushall()
