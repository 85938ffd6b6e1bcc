"""Payments, and those that are taken back: each in a transaction of its own, with all that follows from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from loans import payments as booking
from loans import reversals as taking_back
from loans.api import rows as reading
from loans.api.schemas import PaymentIn, Result, ReversalIn
from loans.api.upserts.batch import Batch, Fields, by_reference, no_account, only
from loans.models import CreditAccount, Payment
from loans.refusals import Code, Refused


def payments(rows: Sequence[PaymentIn], *, now: datetime, by: User | None = None) -> list[Result]:
    """Book payments one by one, each in its own transaction with all that follows from it."""
    batch = Batch(rows, reading.payment)
    owners = by_reference(CreditAccount, (fields["account"] for fields in batch.good.values()))
    known = _booked(fields["reference"] for fields in batch.good.values())
    for place, fields in list(batch.good.items()):
        owner, reference = owners.get(fields["account"]), fields["reference"]
        if owner is None:
            batch.refuse(place, no_account(fields))
        elif old := known.get(reference):
            _leave(batch, place, owner, old)
        else:
            new = booking.NewPayment(**only(fields, ("reference", "amount", "currency", "received_on")))
            try:
                booking.record(owner, payment=new, by=by, now=now)
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


def _leave(batch: Batch, place: int, owner: CreditAccount, old: Payment) -> None:
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
    batch = Batch(rows, reading.reversal)
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


def _take_back(batch: Batch, place: int, payment: Payment, *, by: User | None, now: datetime) -> None:
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
