"""A worker that hangs is told from one that works: with real processes, stopped in their tracks by SIGSTOP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications import workers
from notifications.models import Tick, Worker
from portal import embedded, health
from portal.celery import app
from tests.waiting import PATIENCE, until

SLOT = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _a_hasty_clock(settings: Any) -> None:
    settings.ENGINE_SLOT = settings.ENGINE_TICK = SLOT


@contextmanager
def process(*command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the engine, on the test's database, that beats every second."""
    database = portal_settings.DATABASES["default"]
    address = f"postgres://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "ENGINE_TICK_SECONDS": "1",
        "ENGINE_SLOT_SECONDS": "1",
        "PORTAL_VAR": str(embedded.VAR),
    }
    started = subprocess.Popen([sys.executable, *command], cwd=embedded.ROOT, env=environment)
    try:
        yield started
    finally:
        started.kill()  # SIGSTOP or not
        started.wait()


def beats_on(name: str) -> bool:
    """Has it beaten since we asked?"""
    asked = timezone.now()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        if Worker.objects.filter(pk=name, beat_at__gt=asked).exists():
            return True
        time.sleep(0.1)
    return False


def is_ready(*names: str) -> bool:
    with suppress(CommandError):
        call_command("worker_ready", *names)
        return True
    return False


def is_late(name: str) -> bool:
    return any(one.is_late for one in workers.seen(now=timezone.now()) if one.name == name)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_stopped_in_its_tracks_is_not_ready_and_a_running_one_is() -> None:
    with process("manage.py", "run_engine") as hung, process("manage.py", "run_engine") as sound:
        until(lambda: Worker.objects.count() == 2, "both work")
        names = {row.process: row.pk for row in Worker.objects.all()}
        until(is_ready, "both beat")
        os.kill(hung.pid, signal.SIGSTOP)
        until(lambda: is_late(names[hung.pid]), "its silence is seen")
        until(lambda: beats_on(names[sound.pid]), "the other one beats")
        with pytest.raises(CommandError, match=names[hung.pid]):
            call_command("worker_ready", names[hung.pid])
        with pytest.raises(CommandError, match=r"Silent: run_engine@"):
            call_command("worker_ready")
        until(lambda: is_ready(names[sound.pid]), "the other one is ready")
        until(lambda: health.state(now=timezone.now())["ready"], "the other one keeps the portal ready")
        until(lambda: health.state(now=timezone.now())["late_workers"] == 1, "one of them is late")
        os.kill(hung.pid, signal.SIGCONT)
        until(lambda: not is_late(names[hung.pid]), "it goes on")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_stop_is_missed_by_nobody() -> None:
    with process("manage.py", "run_engine") as worker:
        until(Worker.objects.exists, "it works")
        worker.terminate()
        worker.wait(timeout=PATIENCE)
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_was_killed_is_cleared_away_by_the_next_on_its_host() -> None:
    with process("manage.py", "run_engine") as killed:
        until(Worker.objects.exists, "it works")
    assert Worker.objects.filter(process=killed.pid).exists()
    call_command("run_engine", "--once")
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_celery_node_beats_when_it_is_sent_a_pulse_and_not_when_it_is_stopped() -> None:
    broker = portal_settings.CELERY_BROKER_URL
    name = f"celery-{os.getpid()}@{workers.host()}"
    options = ("--concurrency", "1", "-n", name, "-l", "error")
    with process("-m", "celery", "--quiet", "-A", "portal.celery", "-b", broker, "worker", *options) as node:

        def beats() -> bool:
            app.send_task("notifications.tasks.pulse")
            return beats_on(name)

        until(beats, "the node takes its pulse")
        until(lambda: is_ready(name), "it is ready")
        os.kill(node.pid, signal.SIGSTOP)
        until(lambda: is_late(name), "its silence is seen")
        assert not beats()
        os.kill(node.pid, signal.SIGCONT)
        until(beats, "it goes on")
        node.terminate()
        node.wait(timeout=PATIENCE)
    assert not Worker.objects.exists()


@pytest.mark.django_db
def test_a_host_without_workers_is_not_ready() -> None:
    with pytest.raises(CommandError, match="No worker of this host"):
        call_command("worker_ready")


@pytest.mark.django_db
def test_the_portal_is_not_ready_where_every_worker_hangs_whatever_its_clock_says() -> None:
    now = timezone.now()
    Tick.objects.create(name="plan", slot=now, finished_at=now)
    assert health.state(now=now)["ready"] is True
    workers.beat("run_engine@one:1", now=now - workers.late_after() - SLOT)
    assert health.state(now=now)["ready"] is False
    workers.beat("run_engine@two:1", now=now)
    assert health.state(now=now) | {"engine_seconds": 0} == {
        "ready": True, "database": True, "cache": True, "engine_seconds": 0, "workers": 1, "late_workers": 1,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_worker_that_has_been_silent_for_an_hour_is_forgotten() -> None:
    now = timezone.now()
    workers.beat("run_engine@gone:1", now=now - workers.FORGOTTEN)
    assert workers.seen(now=now) == []
