"""Move the due day of an account's bills to come. Their amounts stay: what another day costs, the contract says."""

from datetime import datetime

from django.db import transaction

from loans import signals
from loans.models import Bill, CreditAccount


@transaction.atomic
def move(account: CreditAccount, *, day_of_month: int, now: datetime) -> int:
    """Put every open bill that is still to come on this day of its month. Returns how many moved.

    day_of_month: 1 to 28, which every month has. A bill whose new day would be over already keeps its day.
    """
    if not 1 <= day_of_month <= 28:
        raise ValueError("A due day is 1 to 28: every month has these.")
    CreditAccount.objects.select_for_update().get(pk=account.pk)
    today = now.date()  # the lender's day is UTC's
    moved: list[Bill] = []
    for bill in account.bills.filter(closed_at=None, due_on__gt=today):
        due_on = bill.due_on.replace(day=day_of_month)
        if due_on > today and due_on != bill.due_on:
            bill.due_on = due_on
            moved.append(bill)
    Bill.objects.bulk_update(moved, ["due_on"])
    signals.bills_moved.send(sender=Bill, account=account, bills=[bill.pk for bill in moved], now=now)
    return len(moved)
