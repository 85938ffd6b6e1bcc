"""Reminders a second of one worker against the sandbox provider at 50 ms: `python benchmarks/dispatch.py [PEOPLE]`.

Prints one JSON object. Works in a database of its own, which it makes and drops.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from portal import embedded

LATENCY_MS = 50


def main(people: int) -> None:
    embedded.start_if_local()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, reset_queries
    from django.test.utils import get_runner

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "notifications.sandbox.server", "--port", str(port), "--memory"]
    server = subprocess.Popen([*command, "--no-callbacks", "--latency-ms", str(LATENCY_MS)])
    try:
        settings.TWILIO_BASE_URL = f"http://127.0.0.1:{port}"
        settings.DEBUG = False
        time.sleep(2)
        call_command("load_defaults")
        now = datetime(2026, 6, 10, 15, tzinfo=UTC)
        _people(people, now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does within minutes
        from notifications import dispatch, engine

        started = time.monotonic()
        planned = engine.tick(now=now)
        plan_seconds = time.monotonic() - started
        connection.force_debug_cursor = True
        reset_queries()
        cpu, started, calls = _cpu(), time.monotonic(), 0
        queries = 0
        while True:
            batch = dispatch.one_batch(clock=lambda: now)
            queries += len(connection.queries)
            reset_queries()
            calls += batch.calls
            if not batch.more:
                break
        seconds = time.monotonic() - started
        print(
            json.dumps(
                {
                    "people": people,
                    "planned": planned,
                    "plan_seconds": round(plan_seconds, 2),
                    "sent": calls,
                    "reminders_per_second": round(calls / seconds),
                    "worker_cpu_us_each": round((_cpu() - cpu) / calls * 1e6),
                    "queries_per_1000": round(queries / calls * 1000, 1),
                    "latency_ms": LATENCY_MS,
                }
            )
        )
    finally:
        server.terminate()
        server.wait()
        runner.teardown_databases(databases)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _people(number: int, now: datetime) -> None:
    from decimal import Decimal

    from accounts.models import Borrower, ContactPoint
    from loans.models import Bill, CreditAccount

    people = Borrower.objects.bulk_create(
        Borrower(
            reference=f"P{n}", name=f"Person {n}", country="US", region="NY", time_zone="America/New_York"
        )
        for n in range(number)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(borrower=one, kind="phone", value=f"+1201{n:07d}", verified_at=now)
        for n, one in enumerate(people)
    )
    loans = CreditAccount.objects.bulk_create(
        CreditAccount(reference=f"L{n:07d}", borrower=one, product="instalment_loan", currency="USD")
        for n, one in enumerate(people)
    )
    day = now.date() + timedelta(days=3)
    Bill.objects.bulk_create(
        Bill(account=loan, number=1, due_on=day, amount=Decimal("123.45")) for loan in loans
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
