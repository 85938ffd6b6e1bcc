"""Write what Fineract says of a loan, by the API's own writes: a loan is taken whole or stays as it was.

Fineract's list of transactions is whole but for those that it reversed by itself (it replaces them when it works a
loan out anew), so a payment of ours that is no longer in it was taken back there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from loans import reversals, signals, splitting
from loans.api import rows as reading
from loans.api import upserts
from loans.api.schemas import BillIn, BorrowerIn, Result
from loans.fineract.mapping import Loan, Transaction, payment
from loans.models import Bill, CreditAccount, Payment

MARK = "FIN-T"  # begins the references of payments that come from Fineract, before the transaction's id
NOTHING = {"amount": reading.NOT_NEGATIVE("0"), "principal": None, "interest": None}


class NotTaken(ValueError):
    """The loan stays as it was. The message says what to correct."""


@dataclass
class Taken:
    """What a loan's rows became. became: created, updated or unchanged, of the account and its bills."""

    became: str = "unchanged"
    payments: int = 0  # newly booked
    reversed: int = 0
    notes: list[str] = field(default_factory=list)


def take(loan: Loan, borrower: BorrowerIn, *, now: datetime) -> tuple[CreditAccount, Taken]:
    """The borrower, the account, its schedule and its payments. NotTaken: one of them cannot be.

    now: in the lender's zone, for a payment of the lender's today may be tomorrow's in UTC.
    """
    taken = Taken(notes=list(loan.notes))
    with transaction.atomic():
        _all_good(upserts.borrowers([borrower], now=now))
        _account(loan, taken, now, as_open=True)
        account = CreditAccount.objects.select_for_update().get(reference=loan.account.reference)
        references = _references(account, loan.transactions)
        taken.reversed = _take_back(account, loan.transactions, references, now)
        _schedule(account, loan.bills, taken, now)
        due = [payment(each, references[each.id], loan.account) for each in loan.payments]
        results = _all_good(upserts.payments(due, now=now))
        taken.payments = sum(result.result == "created" for result in results)
        _account(loan, taken, now)
        account.refresh_from_db()
    _changed(taken, bool(taken.payments or taken.reversed))
    taken.notes += _differences(account, loan)
    return account, taken


def _account(loan: Loan, taken: Taken, now: datetime, *, as_open: bool = False) -> None:
    """as_open: until its payments are booked; what is closed first would be closed unpaid."""
    row = loan.account
    if as_open and row.status != CreditAccount.Status.OPEN:
        known = CreditAccount.objects.filter(reference=row.reference).values_list("status", flat=True).first()
        row = row.model_copy(update={"status": known or CreditAccount.Status.OPEN})
    [result] = _all_good(upserts.accounts([row], now=now))
    if result.result == "created":
        taken.became = "created"
    _changed(taken, result.result == "updated")


def _references(account: CreditAccount, transactions: Sequence[Transaction]) -> dict[int, str]:
    """Our reference of each. What the portal booked first is known by the externalId that the lender gave it."""
    external = {each.external_id for each in transactions if each.external_id}
    ours = set(
        Payment.everything.filter(account=account, reference__in=external).values_list("reference", flat=True)
    )
    return {
        each.id: each.external_id if each.external_id in ours else f"{MARK}{each.id}" for each in transactions
    }


def _take_back(
    account: CreditAccount, transactions: Sequence[Transaction], references: Mapping[int, str], now: datetime
) -> int:
    standing = {references[each.id] for each in transactions if each.stands}
    reversed_there = {references[each.id]: each for each in transactions if not each.stands}
    ours = Payment.objects.filter(account=account, reference__startswith=MARK)
    gone = {*ours.exclude(reference__in=standing), *account.payments.filter(reference__in=reversed_there)}
    for each in sorted(gone, key=lambda each: each.pk):
        there = reversed_there.get(each.reference)
        why = reversals.TAKEN_BACK if there else reversals.REPLACED
        on = max(min((there and there.reversed_on) or now.date(), now.date()), each.received_on)
        reversals.reverse(each, why=why, by=None, now=now, on=on)
    return len(gone)


def _schedule(account: CreditAccount, bills: Sequence[BillIn], taken: Taken, now: datetime) -> None:
    """New bills and open ones by the API's write; what the books correct later than that, by a new split."""
    known = {bill.number: bill for bill in account.bills.all()}
    late: dict[int, Mapping[str, Any]] = {}
    rows = []
    for row in bills:
        old = known.pop(row.number, None)
        fields = _fields(row, account)
        differs = old is not None and any(getattr(old, name) != fields[name] for name in fields)
        if old is not None and differs and (old.closed_at or fields["amount"] < old.paid):
            late[old.pk] = fields
        elif old is None or differs:
            rows.append(row)
    late |= {bill.pk: NOTHING for bill in known.values() if bill.amount}  # no longer in the schedule
    if account.status == CreditAccount.Status.OPEN:
        _open(account, late, bills, now)
    if late:
        _correct(account, late, now)
    _all_good(upserts.bills(rows, now=now))
    _changed(taken, bool(late or rows))


def _fields(row: BillIn, account: CreditAccount) -> dict[str, Any]:
    """The row's fields as a bill holds them. NotTaken: an amount is finer than its currency."""
    try:
        fields = reading.bill(row)
        reading.check_places(fields, account.currency)
    except ValueError as error:
        raise NotTaken(f"{row.label}: {error}") from error
    return {name: fields[name] for name in upserts.KEPT_OF_BILL}


def _open(account: CreditAccount, late: Mapping[int, Any], bills: Sequence[BillIn], now: datetime) -> None:
    """Bills that were closed without being paid, as with a write-off that was undone, are owed again."""
    numbers = {row.number for row in bills}
    closed = [
        bill.pk
        for bill in account.bills.filter(closed_at__isnull=False, number__in=numbers)
        if bill.outstanding and bill.pk not in late
    ]
    closed += [
        bill.pk for bill in Bill.objects.filter(pk__in=late, closed_at__isnull=False) if bill.outstanding
    ]
    if closed:
        Bill.objects.filter(pk__in=closed).update(closed_at=None)
        signals.bills_opened.send(sender=Bill, account=account, bills=closed, now=now)


def _correct(account: CreditAccount, late: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    moved = splitting.again(account, corrected=late, now=now)
    signals.bills_opened.send(sender=Bill, account=account, bills=moved.opened, now=now)
    signals.bills_changed.send(sender=Bill, borrowers=[account.borrower_id], now=now)


def _differences(account: CreditAccount, loan: Loan) -> list[str]:
    """Our own sum of what is still to pay, as a check of Fineract's."""
    if loan.outstanding is None or account.status != CreditAccount.Status.OPEN:
        return []
    ours = sum(bill.outstanding for bill in account.bills.filter(closed_at=None))
    if ours == loan.outstanding:
        return []
    here, there = (f"{Decimal(amount).normalize():f}" for amount in (ours, loan.outstanding))
    return [f"loan {account.reference}: the bills here come to {here}, Fineract says {there}"]


def _all_good(results: list[Result]) -> list[Result]:
    for result in results:
        if result.result == "refused":
            raise NotTaken(f"{result.reference}: {result.why}")
    return results


def _changed(taken: Taken, is_changed: bool) -> None:
    if is_changed and taken.became == "unchanged":
        taken.became = "updated"
