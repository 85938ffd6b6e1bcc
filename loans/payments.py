"""Record a payment: the one way money enters the books, for staff's page, the API and tasks alike.

Lock order, always: the account's row first, then (in listeners) the borrower's lane. Two payments of one account
come one after the other; those of different accounts do not wait for each other.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from loans import balances, quotes, signals
from loans.allocation import allocate
from loans.contract import CannotTell
from loans.currency import unit
from loans.models import Allocation, Bill, CreditAccount, Payment
from loans.refusals import Code, Refused
from loans.templatetags.money import day, money

MOST = Decimal(10) ** 15  # what the column holds
RECORDED = "recorded"  # Payment.basis: entered in the portal, not by the lender's file


class PaymentRefused(Refused):
    """The payment is not in the books."""


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """Money that came in. An empty reference: one is made."""

    amount: Decimal
    currency: str  # ISO 4217; must be the account's
    received_on: date  # calendar day at the lender
    reference: str = ""
    settles: bool = False  # it pays the loan off: bills to come fall away, and their interest with them


def record(account: CreditAccount, *, payment: NewPayment, by: User | None, now: datetime) -> Payment:
    """Book the payment, allocate it oldest bill first, close what it pays, and tell the listeners: all or nothing.

    What exceeds the open bills stays unallocated and lowers the balance. PaymentRefused: see `_check`.
    """
    with transaction.atomic():
        locked = CreditAccount.objects.select_for_update().get(pk=account.pk)
        _check(locked, payment, now)
        if payment.settles:
            _check_that_it_settles(locked, payment)
        booked = _book(locked, payment, by, now)
        closed = _allocate(locked, booked, now, settles=payment.settles)
        _close_when_nothing_is_left(locked)
        signals.payment_recorded.send(
            sender=Payment, account=locked, payment=booked, closed_bills=closed, now=now
        )
    return booked


def new_reference() -> str:
    """For a payment that has none of the bank."""
    return f"P-{uuid.uuid4().hex[:12].upper()}"


def _check(account: CreditAccount, payment: NewPayment, now: datetime) -> None:
    if payment.currency != account.currency:
        raise PaymentRefused(
            Code.OTHER_CURRENCY,
            _("This account is in %(account)s, the payment in %(payment)s. Convert it first.")
            % {"account": account.currency, "payment": payment.currency},
            "currency",
        )
    if not (payment.amount.is_finite() and 0 < payment.amount < MOST):
        raise PaymentRefused(
            Code.BAD_FIELD, _("The amount must be more than 0. Correct the amount."), "amount"
        )
    if payment.amount % unit(account.currency):
        raise PaymentRefused(
            Code.TOO_FINE,
            _("%(currency)s has no smaller unit than %(unit)s. Round the amount.")
            % {"currency": account.currency, "unit": unit(account.currency)},
            "amount",
        )
    if payment.received_on > now.date():  # the lender's day is UTC's
        raise PaymentRefused(
            Code.IN_FUTURE,
            _("%(day)s is in the future. Record the payment on the day it arrives.")
            % {"day": day(payment.received_on)},
            "received_on",
        )
    if account.opened_on and payment.received_on < account.opened_on:
        raise PaymentRefused(
            Code.TOO_EARLY,
            _("This account was opened on %(day)s. A payment cannot have come before.")
            % {"day": day(account.opened_on)},
            "received_on",
        )
    if len(payment.reference) > 64 or not payment.reference.isprintable():
        raise PaymentRefused(
            Code.BAD_FIELD,
            _("A reference is up to 64 visible characters. Correct the reference."),
            "reference",
        )


def _check_that_it_settles(account: CreditAccount, payment: NewPayment) -> None:
    """Is it what settles the loan on the day it came in, or more?"""
    on = payment.received_on
    bills = list(account.bills.order_by("due_on", "number"))
    try:
        quote = quotes.ask(balances.account_view(account, today=on), bills, on=on, today=on)
    except CannotTell as unknown:
        raise PaymentRefused(
            Code.DOES_NOT_SETTLE,
            _("What settles this account cannot be told here: %(why)s Book it as a payment like others.")
            % {"why": unknown.reason.label},
        ) from unknown
    if payment.amount < quote.total:
        raise PaymentRefused(
            Code.DOES_NOT_SETTLE,
            _("On %(day)s it takes %(sum)s to settle this loan. Book it as a payment like others.")
            % {
                "day": day(on),
                "sum": money(quote.total, account.currency),
            },
            "amount",
        )


def _book(account: CreditAccount, payment: NewPayment, by: User | None, now: datetime) -> Payment:
    reference = payment.reference.strip() or new_reference()
    try:
        with transaction.atomic():  # a savepoint: the refusal must leave the caller's transaction usable
            return Payment.objects.create(
                account=account,
                reference=reference,
                received_on=payment.received_on,
                amount=payment.amount,
                basis=RECORDED,
                recorded_by=by,
                created_at=now,
            )
    except IntegrityError as error:
        raise PaymentRefused(
            Code.OTHER_FIGURES,
            _(
                "A payment with the reference “%(reference)s” is already booked. Check whether it is the same one."
            )
            % {"reference": reference},
            "reference",
        ) from error


def _allocate(account: CreditAccount, payment: Payment, now: datetime, *, settles: bool) -> list[int]:
    """Write the payment's parts and the bills they reach; the ids of the bills now closed."""
    bills = {bill.pk: bill for bill in account.bills.filter(closed_at=None).order_by("due_on", "number")}
    asked = [
        (
            bill.pk,
            quotes.principal_left(bill)
            if settles and bill.due_on > payment.received_on
            else bill.outstanding,
        )
        for bill in bills.values()
    ]
    parts, _rest = allocate(payment.amount, [(pk, amount) for pk, amount in asked if amount])
    for pk, amount in parts:
        bills[pk].paid += amount
    reached = list(bills.values()) if settles else [bills[pk] for pk, _amount in parts]
    for bill in reached:
        bill.closed_at = now if settles or not bill.outstanding else None
    Allocation.objects.bulk_create(
        Allocation(payment=payment, bill_id=pk, amount=amount) for pk, amount in parts
    )
    Bill.objects.bulk_update(reached, ["paid", "closed_at"])
    return _closed(reached)


def _closed(bills: Sequence[Bill]) -> list[int]:
    return [bill.pk for bill in bills if bill.closed_at]


def _close_when_nothing_is_left(account: CreditAccount) -> None:
    """A loan ends with its last instalment. A card stays open: it can be used again."""
    if (
        account.product != CreditAccount.Product.INSTALMENT_LOAN
        or account.status != CreditAccount.Status.OPEN
    ):
        return
    if not account.bills.filter(closed_at=None).exists():
        account.status = CreditAccount.Status.CLOSED
        account.save(update_fields=["status"])
