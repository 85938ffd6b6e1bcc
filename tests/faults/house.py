"""The processes of a run, in a folder of their own: PostgreSQL, Valkey, provider, web server, workers and beats."""

import os
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import psutil
import redis

from tests.faults import clock, nursery
from tests.faults.nursery import Nursery
from tests.ports import free_port
from tests.waiting import PATIENCE

BROKER_AWAY = 0.5  # seconds
# What would lead a run out of its own folder.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "PORTAL_ENV", "SECRET_KEY", "EMAIL_URL", "EMAIL_BACKEND")


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for it. TimeoutError: it does not come."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


@dataclass
class House:
    var: Path
    seed: int
    kinds: dict[str, str]  # of each worker and beat: engine, node or beat
    sandbox_url: str
    portal_url: str
    log: Path
    nursery: Nursery
    running: dict[str, psutil.Process] = field(default_factory=dict)
    broken: int = 0  # workers and beats that ended by themselves, as where the database went away

    @property
    def workers(self) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind != "beat"]

    @property
    def received(self) -> Path:
        """What the provider took, a JSON line each."""
        return self.var / "received.jsonl"

    def start_provider(self) -> None:
        port = self.sandbox_url.rpartition(":")[2]
        self.start("provider", "provider", port, str(self.seed), str(self.received))
        until(lambda: _answers(f"{self.sandbox_url}/phones"), "the provider answers")

    def start_web(self) -> None:
        self.start("web", "web", self.portal_url.removeprefix("http://"))
        until(lambda: _answers(f"{self.portal_url}/healthz"), "the web server answers")

    def start_all(self) -> None:
        """Workers and beats."""
        for name in self.kinds:
            self.start_again(name)

    def start_again(self, name: str) -> None:
        self.start(name, self.kinds[name], name)

    def start(self, name: str, kind: str, *arguments: str) -> None:
        self.running[name] = self.nursery.start(kind, *arguments, clock=self.clock_of(name))

    def clock_of(self, name: str) -> Path:
        return self.var / f"clock-{name}"

    def is_at_work(self, name: str) -> bool:
        """Does it speak with the database or the broker? False too where it has just ended."""
        with suppress(psutil.Error):
            return bool(self.running[name].net_connections("unix"))
        return False

    def kill(self, name: str) -> None:
        """kill -9, and another one in its place."""
        nursery.kill(self.running[name])
        self.start_again(name)

    def jump(self, name: str, by: timedelta) -> None:
        """Its clock is so far from the true one from now on."""
        clock.set_off(self.clock_of(name), by)

    def tend(self) -> None:
        """Start again what ended by itself, as an init system does."""
        for name in self.kinds:
            if not self.running[name].is_running():
                self.broken += 1
                self.kill(name)

    def stop_workers(self) -> None:
        """All of them by kill -9: what they were calling is for the reaper."""
        for name in self.kinds:
            nursery.kill(self.running.pop(name))

    def stop(self) -> None:
        for process in self.running.values():
            nursery.kill(process)
        self.nursery.stop()


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@contextmanager
def house(*, seed: int, kinds: dict[str, str]) -> Iterator[House]:
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
    log = var / "log"
    built = House(var, seed, kinds, sandbox_url, portal_url, log, Nursery(log))
    try:
        yield built
    except BaseException:
        if built.log.exists():
            sys.stderr.write(built.log.read_text(errors="replace")[-4000:])
        raise
    finally:
        built.stop()
        for stop in (_stop_postgres, _stop_valkey):  # at once: there is nothing to keep
            with suppress(FileNotFoundError, ProcessLookupError, redis.ConnectionError):
                stop()
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


def _stop_postgres() -> None:
    from portal import embedded

    postmaster = int((embedded.VAR / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGQUIT)
    until(lambda: not embedded.POSTGRES.is_up, "PostgreSQL has stopped")


def restart_valkey() -> None:
    """Broker and cache die by kill -9, are away for a moment, and come back knowing nothing."""
    from portal import embedded

    _stop_valkey()
    time.sleep(BROKER_AWAY)
    embedded.start_if_local()


def _stop_valkey() -> None:
    from portal import embedded

    with _valkey() as client:
        number = int(client.info("server")["process_id"])
    os.kill(number, signal.SIGKILL)
    until(lambda: not embedded.VALKEY.is_up, "Valkey has stopped")


def flush_valkey() -> None:
    with _valkey() as client:
        client.flushall()


def _valkey() -> redis.Redis:
    from portal import embedded

    return redis.Redis(unix_socket_path=embedded.VALKEY_SOCKET)
