"""Loads the portal once and forks every process of a run: one is at work in a tenth of a second, not in two.

    python -m tests.faults.nursery

A line on stdin is a process to start, `KIND CLOCK ARGUMENT …`; the answer on stdout is its number. Each leads a
session of its own, so that kill -9 takes a Celery node with its children, as a machine that fails does. All end with
the nursery.
"""

import ctypes
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Nursery:
    """The starter's side."""

    def __init__(self, log: Path) -> None:
        with log.open("a") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
                preexec_fn=_die_with_parent,
            )

    def start(self, kind: str, *arguments: str, clock: Path) -> psutil.Process:
        """kind: of KINDS, which say the arguments. clock: the file of its clock (tests.faults.clock)."""
        asks, answers = self._pipes()
        asks.write(" ".join([kind, str(clock), *arguments]) + "\n")
        asks.flush()
        return psutil.Process(int(answers.readline()))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes():
            pipe.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout


def kill(process: psutil.Process) -> None:
    """kill -9 of a process and all its children, and wait until it is gone."""
    with suppress(ProcessLookupError):  # it has just ended by itself
        if process.is_running():
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _die_with_parent() -> None:
    """Called in the child: it ends when its parent does, by whatever death."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# ---------- inside ----------


def _engine(name: str) -> None:
    from django.core.management import call_command

    call_command("run_engine", stdout=sys.stderr)


def _node(name: str) -> None:
    from portal.celery import app

    options = ("--concurrency", "2", "--hostname", f"{name}@%h", "--loglevel", "critical")
    app.worker_main(["worker", *options])


def _beat(name: str) -> None:
    from django.conf import settings

    from portal.celery import app

    schedule = Path(settings.VAR_DIR) / f"schedule-{name}"
    app.start(["beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "critical"])


def _web(bind: str) -> None:
    from gunicorn.app import wsgiapp

    options = ("--bind", bind, "--workers", "1", "--threads", "4", "--log-level", "critical")
    sys.argv = ["gunicorn", "portal.wsgi", *options]
    wsgiapp.run()


def _provider(port: str, seed: str, file: str) -> None:
    from tests.faults import provider

    provider.main(int(port), int(seed), Path(file))


KINDS: dict[str, Callable[..., None]] = {
    "engine": _engine,
    "node": _node,
    "beat": _beat,
    "web": _web,
    "provider": _provider,
}


def _fork(kind: str, clock: Path, arguments: list[str]) -> int:
    from tests.faults.clock import live_by

    if child := os.fork():
        return child
    try:
        os.setsid()
        _die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        live_by(clock)
        KINDS[kind](*arguments)
    except BaseException:  # SystemExit too: whatever ends it, it must not go on as a second nursery
        traceback.print_exc()
    os._exit(1)


def main() -> None:
    import django

    django.setup()
    from notifications import engine, tasks  # noqa: F401  # what is loaded here no child has to load
    from tests.faults import provider  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    for line in sys.stdin:
        kind, clock, *arguments = line.split()
        sys.stdout.write(f"{_fork(kind, Path(clock), arguments)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
