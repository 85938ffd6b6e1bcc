"""Decisions a second on one core, and the plan as a share of a raw INSERT … SELECT.

    python benchmarks/gate.py [--json] [--bills 1000000] [--decisions 200000]

Decisions: people of four places with their full rulebooks (a collector under Regulation F and Massachusetts, a
lender in Massachusetts, in Britain, in China; the lender's careful default with each), hours and words as they are,
the day round. Plan: one step over that many open bills of which 1 % is due, in a database of its own; the raw
statement writes the same rows of the same table from a prepared table, with nothing to decide.
"""

import argparse
import gc
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database
from notifications import choice, gate, gate_terms, local_time
from notifications.habit import Habit, Kind
from notifications.law import books
from notifications.law.case import Message, PriorContact
from notifications.pace import Rung

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
PLACES = [
    ("US", "MA", ("America/New_York",), "collector"),
    ("US", "MA", ("America/New_York", "America/Los_Angeles"), "creditor"),
    ("GB", "", ("Europe/London",), "creditor"),
    ("CN", "", ("Asia/Shanghai",), "creditor"),
]
ROUNDS = 3
DUE = date(2026, 6, 13)
# Ten open bills to a loan; of each hundred bills one is due on the day, the others on the 99 days after.
FILL = (
    """
    INSERT INTO accounts_borrower (id, reference, name, country, region, language, time_zone, created_at)
    SELECT n, 'B' || n, 'B' || n, 'US', '', 'en',
           (ARRAY['America/New_York', 'America/Chicago', 'Europe/London', 'Asia/Shanghai'])[n %% 4 + 1], now()
    FROM generate_series(1, %(bills)s / 10) n
    """,
    """
    INSERT INTO loans_creditaccount (id, public_id, reference, borrower_id, product, currency, status,
                                     lender_status, purpose, months_past_due, days_past_due_band)
    SELECT id, gen_random_uuid(), reference, id, 'instalment_loan', 'USD', 'open', '', '', 0, ''
    FROM accounts_borrower
    """,
    """
    INSERT INTO loans_bill (account_id, number, due_on, amount, paid)
    SELECT account.id, number, %(due)s::date + ((account.id + number * 10) %% 100)::int, 123.45, 0
    FROM loans_creditaccount account CROSS JOIN generate_series(1, 10) number
    """,
)
LADDER = tuple(Rung(offset, 2) for offset in (-7, -3, -1, 0, 3, 7, 14))
SAID = Message(
    keys=frozenset(
        {
            "sender_name",
            "lender_name",
            "contact",
            "opt_out",
            "collector_disclosure",
            "amount",
            "due_date",
            "sender_code",
        }
    ),
    language="en",
)
CHOICES = (
    choice.DEFAULT,
    choice.DEFAULT,
    choice.Choice(max_per_week=1, lead_days=frozenset({3, 0})),
    choice.Choice(pace="standard", channels={**choice.DEFAULT.channels, "overdue": ("email",)}),
)
HABITS = (
    Habit(Kind.NEW),
    Habit(Kind.ON_DAY, 0, 1, 12, 12, 8),
    Habit(Kind.EARLY, -2, 1, 12, 12, 1),
    Habit(Kind.LATE, 3, 1, 9, 1, 0),
)

Decision = Callable[[], gate_terms.Verdict]


def main(*, bills: int, decisions: int) -> dict[str, object]:
    figures: dict[str, object] = decide(decisions)
    if bills:
        with database():
            figures |= plan(bills)
    return figures


def decide(number: int) -> dict[str, object]:
    """The best of some rounds over the same people."""
    asked = list(islice(looks(random.Random(3)), number))
    gc.freeze()  # a worker seldom looks for garbage, and not through facts that are still in use
    gc.set_threshold(50_000)
    outcomes = Counter(
        type(one()).__name__ for one in asked
    )  # the first round opens books, zones and calendars
    best = min(_seconds(asked) for _ in range(ROUNDS))
    return {
        "decisions": number,
        "decisions_per_second": round(number / best),
        "microseconds_each": round(best / number * 1e6, 1),
        "outcomes": {name: round(count / number, 3) for name, count in outcomes.items()},
    }


def _seconds(asked: list[Decision]) -> float:
    started = time.process_time()
    for one in asked:
        one()
    return time.process_time() - started


def looks(chance: random.Random) -> Iterator[Decision]:
    """Looks at one reminder each, with facts as a batch of the engine has them."""
    while True:
        country, region, zones, binds = chance.choice(PLACES)
        now = MONDAY + timedelta(minutes=chance.randrange(7 * 24 * 60))
        offset = chance.choice((-7, -3, -1, 0, 3, 7, 14))
        account = f"A{chance.randrange(50)}"
        contact = gate_terms.Contact(
            zones=tuple(map(local_time.zone, zones)),
            reachable=frozenset(chance.sample(("sms", "email"), chance.randint(1, 2))) | {gate_terms.INBOX},
            binds=binds,
        )
        facts = gate_terms.Facts(
            category="upcoming" if offset < 0 else "overdue" if offset else "due",
            offset_days=offset,
            due_on=now.date() - timedelta(days=offset),
            is_owed=chance.random() > 0.05,
            account_open=True,
            has_words=True,
            expires_at=now + timedelta(days=2),
            account=account,
            product=chance.choice(("card", "loan")),
            messages={"plain": dict.fromkeys(("sms", "email", "inbox"), SAID)},
            rung=Rung(offset, 2),
            cadence=LADDER,
        )
        history = tuple(
            PriorContact(now - timedelta(hours=hours), "sms", debts=frozenset({account}))
            for hours in sorted(
                (chance.randrange(10, 700) for _ in range(chance.choice((0, 1, 2, 4)))), reverse=True
            )
        )
        chosen, books_there = chance.choice(CHOICES), books.for_place(country, region)
        person = gate_terms.Person(contact, chosen, history, books_there, chance.choice(HABITS))
        yield partial(gate.decide, person, facts, now=now)


def plan(bills: int) -> dict[str, object]:
    """One step planned as the engine plans it, and the same rows written from a table that holds them ready."""
    from django.db import connection

    from notifications import plan as planning
    from notifications.models import Step

    fill(bills)
    step = Step.objects.get(offset_days=-3)
    Step.objects.exclude(pk=step.pk).update(is_active=False)
    now = datetime.combine(DUE - timedelta(days=3), datetime.min.time(), UTC) + timedelta(hours=9)
    planned, raw = [], []
    with connection.cursor() as cursor:
        for _ in range(ROUNDS):
            started = time.monotonic()
            number = planning.plan(now=now, since=now)
            planned.append(time.monotonic() - started)
            cursor.execute("DROP TABLE IF EXISTS ready")
            cursor.execute("CREATE TABLE ready AS SELECT * FROM notifications_reminder")
            cursor.execute("CREATE TABLE IF NOT EXISTS lanes_ready AS SELECT * FROM notifications_lane")
            cursor.execute("TRUNCATE notifications_reminder, notifications_lane CASCADE")
            started = time.monotonic()
            cursor.execute("INSERT INTO notifications_reminder OVERRIDING SYSTEM VALUE SELECT * FROM ready")
            cursor.execute("INSERT INTO notifications_lane SELECT * FROM lanes_ready")
            raw.append(time.monotonic() - started)
            cursor.execute("TRUNCATE notifications_reminder, notifications_lane CASCADE")
    assert number == bills // 100, number
    return {
        "open_bills": bills,
        "planned": number,
        "plan_seconds": round(min(planned), 3),
        "raw_insert_seconds": round(min(raw), 3),
        "plan_share_of_raw": round(min(raw) / min(planned), 2),
    }


def fill(bills: int) -> None:
    """As many borrowers with a loan and an open bill each; one in a hundred is due on `DUE`."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"bills": bills, "due": DUE})
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--bills", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=200_000)
    chosen = parser.parse_args()
    found = main(bills=chosen.bills, decisions=chosen.decisions)
    print(
        json.dumps(found) if chosen.json else "\n".join(f"{name}: {value}" for name, value in found.items())
    )
