"""Take a payment back: the bank returned it, or it was booked by mistake. What it paid is owed again.

Lock order as in `payments`: the account's row first, then (in listeners) the borrower's lane.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from loans import signals, splitting
from loans.models import Allocation, CreditAccount, Payment, Reversal

LONGEST_WHY = 200


class ReversalRefused(ValueError):
    """The payment stands as it did. The message says, to a person, why."""


def reverse(payment: Payment, *, why: str, by: User | None, now: datetime) -> Reversal:
    """Take the payment back, split the ones after it anew, open what is owed again, tell the listeners: all or nothing.

    The payment keeps its row, and its reference stays used for ever. ReversalRefused: it was taken back before, or
    there is no reason.
    """
    if not (why := why.strip()) or len(why) > LONGEST_WHY:
        raise ReversalRefused(_("Write in up to 200 characters why the payment is taken back."))
    with transaction.atomic():
        account = CreditAccount.objects.select_for_update().get(pk=payment.account_id)
        taken = Payment.everything.select_for_update().get(pk=payment.pk)
        if taken.reversed_at:
            day = date_format(taken.reversed_at.date())
            raise ReversalRefused(_("This payment was taken back on %(day)s already.") % {"day": day})
        was = Allocation.objects.filter(payment=taken).values_list("bill__number", "amount")
        reversal = Reversal(
            payment=taken, at=now, by=by, why=why, was={number: str(amount) for number, amount in was}
        )
        taken.reversed_at = now
        taken.save(update_fields=["reversed_at"])
        interest = _interest_paid(account)
        moved = splitting.again(account, since=taken.pk, without=taken, now=now)
        reversal.principal = taken.amount - (interest - _interest_paid(account))
        reversal.save(force_insert=True)
        _open_again(account, moved)
        signals.bills_opened.send(sender=Payment, account=account, bills=moved.opened, now=now)
    return reversal


def _interest_paid(account: CreditAccount) -> Decimal:
    """Of all bills. Interest is paid before principal."""
    paid = account.bills.filter(interest__gt=0).values_list("paid", "interest")
    return sum((min(part, interest) for part, interest in paid if interest), Decimal(0))


def _open_again(account: CreditAccount, moved: splitting.Moved) -> None:
    """A loan that ended with its last payment goes on."""
    if moved.opened and account.status == CreditAccount.Status.CLOSED:
        account.status = CreditAccount.Status.OPEN
        account.save(update_fields=["status"])
