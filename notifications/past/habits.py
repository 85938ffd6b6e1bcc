"""How people have paid, for `habit` to judge."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications import habit, queries
from notifications.habit import NOBODY_KNOWS, Habit, Kind, PastBill

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
    known = records(borrower_ids, before=today, bills=BILLS)
    return {
        person: habit.habit((record.past for record in theirs), today=today)
        for person, theirs in known.items()
    }


def of_person(borrower: Borrower, *, now: datetime) -> Habit:
    """One person's habit as they read it: who pays all their open accounts automatically does nothing by hand."""
    known = of([borrower.pk], now=now).get(borrower.pk, NOBODY_KNOWS)
    accounts = borrower.credit_accounts.filter(status=CreditAccount.Status.OPEN)
    ways = set(accounts.values_list("is_autopay", flat=True))
    return replace(known, kind=Kind.AUTOPAY) if ways == {True} else known


def records(borrower_ids: Sequence[int], *, before: date, bills: int) -> dict[int, list[Record]]:
    """Of each account the last `bills` bills that are due before a day, by borrower. One query."""
    found: defaultdict[int, list[Record]] = defaultdict(list)
    arguments: dict[str, Any] = {"borrowers": queries.array(borrower_ids), "today": before, "bills": bills}
    with connection.cursor() as cursor:
        cursor.execute(queries.PAST_BILLS, arguments)
        for borrower_id, account_id, number, bill_id, due_on, paid_on, asked_on in cursor.fetchall():
            past = PastBill(due_on, paid_on, tuple(asked_on))
            found[borrower_id].append(Record(account_id, number, bill_id, past))
    return dict(found)


def known_on(day: date, theirs: Iterable[Record]) -> list[Record]:
    """Of one person's records those that `of` would judge by on that day."""
    by_account: defaultdict[int, list[Record]] = defaultdict(list)
    for record in sorted(theirs, key=lambda record: -record.number):
        if record.past.due_on < day and len(by_account[record.account_id]) < BILLS:
            by_account[record.account_id].append(record)
    return [record for account in by_account.values() for record in account]
