"""The engine beside one Celery task a reminder, as people write it and tuned: taking turns, against one provider.

Each round gives each way people of its own, who are planned by the same tick, and ends when each of their reminders
has been accepted. Checked after each turn: as many attempts as reminders, every reminder sent, and the same words in
all of them, but for names and account numbers.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

from benchmarks.measuring import Round, cpu_of, postmaster
from benchmarks.private import own_cpu

ROUNDS = 3
PEOPLE = {
    "usual": 200,
    "tuned": 1000,
    "engine_1": 5000,
    "engine_2": 5000,
}  # in a round; about as many seconds each
POOLS = {"usual": ["-P", "prefork", "-c", "2"], "tuned": ["-P", "prefork", "-c", "32"]}
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error", "-O", "fair"]
WARM_UP = 200  # people, of each way
COUNTED = 20  # tasks of a baseline whose queries are counted


def compare(noon: datetime, add_people: Callable[..., None], engine_people: int) -> dict[str, Any]:
    """noon: UTC; the first day. add_people: see benchmarks.dispatch."""
    from notifications import engine
    from notifications.models import Step

    people = PEOPLE | dict.fromkeys(("engine_1", "engine_2"), engine_people)
    turns: dict[str, list[Round]] = {way: [] for way in people}
    Step.objects.exclude(offset_days=-3).update(is_active=False)  # one reminder a person, for everybody
    day = 0

    def prepare(number: int) -> datetime:
        """New people whose reminders are due, and the instant at which they are."""
        nonlocal day
        day += 1
        now = noon + timedelta(days=day)
        add_people(f"{day:03d}", number, due_on=now.date() + timedelta(days=3))
        planned = engine.tick(now=now)
        assert planned == number, (planned, number, day)
        return now

    with ExitStack() as stack:
        for way in POOLS:
            stack.enter_context(celery(way))
        workers = [stack.enter_context(engine_worker()) for _ in range(2)]
        ways: dict[str, Callable[[datetime], Round]] = {
            "usual": lambda now: by_tasks("usual", stack_cpu["usual"], now),
            "tuned": lambda now: by_tasks("tuned", stack_cpu["tuned"], now),
            "engine_1": lambda now: by_engine(workers[:1], now),
            "engine_2": lambda now: by_engine(workers, now),
        }
        stack_cpu = {way: running[way].pid for way in POOLS}
        for turn in ways.values():
            turn(prepare(WARM_UP))
        for _ in range(ROUNDS):
            for way, turn in ways.items():
                turns[way].append(turn(prepare(people[way])))
        queries = {way: queries_by_tasks(way, prepare(COUNTED)) for way in POOLS}
    queries["engine_1"] = queries["engine_2"] = queries_by_engine(prepare(1000))
    return report(turns, queries)


def report(turns: dict[str, list[Round]], queries: dict[str, int]) -> dict[str, Any]:
    """Medians of the rounds."""

    def median(way: str, figure: Callable[[Round], float]) -> int:
        return round(statistics.median(figure(each) for each in turns[way]))

    rates = {way: median(way, lambda each: each.reminders / each.seconds) for way in turns}
    found: dict[str, Any] = {
        way: {
            "reminders_per_second": rates[way],
            "rounds": [round(each.reminders / each.seconds) for each in turns[way]],
            "worker_cpu_us_each": median(way, lambda each: each.worker_cpu / each.reminders * 1e6),
            "postgres_cpu_us_each": median(way, lambda each: each.postgres_cpu / each.reminders * 1e6),
            "queries_per_1000": queries[way],
            "ratio_to_tuned": round(rates[way] / rates["tuned"], 1),
        }
        for way in turns
    }
    best = max(rates["engine_1"], rates["engine_2"])
    cpu = {way: found[way]["worker_cpu_us_each"] + found[way]["postgres_cpu_us_each"] for way in turns}
    return {
        **found,
        "ratio_to_tuned": round(best / rates["tuned"], 1),
        "ratio_to_usual": round(best / rates["usual"], 1),
        "cpu_ratio_to_tuned": round(cpu["tuned"] / cpu["engine_1"], 1),
        "cores": os.cpu_count(),
    }


# ---------- one Celery task a reminder ----------

running: dict[str, "subprocess.Popen[bytes]"] = {}


@contextmanager
def celery(way: str) -> Iterator[None]:
    """Workers of this way alone, waiting."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "benchmarks.baselines.app", "worker"]
    environment = {**environ(), "BENCHMARK_CONNECTIONS": "usual" if way == "usual" else "kept"}
    options = ["-Q", way, "-n", f"{way}@benchmark", *POOLS[way], *QUIET]
    running[way] = subprocess.Popen([*command, *options], env=environment)
    try:
        yield
    finally:
        running[way].terminate()
        running[way].wait()


def by_tasks(way: str, worker: int, now: datetime) -> Round:
    """Put a task for each due reminder into the queue, and wait until the last has been sent."""
    before, theirs, own = cpu_of(worker), cpu_of(postmaster()), own_cpu()
    started = time.monotonic()
    number = enqueue(way, tasks_of(way, due()))
    while due().exists():
        time.sleep(0.2)
        assert time.monotonic() - started < 120, f"{way} does not end"
    seconds = time.monotonic() - started
    used = cpu_of(worker) - before + own_cpu() - own
    theirs = cpu_of(postmaster()) - theirs
    check(number, since=now)
    return Round(number, seconds, used, theirs)


def due() -> Any:
    from notifications.models import Reminder

    return Reminder.objects.filter(state="planned")


def tasks_of(way: str, reminders: Any) -> list[tuple[Any, ...]]:
    """The arguments of each task."""
    if way == "usual":
        return [(pk,) for pk in reminders.values_list("pk", flat=True)]
    phones = reminders.filter(borrower__contact_points__kind="phone")
    found = phones.values_list("pk", "borrower__contact_points__value", "borrower__contact_points")
    return [(pk, str(value), point) for pk, value, point in found]


def enqueue(way: str, tasks: list[tuple[Any, ...]]) -> int:
    from benchmarks.baselines.app import app

    name = f"benchmarks.baselines.{way}.send_reminder"
    if way == "usual":
        for arguments in tasks:
            app.send_task(name, arguments, queue=way)
        return len(tasks)
    with app.producer_pool.acquire(block=True) as producer:
        for arguments in tasks:
            app.send_task(name, arguments, queue=way, producer=producer, ignore_result=True)
    return len(tasks)


def queries_by_tasks(way: str, now: datetime) -> int:
    """Queries per 1,000 reminders, counted over a few tasks that run here."""
    from importlib import import_module

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    task = import_module(f"benchmarks.baselines.{way}").send_reminder
    tasks = tasks_of(way, due())
    task(*tasks[0])  # what is kept between tasks
    with CaptureQueriesContext(connection) as captured:
        for arguments in tasks[1:]:
            task(*arguments)
    return round(len(captured) / len(tasks[1:]) * 1000)


# ---------- the engine ----------


@contextmanager
def engine_worker() -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "benchmarks.baselines.engine"]
    process = subprocess.Popen(command, env=environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def by_engine(workers: "list[subprocess.Popen[bytes]]", now: datetime) -> Round:
    """Let the workers send what is due, and wait until the last of them has nothing left."""
    processes = [worker.pid for worker in workers]
    before, theirs = cpu_of(*processes), cpu_of(postmaster())
    started = time.monotonic()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{now.isoformat()}\n".encode())
        worker.stdin.flush()
    number = 0
    for worker in workers:
        assert worker.stdout is not None
        number += int(worker.stdout.readline())
    seconds = time.monotonic() - started
    used, theirs = cpu_of(*processes) - before, cpu_of(postmaster()) - theirs
    check(number, since=now)
    return Round(number, seconds, used, theirs)


def queries_by_engine(now: datetime) -> int:
    """Of a batch of a thousand; the plan's are not among them, as enqueueing is not among the tasks'."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from notifications import dispatch

    with CaptureQueriesContext(connection) as captured:
        sent = dispatch.send_due(clock=lambda: now, until=lambda: False, limit=1001)
    assert sent == 1000, sent
    return len(captured)


# ---------- both ----------


def environ() -> dict[str, str]:
    from django.conf import settings
    from django.db import connection

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCHMARK_DATABASE": str(connection.settings_dict["NAME"]),
        "TWILIO_BASE_URL": settings.TWILIO_BASE_URL,
    }


_words: set[str] = set()


def check(number: int, *, since: datetime) -> None:
    """The same work was done: each reminder sent, an attempt accepted for each, in the same words."""
    from notifications.models import Attempt, Reminder

    sent = Reminder.objects.filter(planned_at__gte=since, state="sent", tries=1)
    assert sent.count() == number > 0, (sent.count(), number)
    accepted = Attempt.objects.filter(reminders__in=sent, state="accepted").exclude(provider_reference="")
    assert accepted.count() == number, (accepted.count(), number)
    for body in accepted.values_list("body", flat=True)[:50]:
        body = re.sub(r" (Ref\. )?[0-9A-Z]{8}$", "", body)  # the engine's own mark, by attempt
        _words.add(re.sub(r"due on [^(]+\(account \S+\)", "…", body))  # each its own day and account
    assert len(_words) == 1, _words
