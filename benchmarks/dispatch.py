"""Reminders a second of one worker against the sandbox provider at 50 ms: `python benchmarks/dispatch.py [PEOPLE]`.

Prints one JSON object. Works in a database of its own, which it makes and drops. A first round of a hundred
people opens what a worker has open (modules, connections, templates); a last one counts the queries.

With --json the engine takes turns with what people write in its place: see benchmarks.comparison.
"""

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measuring import cpu_of
from benchmarks.private import database, own_cpu

LATENCY_MS = 50
NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)  # in New York, where everybody lives
AREAS = (
    *(212, 315, 332, 347, 363, 516, 518, 585, 607, 624, 631, 646, 680, 716, 718, 838, 845, 914, 917),
    *(929, 934),
)
WARM_UP, COUNTED = 100, 1000  # people


def main(people: int) -> None:
    from notifications import engine

    with provider() as process:
        add_people("W", WARM_UP, due_on=NOON.date() + timedelta(days=3))
        engine.run(clock=lambda: NOON, until=lambda: False)

        add_people("P", people, due_on=NOON.date() + timedelta(days=4))
        now = NOON + timedelta(days=1)
        started = time.monotonic()
        planned = engine.tick(now=now)
        plan_seconds = time.monotonic() - started
        used, theirs, started = own_cpu(), cpu_of(process), time.monotonic()
        sent = engine.run(clock=lambda: now, until=lambda: False)
        seconds = time.monotonic() - started
        used, theirs = own_cpu() - used, cpu_of(process) - theirs
        add_people("Q", COUNTED, due_on=NOON.date() + timedelta(days=5))
        queries = count_queries(NOON + timedelta(days=2))
    print(
        json.dumps(
            {
                "people": people,
                "planned": planned,
                "plan_seconds": round(plan_seconds, 2),
                "sent": sent,
                "reminders_per_second": round(sent / seconds),
                "worker_cpu_us_each": round(used / sent * 1e6),
                "provider_cpu_us_each": round(theirs / sent * 1e6),
                "queries_per_1000": queries,
                "latency_ms": LATENCY_MS,
            }
        )
    )


def count_queries(now: datetime) -> int:
    """The queries of sending a batch of a thousand; the plan's are not among them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from notifications import dispatch, engine

    engine.tick(now=now)
    with CaptureQueriesContext(connection) as captured:
        sent = dispatch.send_due(clock=lambda: now, until=lambda: False, limit=COUNTED + 1)
    assert sent == COUNTED, sent
    return len(captured)


@contextmanager
def provider() -> Iterator[int]:
    """The sandbox's process id, with settings that point to it."""
    from django.conf import settings

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "notifications.sandbox.server", "--port", str(port), "--memory"]
    server = subprocess.Popen([*command, "--no-callbacks", "--latency-ms", str(LATENCY_MS)])
    settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
    time.sleep(2)
    try:
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def add_people(prefix: str, number: int, *, due_on: date) -> None:
    """Each with a phone and a loan, one bill of which is due. Who was there before has paid."""
    from django.db import connection

    from accounts.models import Borrower, ContactPoint
    from loans.models import Bill, CreditAccount

    home = {"country": "US", "region": "NY", "time_zone": "America/New_York"}
    names = [f"{prefix}{n:07d}" for n in range(number)]
    people = Borrower.objects.bulk_create(Borrower(reference=name, name=name, **home) for name in names)
    ContactPoint.objects.bulk_create(
        ContactPoint(borrower=one, kind="phone", value=f"+1{_area(prefix)}{2_000_000 + n}", verified_at=NOON)
        for n, one in enumerate(people)
    )
    loans = CreditAccount.objects.bulk_create(
        CreditAccount(reference=one.reference, borrower=one, product="instalment_loan", currency="USD")
        for one in people
    )
    Bill.objects.update(closed_at=NOON)
    Bill.objects.bulk_create(
        Bill(account=loan, number=1, due_on=due_on, amount=Decimal("123.45")) for loan in loans
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does within minutes


def _area(prefix: str) -> int:
    """An area code of New York, for the numbers of these people alone."""
    return AREAS[(int(prefix) if prefix.isdecimal() else ord(prefix)) % len(AREAS)]


def compared(people: int) -> None:
    from benchmarks import comparison

    with provider():
        found = comparison.compare(NOON, add_people, people)
    print(json.dumps({**found, "latency_ms": LATENCY_MS}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument(
        "people", type=int, nargs="?", help="for the engine in each turn; 10000, compared 5000"
    )
    parser.add_argument("--json", action="store_true", help="compare with a Celery task for each reminder")
    chosen = parser.parse_args()
    with database():
        compared(chosen.people or 5000) if chosen.json else main(chosen.people or 10_000)
