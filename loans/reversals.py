"""Take a payment back: the bank returned it, or it was booked by mistake. What it paid is owed again.

Lock order as in `payments`: the account's row first, then (in listeners) the borrower's lane.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  the name that extraction knows

from accounts.models import User
from loans import signals, splitting
from loans.models import Allocation, CreditAccount, Payment, Reversal
from loans.refusals import Code, Refused
from loans.templatetags.money import day

LONGEST_WHY = 200

# What the borrower reads beside the payment, in their language; staff may write words of their own.
RETURNED = N_("returned by the bank")
CHARGED_BACK = N_("charged back by the bank or the card company")
MISTAKE = N_("booked by mistake")
TAKEN_BACK = N_("taken back by the lender")
REPLACED = N_("corrected by the lender")  # and booked anew: for the person nothing has gone


class ReversalRefused(Refused):
    """The payment stands as it did."""


def reverse(
    payment: Payment, *, why: str, by: User | None, now: datetime, on: date | None = None
) -> Reversal:
    """Take the payment back, split the ones after it anew, open what is owed again, tell the listeners: all or nothing.

    The payment keeps its row, and its reference stays used for ever. why: one of the words above, or staff's own; the
    borrower reads it. on: the day it was taken back; None: today. ReversalRefused: see `_check`, or it was before.
    """
    why, on = why.strip(), on or now.date()
    _check(payment, why, on, now)
    with transaction.atomic():
        account = CreditAccount.objects.select_for_update().get(pk=payment.account_id)
        taken = Payment.everything.select_for_update().get(pk=payment.pk)
        if taken.reversed_at:
            words = _("This payment was taken back on %(day)s already.")
            raise ReversalRefused(Code.TAKEN_BACK, words % {"day": day(taken.reversal.on)})
        was = Allocation.objects.filter(payment=taken).values_list("bill__number", "amount")
        reversal = Reversal(
            payment=taken,
            at=now,
            on=on,
            by=by,
            why=why,
            was={number: str(amount) for number, amount in was},
        )
        taken.reversed_at = now
        taken.save(update_fields=["reversed_at"])
        interest = _interest_paid(account)
        moved = splitting.again(account, since=taken.pk, without=taken, now=now)
        reversal.principal = taken.amount - (interest - _interest_paid(account))
        reversal.save(force_insert=True)
        _open_again(account, moved)
        signals.bills_opened.send(sender=Payment, account=account, bills=moved.opened, now=now)
        signals.payment_taken_back.send(
            sender=Payment, account=account, payment=taken, reversal=reversal, now=now
        )
    return reversal


def _check(payment: Payment, why: str, on: date, now: datetime) -> None:
    if not why or len(why) > LONGEST_WHY:
        words = _("Write in up to 200 characters why the payment is taken back.")
        raise ReversalRefused(Code.BAD_FIELD, words, "why")
    if on > now.date():  # the lender's day is UTC's
        words = _("%(day)s is in the future. Take the payment back on the day it goes.")
        raise ReversalRefused(Code.IN_FUTURE, words % {"day": day(on)}, "on")
    if on < payment.received_on:
        words = _("The payment came on %(day)s. It cannot have been taken back before.")
        raise ReversalRefused(Code.TOO_EARLY, words % {"day": day(payment.received_on)}, "on")


def _interest_paid(account: CreditAccount) -> Decimal:
    """Of all bills. Interest is paid before principal."""
    paid = account.bills.filter(interest__gt=0).values_list("paid", "interest")
    return sum((min(part, interest) for part, interest in paid if interest), Decimal(0))


def _open_again(account: CreditAccount, moved: splitting.Moved) -> None:
    """A loan that ended with its last payment goes on."""
    if moved.opened and account.status == CreditAccount.Status.CLOSED:
        account.status = CreditAccount.Status.OPEN
        account.save(update_fields=["status"])
