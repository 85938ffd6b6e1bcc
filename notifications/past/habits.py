"""How people have paid, for `habit` to judge."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from notifications import habit, queries
from notifications.habit import Habit, PastBill


def of(borrower_ids: Sequence[int], *, now: datetime) -> dict[int, Habit]:
    """The habit of each borrower who has one: who has too few bills is left out. One query.

    Days are those of UTC: a habit is a matter of days, and a few hours more or less change none.
    """
    today = now.date()
    known: defaultdict[int, list[PastBill]] = defaultdict(list)
    arguments: dict[str, Any] = {
        "borrowers": list(borrower_ids),
        "today": today,
        "bills": habit.LAST_BILLS + 1,  # one more, to see a clean year before a slip
    }
    with connection.cursor() as cursor:
        cursor.execute(queries.PAST_BILLS, arguments)
        for borrower_id, due_on, paid_on, asked_on in cursor.fetchall():
            known[borrower_id].append(PastBill(due_on, paid_on, tuple(asked_on)))
    return {person: habit.habit(bills, today=today) for person, bills in known.items()}
