"""Bills: new ones, corrected ones, and those that something else closes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from loans import signals
from loans.api import rows as reading
from loans.api.schemas import BillIn, Result
from loans.api.upserts.batch import Batch, Fields, by_reference, no_account, only, put
from loans.currency import unit
from loans.models import Bill, CreditAccount
from loans.refusals import Code, Refused

Status = CreditAccount.Status
KEPT_OF_BILL = (
    "due_on",
    "amount",
    "principal",
    "interest",
    "balance_after",
    "statement_balance",
    "issued_on",
)


def bills(rows: Sequence[BillIn], *, now: datetime) -> list[Result]:
    """Create bills, or correct the amounts of open ones. A newer statement of a card closes the older ones."""
    batch = Batch(rows, reading.bill)
    with transaction.atomic():
        owners = by_reference(CreditAccount, (fields["account"] for fields in batch.good.values()), lock=True)
        rows_of_owners = Bill.objects.filter(
            account__in=owners.values(), number__in={fields["number"] for fields in batch.good.values()}
        )
        known = {(bill.account_id, bill.number): bill for bill in rows_of_owners}
        new: list[Bill] = []
        changed: list[Bill] = []
        moved: list[Bill] = []
        for place, fields in list(batch.good.items()):
            owner = owners.get(fields["account"])
            old = known.get((owner.pk, fields["number"])) if owner else None
            if why := _cannot_bill(fields, owner, old):
                batch.refuse(place, why)
                continue
            if old and old.due_on != fields["due_on"]:
                moved.append(old)
            is_changed = put(old, fields, KEPT_OF_BILL)
            batch.became(place, old, is_changed)
            if old is None:
                bill = Bill(account=owner, **only(fields, ("number", *KEPT_OF_BILL)))
                new.append(bill)
                bill.closed_at = now if not bill.amount or owner.status != Status.OPEN else None  # type: ignore[union-attr]
            elif is_changed:
                old.closed_at = now if not old.outstanding else None
                changed.append(old)
        Bill.objects.bulk_create(new)
        Bill.objects.bulk_update(changed, [*KEPT_OF_BILL, "closed_at"])
        _close_replaced([bill for bill in new if bill.statement_balance is not None], now)
        _tell(changed, now)
        _tell_moved(moved, now)
    return batch.all()


def _cannot_bill(fields: Fields, owner: CreditAccount | None, old: Bill | None) -> Refused | None:
    if owner is None:
        return no_account(fields)
    try:
        reading.check_places(fields, owner.currency)
    except Refused as why:
        return why
    if old is None:
        return None
    if any(getattr(old, name) != fields[name] for name in KEPT_OF_BILL):
        if old.closed_at:
            return Refused(Code.BILL_CLOSED, _("the bill is closed; a closed bill stays as it is"))
        if fields["amount"] < old.paid:
            paid = old.paid.quantize(unit(owner.currency))
            words = _("%(paid)s of the bill is paid; its amount cannot be less") % {"paid": paid}
            return Refused(Code.BELOW_PAID, words, "amount")
    return None


def _close_replaced(statements: Sequence[Bill], now: datetime) -> None:
    """Only the newest statement of a card is a demand: what an older one asked for stands in it again."""
    of_account = Bill.objects.filter(account=OuterRef("account"), statement_balance__isnull=False)
    newer = of_account.filter(number__gt=OuterRef("number"))
    cards = {bill.account_id for bill in statements}
    close_bills(Bill.objects.filter(Exists(newer), account__in=cards, statement_balance__isnull=False), now)


def close_bills(bills: QuerySet[Bill], now: datetime) -> None:
    open_ones = list(bills.filter(closed_at=None).select_related("account"))
    Bill.objects.filter(pk__in=[bill.pk for bill in open_ones]).update(closed_at=now)
    _tell(open_ones, now)


def _tell(bills: Sequence[Bill], now: datetime) -> None:
    if people := sorted({bill.account.borrower_id for bill in bills}):
        signals.bills_changed.send(sender=Bill, borrowers=people, now=now)


def _tell_moved(bills: Sequence[Bill], now: datetime) -> None:
    of_account: defaultdict[CreditAccount, list[int]] = defaultdict(list)
    for bill in bills:
        of_account[bill.account].append(bill.pk)
    for account in sorted(
        of_account, key=lambda each: each.borrower_id
    ):  # the order in which lanes are locked
        signals.bills_moved.send(sender=Bill, account=account, bills=of_account[account], now=now)
