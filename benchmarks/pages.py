"""Queries and time of a borrower's pages with 5,000 loans in the database: `python benchmarks/pages.py [--json]`.

The demo with the tests' set of loans imported beside it, in a database of its own; the demo's borrower with a loan
looks at each page fifty times. Time is the server's alone: from the request to the whole answer, without a network.
"""

import argparse
import io
import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database

LOANS = Path(__file__).resolve().parent.parent / "tests" / "data" / "portfolio" / "loans-us-2018q1"
MESSAGES = 60  # in the inbox


def main(times: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import Borrower
    from loans.portfolio.sets import Import
    from portal.management.commands.load_demo import PEOPLE

    call_command("load_demo", stdout=io.StringIO())
    Import(LOANS, timezone.now(), progress=lambda name, share: None).run()
    borrower = Borrower.objects.get(reference=PEOPLE["loans"][0])
    fill_inbox(borrower)
    client = Client(SERVER_NAME="localhost")
    client.force_login(borrower.user, "django.contrib.auth.backends.ModelBackend")
    account = borrower.credit_accounts.get()
    pages = {
        "dashboard": reverse("loans:dashboard"),
        "account": reverse("loans:account", args=[account.public_id]),
        "payoff": reverse("loans:payoff", args=[account.public_id]),
        "pay more": reverse("loans:pay_more", args=[account.public_id], query={"more": "50"}),
        "preferences": reverse("notifications:preferences"),
        "inbox": reverse("notifications:inbox"),
    }
    return {name: measure(client, path, times) for name, path in pages.items()}


def measure(client: Any, path: str, times: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seen = client.get(path)  # opens what a worker has open
    assert seen.status_code == 200, (path, seen.status_code)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    queries = len(captured)  # read now: the next request empties the log
    took = []
    for _ in range(times):
        started = time.perf_counter()
        client.get(path)
        took.append((time.perf_counter() - started) * 1000)
    return {
        "queries": queries,
        "median_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
        "kilobytes": round(len(seen.content) / 1024, 1),
    }


def fill_inbox(borrower: Any) -> None:
    from django.utils import timezone

    from notifications.models import Attempt

    now = timezone.now()
    reasons = [{"rule": "choice.channel", "facts": {"channel": "inbox"}, "source": ""}]
    note = {
        "category": "upcoming",
        "channel": "inbox",
        "provider": "inbox",
        "state": "accepted",
        "language": "en",
    }
    Attempt.objects.bulk_create(
        Attempt(
            borrower=borrower,
            subject="A bill is due soon",
            body="$250.00 is due on 15 March 2027.",
            reasons=reasons,
            started_at=now - timedelta(days=days),
            **note,
        )
        for days in range(MESSAGES)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Queries and time of a borrower's pages.")
    parser.add_argument("times", type=int, nargs="?", default=50)
    parser.add_argument("--json", action="store_true", help="on one line")
    chosen = parser.parse_args()
    with database():
        print(json.dumps(main(chosen.times), indent=None if chosen.json else 2))
