"""What reading the engine's state costs on many rows: `python benchmarks/status.py [REMINDERS]`.

Prints one JSON object: milliseconds of each query, the slowest first, and of all together; and what PostgreSQL
reads for each. The rows stand for an engine at full speed with a long queue: every borrower is due, a tenth of
the attempts are of the last five minutes, 1 in 1,000 is unknown. They are made without their borrowers and
bills, which no query of the state looks at.
"""

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database

ROWS = """
SET session_replication_role = replica;
INSERT INTO notifications_lane (borrower_id, next_at, leased_until, claim)
SELECT n, %(now)s - n * interval '10 ms', CASE WHEN n %% 100 = 0 THEN %(now)s + interval '1 min' END, 1
FROM generate_series(1, %(rows)s) n;
INSERT INTO notifications_reminder (borrower_id, bill_id, step_id, state, step_day, next_attempt_at, expires_at,
                                    tries, failed_channels, reasons, planned_at)
SELECT n, n, 1, 'planned', %(now)s::date, %(now)s, %(now)s, 0, '[]', '[]', %(now)s
FROM generate_series(1, %(rows)s) n;
INSERT INTO notifications_attempt (id, borrower_id, category, channel, provider, claim, state, delivery,
    provider_reference, detail, language, subject, body, segments, reasons, started_at)
SELECT gen_random_uuid(), n, 'upcoming', CASE n %% 5 WHEN 0 THEN 'email' ELSE 'sms' END,
       CASE n %% 5 WHEN 0 THEN 'email' ELSE 'twilio' END, 1,
       CASE n %% 1000 WHEN 0 THEN 'unknown' ELSE 'accepted' END, n %% 6, 'SM' || n, '', 'en', '',
       repeat('Your bill is due. ', 10), 1, '[]', %(now)s - (%(rows)s - n) * interval '50 min' / %(rows)s
FROM generate_series(1, %(rows)s) n;
INSERT INTO notifications_providerevent (provider, event_key, kind, payload, received_at, handled_at, result)
SELECT 'twilio', n, 'status', '{}', %(now)s, CASE WHEN n %% 1000 <> 0 THEN %(now)s END, ''
FROM generate_series(1, %(rows)s) n;
SET session_replication_role = DEFAULT;
"""


def main(rows: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from notifications import status

    now = timezone.now()
    fill(rows, now)
    status.read(now=now)
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        found = status.read(now=now)
    seconds = time.perf_counter() - started
    queries = [explained(query["sql"]) for query in captured]
    print(
        json.dumps(
            {
                "reminders": rows,
                "attempts_in_window": sum(found.attempts.values()),
                "due_lanes": found.due_lanes,
                "milliseconds": round(seconds * 1000, 1),
                "queries": sorted(queries, key=lambda each: -each["milliseconds"]),
            },
            indent=2,
        )
    )


def fill(rows: int, now: datetime) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in ROWS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"rows": rows, "now": now} if "%" in statement else None)
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does within minutes


def explained(sql: str) -> dict[str, Any]:
    """The plan as it ran: its time, and how it went at each table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        [plan] = cursor.fetchone()[0]
    return {"milliseconds": round(plan["Execution Time"], 1), "reads": sorted(set(reads(plan["Plan"])))}


def reads(node: dict[str, Any]) -> list[str]:
    """The leaves of a plan: how, and what."""
    inside = [leaf for child in node.get("Plans", ()) for leaf in reads(child)]
    named = node.get("Index Name") or node.get("Relation Name")
    own = [f"{node['Node Type']} {named} {node['Actual Rows']:.0f}"] if named else []
    return own + inside


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("reminders", type=int, nargs="?", default=1_000_000)
    chosen = parser.parse_args()
    with database():
        main(chosen.reminders)
