"""How PostgreSQL finds the rows that a batch's answers are written to: by their keys, on tables it knows well."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import settle
from notifications.channels.base import Accepted
from notifications.models import Attempt, Lane, Reminder, Step

NOW = datetime(2026, 2, 1, 15, tzinfo=UTC)
ROWS, CALLS = 20_000, 20
# Nothing is being called when statistics are taken, as in any quiet minute; then a batch is.
FILL = (
    """
    INSERT INTO accounts_borrower (id, reference, name, country, region, language, time_zone, created_at)
    SELECT n, 'S' || n, '', 'US', '', 'en', 'America/New_York', %(now)s FROM generate_series(1, %(rows)s) n
    """,
    """
    INSERT INTO loans_creditaccount (id, public_id, reference, borrower_id, product, currency, status,
                                     lender_status, purpose, months_past_due, days_past_due_band)
    SELECT id, gen_random_uuid(), reference, id, 'instalment_loan', 'USD', 'open', '', '', 0, ''
    FROM accounts_borrower
    """,
    """
    INSERT INTO loans_bill (id, account_id, number, due_on, amount, paid)
    SELECT id, id, 1, '2026-02-04', 100, 0 FROM loans_creditaccount
    """,
    """
    INSERT INTO notifications_lane (borrower_id, next_at, claim) SELECT id, NULL, 1 FROM accounts_borrower
    """,
    """
    INSERT INTO notifications_reminder (id, borrower_id, bill_id, step_id, state, step_day, next_attempt_at, expires_at,
                                        tries, failed_channels, reasons, planned_at)
    SELECT id, id, id, %(step)s, 'sent', '2026-02-01', %(now)s, %(now)s, 1, '[]', '[]', %(now)s FROM loans_bill
    """,
    """
    INSERT INTO notifications_attempt (id, borrower_id, category, channel, provider, claim, state, delivery,
                                       provider_reference, detail, language, subject, body, segments, reasons,
                                       started_at)
    SELECT lpad(id::text, 32, '0')::uuid, id, 'upcoming', 'sms', 'twilio', 1, 'accepted', 0, 'SM' || id, '', 'en', '',
           repeat('words ', 30), 1, '[]', %(now)s
    FROM accounts_borrower
    """,
    "ANALYZE accounts_borrower, notifications_lane, notifications_reminder, notifications_attempt",
)


@pytest.fixture
def calls(defaults):
    """Calls under way among many attempts that were settled."""
    step = Step.objects.get(offset_days=-3)
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"rows": ROWS, "now": NOW, "step": step.pk})
    people = range(1, CALLS + 1)
    Attempt.objects.filter(borrower__in=people).update(state="calling", provider_reference="")
    Reminder.objects.filter(borrower__in=people).update(state="calling")
    return [
        settle.Call(UUID(f"{n:032}"), n, 1, "sms", "twilio", None, (SimpleNamespace(reminder_id=n),))
        for n in people
    ]


def scans(plan):
    """The table of each row source in the plan, with how it is read."""
    if plan["Node Type"].endswith("Scan") and "Relation Name" in plan:
        yield plan["Relation Name"], (plan["Node Type"], plan.get("Index Name"))
    for part in plan.get("Plans", ()):
        yield from scans(part)


def test_an_answer_finds_its_attempt_reminder_and_lane_by_their_keys(calls):
    """By the state PostgreSQL would compare every call under way with every answer: it knows of no such state."""
    outcomes = [(call, Accepted("SM")) for call in calls]
    with CaptureQueriesContext(connection) as captured:
        settle.settle(outcomes, now=NOW, using=connection)
    [statement] = [query["sql"] for query in captured if "WITH begun" in query["sql"]]
    assert not Attempt.objects.filter(state="calling").exists()
    Attempt.objects.filter(pk__in=[call.attempt_id for call in calls]).update(state="calling")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [[found]] = cursor.fetchall()
    [top] = json.loads(found) if isinstance(found, str) else found
    read = dict(scans(top["Plan"]))
    for model in (Attempt, Reminder, Lane):
        table = model._meta.db_table
        assert read[table] == ("Index Scan", f"{table}_pkey")
