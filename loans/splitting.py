"""Split payments over an account's bills anew: after one was taken back, or after the books corrected a schedule.

Guaranteed: what stands is split as if what went had never come, oldest bill first, in the order of booking. A bill
that something else closed (a newer statement, a write-off) stays as that left it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from loans.allocation import allocate
from loans.models import Allocation, Bill, CreditAccount, Payment

ZERO = Decimal(0)
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Moved:
    """The ids of bills that are owed again, and of those that are no longer owed."""

    opened: list[int]
    closed: list[int]


def again(
    account: CreditAccount,
    *,
    now: datetime,
    since: int = 0,
    without: Payment | None = None,
    corrected: Mapping[int, Fields] | None = None,
) -> Moved:
    """Split every standing payment from `since` (its id) on. Inside the caller's transaction, with the account locked.

    without: a payment that no longer stands. corrected: new fields of bills, by the bill's id; an amount below what
    is paid frees the rest for the bills after it.
    """
    everything = list(account.bills.order_by("due_on", "number"))
    movable = _movable(everything, without)
    payments = list(Payment.objects.filter(account=account, pk__gte=since).order_by("pk"))
    kept = _take_out(everything, movable, payments, without)
    for bill in movable:
        for name, value in (corrected or {}).get(bill.pk, {}).items():
            setattr(bill, name, value)
    parts = []
    for payment in payments:
        left = payment.amount - kept.get(payment.pk, ZERO)
        shares = allocate(left, [(bill, bill.outstanding) for bill in movable])[0] if left > 0 else []
        for bill, amount in shares:
            bill.paid += amount
            parts.append(Allocation(payment=payment, bill=bill, amount=amount))
    moved = _close_and_open(account, movable, now)
    Bill.objects.bulk_update(everything, ["paid", "closed_at", *_names(corrected)])
    Allocation.objects.bulk_create(parts)
    return moved


def _movable(bills: list[Bill], without: Payment | None) -> list[Bill]:
    """Open bills, paid ones, and those that fell away with the payment that goes. Of a card only the newest
    statement is a demand."""
    newest = max((bill.number for bill in bills if bill.statement_balance is not None), default=0)
    return [
        bill
        for bill in bills
        if (
            bill.closed_at is None
            or not bill.outstanding
            or (without and bill.closed_at == without.created_at)
        )
        and (bill.statement_balance is None or bill.number == newest)
    ]


def _take_out(
    everything: list[Bill], movable: list[Bill], payments: list[Payment], without: Payment | None
) -> dict[int, Decimal]:
    """Forget how the payments were split. Returns what each keeps on bills that do not move."""
    split = Allocation.objects.filter(payment__in=payments, bill__in=movable)
    gone = Allocation.objects.filter(payment=without) if without else Allocation.objects.none()
    of_bill = {bill.pk: bill for bill in everything}
    for part in (*split, *gone):
        of_bill[part.bill_id].paid -= part.amount
    split.delete()
    gone.delete()
    rest = Allocation.objects.filter(payment__in=payments).order_by().values("payment")
    return dict(rest.annotate(total=Sum("amount")).values_list("payment", "total"))


def _close_and_open(account: CreditAccount, bills: list[Bill], now: datetime) -> Moved:
    opened, closed = [], []
    for bill in bills:
        if not bill.outstanding and bill.closed_at is None:
            bill.closed_at = now
            closed.append(bill.pk)
        elif bill.outstanding and bill.closed_at and account.status != CreditAccount.Status.CHARGED_OFF:
            bill.closed_at = None
            opened.append(bill.pk)
    return Moved(opened, closed)


def _names(corrected: Mapping[int, Fields] | None) -> list[str]:
    return sorted({name for fields in (corrected or {}).values() for name in fields} - {"paid", "closed_at"})
