"""Seconds and memory of simulating a portfolio: `python benchmarks/simulate.py [DIR] [--days 60]`.

Prints one JSON object. DIR is one import set (default: the 5,000 loans of the tests), at a day when its instalments
run; every borrower has a phone and an e-mail address. Works in a database of its own.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database, own_cpu, peak_memory

LOANS = Path(__file__).resolve().parent.parent / "tests" / "data" / "portfolio" / "loans-us-2018q1"
START = datetime(2018, 7, 1, 12, tzinfo=UTC)


def main(folder: Path, days: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from loans.portfolio.sets import Import
    from notifications import ahead, simulation
    from notifications.simulation import Volume

    Import(folder, START, progress=lambda name, share: None).run()
    add_addresses()
    before, used, started = peak_memory(), own_cpu(), time.monotonic()
    volume, span = Volume(), ahead.Span(START, START + timedelta(days=days))
    with CaptureQueriesContext(connection) as asked:
        for told in simulation.simulate(simulation.people(), span=span, ladder=ahead.stored_ladder()):
            volume.add(told)
    seconds, used = time.monotonic() - started, own_cpu() - used
    return {
        "borrowers": simulation.people().count(),
        "days": days,
        "messages": volume.messages,
        "reminders_decided": volume.reminders + volume.not_sent.total(),
        "segments": volume.segments,
        "seconds": round(seconds, 2),
        "own_cpu_seconds": round(used, 2),
        "queries": len(asked),
        "peak_memory_mb": peak_memory(),
        "of_it_before_mb": before,
    }


def add_addresses() -> None:
    from django.db import connection

    from accounts.models import Borrower, ContactPoint

    for start in range(0, Borrower.objects.count(), 1000):
        ids = Borrower.objects.order_by("pk").values_list("pk", flat=True)[start : start + 1000]
        addresses = [
            *((pk, "phone", f"+1212{pk:07d}") for pk in ids),
            *((pk, "email", f"person{pk}@example.com") for pk in ids),
        ]
        ContactPoint.objects.bulk_create(
            ContactPoint(borrower_id=pk, kind=kind, value=value, verified_at=START)
            for pk, kind, value in addresses
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Seconds and memory of simulating a portfolio.")
    parser.add_argument("folder", type=Path, nargs="?", default=LOANS)
    parser.add_argument("--days", type=int, default=60)
    chosen = parser.parse_args()
    with database():
        print(json.dumps(main(chosen.folder, chosen.days)))
