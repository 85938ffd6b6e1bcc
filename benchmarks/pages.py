"""Queries and time of a borrower's pages: `python benchmarks/pages.py [--json] [--accounts 1000000]`.

The demo with the tests' set of 5,000 loans beside it, in a database of its own; the demo's borrower with a loan looks
at each page fifty times. That time is the server's alone: from the request to the whole answer, without a network.

With --accounts there are as many more borrowers, each with a loan, bills and a message (`crowd`), and fifty of them
look at the pages through gunicorn, in turns with a bare view on the same server (`serving`): requests a second, and
the time within which 95 of a hundred are answered.
"""

import argparse
import io
import json
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import crowd, serving
from benchmarks.private import database

LOANS = Path(__file__).resolve().parent.parent / "tests" / "data" / "portfolio" / "loans-us-2018q1"
MESSAGES = 60  # in the inbox
VIEWERS = 50
ROUNDS = 3


def main(times: int, accounts: int, seconds: float) -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import Borrower
    from loans.models import CreditAccount
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
    found = {name: measure(client, path, times) for name, path in pages.items()}
    if not accounts:
        return found
    started = time.perf_counter()
    crowd.make(borrower, accounts)
    made = round(time.perf_counter() - started)
    served = serving.measure(looks(viewers(borrower)), rounds=ROUNDS, seconds=seconds)
    after = {name: measure(client, path, times) for name, path in pages.items()}
    return {
        "accounts": CreditAccount.objects.count(),
        "made_in_seconds": made,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        **{name: after.get(name, {}) | served.get(name, {}) for name in dict.fromkeys([*served, *after])},
    }


def viewers(original: Any) -> list[Any]:
    """Some of the crowd, spread over all of it, each with a login and all that the original has."""
    from accounts.models import Borrower, User

    crowded = Borrower.objects.filter(reference__startswith=crowd.START).order_by("pk")
    step = crowded.count() // VIEWERS
    found = []
    for number in range(VIEWERS):
        person = crowded[number * step]
        person.user = User.objects.create_user(email=f"{person.reference}@crowd.example")
        person.save(update_fields=["user"])
        crowd.complete(person, original)
        found.append(person)
    return found


def looks(people: list[Any]) -> dict[str, list[serving.Look]]:
    """Page → where each of them finds it, and the session they have."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    found: dict[str, list[serving.Look]] = {}
    for person in people:
        client = Client(SERVER_NAME="localhost")
        client.force_login(person.user, "django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        account = person.credit_accounts.get().public_id
        addresses = {
            "dashboard": reverse("loans:dashboard"),
            "account": reverse("loans:account", args=[account]),
            "preferences": reverse("notifications:preferences"),
            "inbox": reverse("notifications:inbox"),
        }
        for name, path in addresses.items():
            found.setdefault(name, []).append((path, session))
    return found


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
    parser.add_argument("--accounts", type=int, default=0, help="so many more, and pages served by gunicorn")
    parser.add_argument("--seconds", type=float, default=5, help="of each page's turn")
    chosen = parser.parse_args()
    with database():
        found = main(chosen.times, chosen.accounts, chosen.seconds)
        print(json.dumps(found, indent=None if chosen.json else 2))
