"""What the books say at the end, and what the provider wrote down: read once, for the verdict."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.db import connection

from tests.faults.acts import email_of, phone_of
from tests.faults.scenario import Scenario
from tests.faults.verdict import Books, Received, Reminder

AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")

# Inserted in the transaction of the decision and never updated: its transaction's commit is the decision's.
DECIDED = """
SELECT attempt_id, pg_xact_commit_timestamp(xmin) FROM notifications_attempt_reminders
"""
REFERENCES = """
SELECT id, provider_reference FROM notifications_attempt WHERE provider_reference <> ''
"""
# What is no reminder, as the word to an owner that their number cannot be reached; the reminders' cap is not theirs.
NOTICES = """
SELECT id FROM notifications_attempt WHERE category = 'service'
"""
# Why an attempt's outcome is not known, in the books' own words.
UNKNOWN = """
SELECT attempt.detail, count(DISTINCT reminder.id) FROM notifications_reminder reminder
JOIN notifications_attempt_reminders link ON link.reminder_id = reminder.id
JOIN notifications_attempt attempt ON attempt.id = link.attempt_id AND attempt.state = 'unknown'
WHERE reminder.state = 'unknown' GROUP BY attempt.detail
"""
HEARD = """
SELECT payload -> 'form' ->> 'From', coalesce(nullif(result, ''), 'kept, nothing done')
FROM notifications_providerevent WHERE kind = 'inbound'
"""
STOPPED = """
SELECT borrower_id, pg_xact_commit_timestamp(xmin) FROM notifications_hold WHERE reason = 'stop_request'
"""
PAID = """
SELECT bill.id, max(pg_xact_commit_timestamp(part.xmin))
FROM loans_bill bill JOIN loans_allocation part ON part.bill_id = bill.id
WHERE bill.closed_at IS NOT NULL GROUP BY bill.id
"""
REMINDERS = """
SELECT reminder.bill_id, reminder.state, reminder.reasons <> '[]', reminder.next_attempt_at > %s,
       (SELECT count(*) FROM notifications_attempt_reminders link
        JOIN notifications_attempt note ON note.id = link.attempt_id
        WHERE link.reminder_id = reminder.id AND note.channel = 'inbox' AND note.state = 'accepted')
FROM notifications_reminder reminder
JOIN notifications_step step ON step.id = reminder.step_id
WHERE step.offset_days = -7
"""


def read(due_by_amount: Mapping[Decimal, datetime], said_stop: Mapping[int, str], *, now: datetime) -> Books:
    """due_by_amount: when each bill fell due. said_stop: which people, and by what way. now: the engine's clock at the
    end.
    """
    bills, heard = bills_by_amount(), dict(_rows(HEARD))
    return Books(
        due={bills[amount]: at for amount, at in due_by_amount.items()},
        closed=frozenset(row[0] for row in _rows("SELECT id FROM loans_bill WHERE closed_at IS NOT NULL")),
        reminders=[Reminder(*row) for row in _rows(REMINDERS, now)],
        decided=dict(_rows(DECIDED)),
        said_stop={
            person + 1: f"by {way}; the hook: {heard.get(phone_of(person), 'nothing')}"
            for person, way in said_stop.items()
        },
        unknown=dict(_rows(UNKNOWN)),
        notices=frozenset(row[0] for row in _rows(NOTICES)),
        references=dict(_rows(REFERENCES)),
        stopped=dict(_rows(STOPPED)),
        paid=dict(_rows(PAID)),
    )


def received(file: Path, scenario: Scenario) -> list[Received]:
    bills = bills_by_amount()
    people = {way(person): person + 1 for person in range(scenario.people) for way in (phone_of, email_of)}
    return [
        Received(
            at=datetime.fromisoformat(line["at"]),
            attempt=UUID(line["attempt"]),
            person=people[line["to"]],
            reference=line["reference"],
            bills=tuple({bills[amount] for amount in _amounts(line["text"]) if amount in bills}),
        )
        for line in map(json.loads, file.read_text().splitlines())
    ]


def bills_by_amount() -> dict[Decimal, int]:
    return {amount.quantize(Decimal("0.01")): pk for amount, pk in _rows("SELECT amount, id FROM loans_bill")}


def _amounts(text: str) -> Iterator[Decimal]:
    return (Decimal(found.replace(",", "")) for found in AMOUNT.findall(text))


def _rows(statement: str, *arguments: object) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
