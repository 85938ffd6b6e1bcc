"""Write a batch: the good rows, each refused one with its reason. Sending a batch twice changes nothing more.

Each function takes rows of one kind and returns a result for every row, in their order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Borrower, ContactPoint, User
from loans import payments as journey
from loans import reversals as taking_back
from loans import signals
from loans.api import rows as reading
from loans.api.schemas import (
    AccountIn,
    Became,
    BillIn,
    BorrowerIn,
    PaymentIn,
    Result,
    ReversalIn,
    RowIn,
)
from loans.api.unread import Unread
from loans.currency import unit
from loans.models import Bill, CreditAccount, Payment
from loans.refusals import Code, Refused

Status = CreditAccount.Status
Fields = dict[str, Any]
In = TypeVar("In", bound=RowIn)

KEPT_OF_BORROWER = ("name", "country", "region")  # language and zone are the person's own to change
KEPT_OF_ACCOUNT = (
    "status", "opened_on", "principal", "annual_rate_pct", "instalments", "instalment_amount", "credit_limit",
    "months_past_due", "is_autopay",
)  # fmt: skip
KEPT_OF_BILL = (
    "due_on",
    "amount",
    "principal",
    "interest",
    "balance_after",
    "statement_balance",
    "issued_on",
)


class _Batch:
    """A batch being read: good rows' fields by place, and what became of every row."""

    def __init__(self, rows: Sequence[In], read: Callable[[In], Fields]) -> None:
        self.good: dict[int, Fields] = {}
        self.names = [row.label for row in rows]
        self.results: dict[int, Result] = {}
        seen: set[str] = set()
        for place, row in enumerate(rows):
            if row.label and row.label in seen:
                self.refuse(place, Refused(Code.TWICE, _("is in this batch twice; send it once")))
                continue
            seen.add(row.label)
            try:
                if isinstance(row, Unread):
                    raise row.why
                self.good[place] = read(row)
            except Refused as why:
                self.refuse(place, why)

    def refuse(self, place: int, why: Refused) -> None:
        self.good.pop(place, None)
        self.results[place] = Result(
            reference=self.names[place],
            result="refused",
            why=str(why),
            code=why.code,
            field=why.field or None,
        )

    def became(self, place: int, known: Model | None, changed: bool) -> None:
        result: Became = "created" if known is None else "updated" if changed else "unchanged"
        self.results[place] = Result(reference=self.names[place], result=result)

    def all(self) -> list[Result]:
        return [self.results[place] for place in range(len(self.names))]


def borrowers(rows: Sequence[BorrowerIn], *, now: datetime) -> list[Result]:
    """Create borrowers, or bring their name and place up to date; add their addresses."""
    batch = _Batch(rows, reading.borrower)
    with transaction.atomic():
        known = _by_reference(Borrower, (fields["reference"] for fields in batch.good.values()))
        changed: list[Borrower] = []
        for place, fields in batch.good.items():
            old = known.get(fields["reference"])
            if (is_changed := _set(old, fields, KEPT_OF_BORROWER)) and old:
                changed.append(old)
            batch.became(place, old, is_changed)
        new = [
            Borrower(
                **_only(fields, ("reference", "language", "time_zone", *KEPT_OF_BORROWER)), created_at=now
            )
            for fields in batch.good.values()
            if fields["reference"] not in known
        ]
        Borrower.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["reference"], update_fields=KEPT_OF_BORROWER
        )
        Borrower.objects.bulk_update(changed, KEPT_OF_BORROWER)
        _add_addresses(batch.good.values(), now)
    return batch.all()


def _add_addresses(rows: Iterable[Fields], now: datetime) -> None:
    rows = [fields for fields in rows if fields["email"] or fields["phone"]]
    people = _by_reference(Borrower, (fields["reference"] for fields in rows))
    points = [
        ContactPoint(borrower=people[fields["reference"]], kind=kind, value=fields[kind], created_at=now)
        for fields in rows
        for kind in (ContactPoint.Kind.EMAIL, ContactPoint.Kind.PHONE)
        if fields[kind]
    ]
    ContactPoint.objects.bulk_create(points, ignore_conflicts=True)


def accounts(rows: Sequence[AccountIn], *, now: datetime) -> list[Result]:
    """Create accounts, or bring contract, status and reported balance up to date. An ended account's bills close."""
    batch = _Batch(rows, reading.account)
    with transaction.atomic():
        people = _by_reference(Borrower, (fields["borrower"] for fields in batch.good.values()))
        known = _by_reference(
            CreditAccount, (fields["reference"] for fields in batch.good.values()), lock=True
        )
        new: list[CreditAccount] = []
        changed: list[CreditAccount] = []
        for place, fields in list(batch.good.items()):
            person, old = people.get(fields["borrower"]), known.get(fields["reference"])
            if why := _cannot_be(fields, person, old):
                batch.refuse(place, why)
                continue
            fields["status"] = fields["status"] or (old.status if old else Status.OPEN)
            balance = fields["reported_balance"]
            is_reported = balance is not None and (old is None or old.reported_balance != balance)
            report = {"reported_balance": balance, "reported_at": now} if is_reported else {}
            is_changed = _set(old, fields | report, (*KEPT_OF_ACCOUNT, *report))
            batch.became(place, old, is_changed)
            if old and is_changed:
                changed.append(old)
            elif old is None:
                chosen = _only(fields, ("reference", "product", "currency", *KEPT_OF_ACCOUNT))
                new.append(CreditAccount(borrower=person, **chosen, **report))
        CreditAccount.objects.bulk_create(new)
        updates = [*KEPT_OF_ACCOUNT, "reported_balance", "reported_at"]
        CreditAccount.objects.bulk_update(changed, updates)
        ended = [account for account in changed if account.status != Status.OPEN]
        _close_bills(Bill.objects.filter(account__in=ended), now)
    return batch.all()


def _cannot_be(fields: Fields, person: Borrower | None, old: CreditAccount | None) -> Refused | None:
    if person is None:
        words = _("there is no borrower “%(borrower)s”; send the borrower first") % fields
        return Refused(Code.NO_BORROWER, words, "borrower")
    if old is None:
        return None
    if old.borrower_id != person.pk:
        words = _("the account belongs to another borrower; an account does not change hands")
        return Refused(Code.OTHER_BORROWER, words, "borrower")
    for name in ("currency", "product"):
        if getattr(old, name) != fields[name]:
            words = _(
                "the account is a %(product)s in %(currency)s; product and currency stay as they are"
            ) % {"product": old.product, "currency": old.currency}
            return Refused(Code.FIXED, words, name)
    return None


def bills(rows: Sequence[BillIn], *, now: datetime) -> list[Result]:
    """Create bills, or correct the amounts of open ones. A newer statement of a card closes the older ones."""
    batch = _Batch(rows, reading.bill)
    with transaction.atomic():
        owners = _by_reference(
            CreditAccount, (fields["account"] for fields in batch.good.values()), lock=True
        )
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
            is_changed = _set(old, fields, KEPT_OF_BILL)
            batch.became(place, old, is_changed)
            if old is None:
                bill = Bill(account=owner, **_only(fields, ("number", *KEPT_OF_BILL)))
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
        return _no_account(fields)
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


def _no_account(fields: Fields) -> Refused:
    words = _("there is no account “%(account)s”; send the account first") % fields
    return Refused(Code.NO_ACCOUNT, words, "account")


def payments(rows: Sequence[PaymentIn], *, now: datetime, by: User | None = None) -> list[Result]:
    """Book payments one by one, each in its own transaction with all that follows from it."""
    batch = _Batch(rows, reading.payment)
    owners = _by_reference(CreditAccount, (fields["account"] for fields in batch.good.values()))
    known = _booked(fields["reference"] for fields in batch.good.values())
    for place, fields in list(batch.good.items()):
        owner, reference = owners.get(fields["account"]), fields["reference"]
        if owner is None:
            batch.refuse(place, _no_account(fields))
        elif old := known.get(reference):
            _leave(batch, place, owner, old)
        else:
            new = journey.NewPayment(**_only(fields, ("reference", "amount", "currency", "received_on")))
            try:
                journey.record(owner, payment=new, by=by, now=now)
            except Refused as why:
                if old := _booked([reference]).get(
                    reference
                ):  # meanwhile, by the same batch sent twice at once
                    _leave(batch, place, owner, old)
                else:
                    batch.refuse(place, why)
            else:
                batch.became(place, None, True)
    return batch.all()


def _booked(references: Iterable[str]) -> dict[str, Payment]:
    rows = Payment.everything.filter(reference__in=set(references)).select_related("account", "reversal")
    return {payment.reference: payment for payment in rows}


def _leave(batch: _Batch, place: int, owner: CreditAccount, old: Payment) -> None:
    """A payment's reference is booked once."""
    if why := _cannot_be_again(batch.good[place], owner, old):
        batch.refuse(place, why)
    else:
        batch.became(place, old, False)


def _cannot_be_again(fields: Fields, owner: CreditAccount, old: Payment) -> Refused | None:
    if old.reversed_at:
        words = _(
            "this payment was taken back on %(day)s; one that comes anew has a reference of its own"
        ) % {"day": old.reversal.on}
        return Refused(Code.TAKEN_BACK, words, "reference")
    if (old.account_id, old.amount, old.received_on) != (owner.pk, fields["amount"], fields["received_on"]):
        words = _(
            "this payment is already in the books with other figures; correct yours, or take that one back"
        )
        return Refused(Code.OTHER_FIGURES, words, "reference")
    return None


def reversals(rows: Sequence[ReversalIn], *, now: datetime, by: User | None = None) -> list[Result]:
    """Take payments back one by one, each in its own transaction with all that follows from it.

    A payment is taken back once: sent again, with whatever day and reason, it stays as it is.
    """
    batch = _Batch(rows, reading.reversal)
    known = _booked(fields["payment"] for fields in batch.good.values())
    for place, fields in list(batch.good.items()):
        payment = known.get(fields["payment"])
        if payment is None:
            words = _("there is no payment “%(payment)s”; send the payment first") % fields
            batch.refuse(place, Refused(Code.NO_PAYMENT, words, "payment"))
        elif payment.account.reference != fields["account"]:
            words = _("this payment is not one of the account “%(account)s”; correct the account") % fields
            batch.refuse(place, Refused(Code.OTHER_ACCOUNT, words, "account"))
        else:
            _take_back(batch, place, payment, by=by, now=now)
    return batch.all()


def _take_back(batch: _Batch, place: int, payment: Payment, *, by: User | None, now: datetime) -> None:
    fields = batch.good[place]
    try:
        taking_back.reverse(payment, why=fields["why"], on=fields["on"], by=by, now=now)
    except Refused as why:
        if why.code == Code.TAKEN_BACK:
            batch.became(place, payment, False)
        else:
            batch.refuse(place, why)
    else:
        batch.became(place, None, True)


def _close_replaced(statements: Sequence[Bill], now: datetime) -> None:
    """Only the newest statement of a card is a demand: what an older one asked for stands in it again."""
    of_account = Bill.objects.filter(account=OuterRef("account"), statement_balance__isnull=False)
    newer = of_account.filter(number__gt=OuterRef("number"))
    cards = {bill.account_id for bill in statements}
    _close_bills(Bill.objects.filter(Exists(newer), account__in=cards, statement_balance__isnull=False), now)


def _close_bills(bills: QuerySet[Bill], now: datetime) -> None:
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


M = TypeVar("M", Borrower, CreditAccount)


def _by_reference(model: type[M], references: Iterable[str], *, lock: bool = False) -> dict[str, M]:
    found = model._default_manager.filter(reference__in=set(references)).order_by("pk")
    return {row.reference: row for row in (found.select_for_update() if lock else found)}


def _set(row: Model | None, fields: Fields, names: Sequence[str]) -> bool:
    """Put the fields into a known row. Did any differ?"""
    if row is None:
        return True
    differing = [name for name in names if getattr(row, name) != fields[name]]
    for name in differing:
        setattr(row, name, fields[name])
    return bool(differing)


def _only(fields: Fields, names: Sequence[str]) -> Fields:
    return {name: fields[name] for name in names}
