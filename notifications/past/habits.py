"""How people have paid, for `habit` to judge."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from loans.models import CreditAccount
from notifications import habit, queries
from notifications.habit import NOBODY_KNOWS, Habit, PastBill

BILLS = (
    habit.LAST_BILLS + 1
)  # of each account; one more than a habit rests on, to see a clean year before a slip


class Record(NamedTuple):
    """One bill that says something of a habit, or will once it is due, and where it stands."""

    account_id: int
    number: int  # its place in the account's schedule
    bill_id: int
    past: PastBill


def of(borrower_ids: Sequence[int], *, now: datetime) -> dict[int, Habit]:
    """The habit of each borrower who has one: who has no bill that was due is left out. One query.

    Days are those of UTC: a habit is a matter of days, and a few hours more or less change none.
    """
    today = now.date()
    known = records(borrower_ids, since=today, before=today)
    return {
        person: habit.habit((record.past for record in theirs), today=today)
        for person, theirs in known.items()
    }


def pays_by_itself() -> Q:
    """To annotate a borrower with: are all their open accounts paid automatically?"""
    accounts = CreditAccount.objects.filter(borrower=OuterRef("pk"), status=CreditAccount.Status.OPEN)
    return Q(Exists(accounts)) & ~Q(Exists(accounts.filter(is_autopay=False)))


def records(borrower_ids: Sequence[int], *, since: date, before: date) -> dict[int, list[Record]]:
    """The bills that habits rest on from one day to another, by borrower. One query.

    Of each account the last `BILLS` that were due before `since`, and whatever is due from then until `before`.
    """
    found: defaultdict[int, list[Record]] = defaultdict(list)
    arguments: dict[str, Any] = {
        "borrowers": queries.array(borrower_ids),
        "since": since,
        "before": before,
        "bills": BILLS,
    }
    with connection.cursor() as cursor:
        cursor.execute(queries.PAST_BILLS, arguments)
        for borrower_id, account_id, number, bill_id, due_on, paid_on, asked_on in cursor.fetchall():
            past = PastBill(due_on, paid_on, tuple(asked_on))
            found[borrower_id].append(Record(account_id, number, bill_id, past))
    return dict(found)


def judged(theirs: Iterable[Record], *, today: date) -> Habit:
    """One person's habit as `of` would judge it on that day: by their records that were due before it."""
    by_account: defaultdict[int, list[PastBill]] = defaultdict(list)
    for record in sorted(theirs, key=lambda record: -record.number):
        if record.past.due_on < today and len(by_account[record.account_id]) < BILLS:
            by_account[record.account_id].append(record.past)
    bills = [past for account in by_account.values() for past in account]
    return habit.habit(bills, today=today) if bills else NOBODY_KNOWS
