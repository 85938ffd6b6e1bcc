"""Loads the portal once and forks workers and beats of it: one is at work in a tenth of a second, not in two.

    python -m tests.faults.nursery

A line on stdin is a process to start, `KIND NAME CLOCK`; the answer on stdout is its number. Each leads a session of
its own, so that kill -9 takes a Celery node with its children, as a machine that fails does. All end with the nursery.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psutil

from tests.faults.parent import die_with_parent


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
                preexec_fn=die_with_parent,
            )

    def start(self, kind: str, name: str, clock: Path) -> psutil.Process:
        asks, answers = self._pipes()
        asks.write(f"{kind} {name} {clock}\n")
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
    """kill -9 of a worker and all its children, and wait until it is gone."""
    if process.is_running():
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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


KINDS: dict[str, Callable[[str], None]] = {"engine": _engine, "node": _node, "beat": _beat}


def _fork(kind: str, name: str, clock: Path) -> int:
    from tests.faults.clock import live_by

    if child := os.fork():
        return child
    try:
        os.setsid()
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        live_by(clock)
        KINDS[kind](name)
    except BaseException:  # SystemExit too: whatever ends it, it must not go on as a second nursery
        traceback.print_exc()
    os._exit(1)


def main() -> None:
    import django

    django.setup()
    from notifications import engine, tasks  # noqa: F401  # whatever is loaded here no child has to load

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    for line in sys.stdin:
        kind, name, clock = line.split()
        sys.stdout.write(f"{_fork(kind, name, Path(clock))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
