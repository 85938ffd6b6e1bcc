"""What a payment does to reminders, inside the transaction that books it: those of paid bills fall away.

And what becomes of them, and is told, where it is taken back.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as N_  # noqa: N812  the name that extraction knows

from accounts.models import Borrower
from loans import reversals
from loans.models import CreditAccount, Payment, Reversal
from loans.templatetags.money import day, money
from notifications import context, inbox, lanes, queries, texts
from notifications.inbox import Note
from notifications.material import approved_words
from notifications.models import Reminder
from notifications.reason import Reason
from notifications.texts import Demand, Filling
from notifications.words import Category, Channel, ReminderState

RECEIPT = "receipt"  # the template's code
PAID, GONE = Reason("receipt"), Reason("payment.taken_back")
_TAKEN_BACK = N_(
    "Your payment of %(sum)s from %(received)s to account %(account)s was taken back on %(day)s: %(why)s. What it had"
    " paid is owed again, and your account shows it. If you think that this is a mistake, or if paying it again is"
    " hard now, write to us: we look for a way with you."
)
RECEIPT_IS_NEWS = timedelta(days=14)  # after the money came


def on_payment(
    *, account: CreditAccount, payment: Payment, closed_bills: Sequence[int], now: datetime, **_: Any
) -> None:
    """Cancel what is planned for the paid bills, and put a receipt into the person's inbox.

    The lane is taken first: a claim that is deciding finishes before the payment is booked, one that comes
    later sees it. A receipt disturbs nobody, so the gate is not asked.
    """
    lanes.lock(account.borrower_id)
    cancel_paid(borrower_id=account.borrower_id, now=now)
    if now.date() - payment.received_on <= RECEIPT_IS_NEWS:  # not when a core system sends years of history
        _put_receipt(account.borrower, account, payment, now)


def on_bills_changed(*, now: datetime, borrowers: Sequence[int] | None = None, **_: Any) -> None:
    """The same after bills were closed without a payment here: no receipts. After an import, which closes them by
    the thousand, one statement for all; for some borrowers, in the order of their ids, each under the lane's lock.
    """
    if borrowers is None:
        cancel_paid(borrower_id=None, now=now)
        return
    for borrower_id in sorted(borrowers):
        lanes.lock(borrower_id)
        cancel_paid(borrower_id=borrower_id, now=now)


def on_bills_opened(*, account: CreditAccount, bills: Sequence[int], now: datetime, **_: Any) -> None:
    """Bills are owed again: forget that their reminders fell away, so that the next slot plans them anew.

    What was sent, or tried, stays: a step of a bill comes once. Where other payments now pay other bills, those
    bills' reminders fall away.
    """
    lanes.lock(account.borrower_id)
    fell_away = Reminder.objects.filter(bill__in=bills, attempts=None, reasons__contains=[{"rule": "paid"}])
    fell_away.exclude(state=ReminderState.PLANNED).delete()
    cancel_paid(borrower_id=account.borrower_id, now=now)


def on_taken_back(
    *, account: CreditAccount, payment: Payment, reversal: Reversal, now: datetime, **_: Any
) -> None:
    """The person learns from us, not from a reminder, that a payment has gone. One that is booked anew has not."""
    if reversal.why == reversals.REPLACED:
        return
    borrower = account.borrower
    with override(borrower.language):
        known = {
            "sum": money(payment.amount, account.currency),
            "received": day(payment.received_on),
            "account": texts.mask(account.reference),
            "day": day(reversal.on),
            "why": gettext(reversal.why),
        }
        subject = gettext("A payment of yours was taken back")
        inbox.put(borrower, Note(subject, gettext(_TAKEN_BACK) % known, GONE), now=now)


def cancel_paid(*, borrower_id: int | None, now: datetime) -> int:
    """Cancel the planned reminders of closed bills, of one borrower or of all. Returns how many."""
    reasons = json.dumps([Reason("paid").to_json()])
    with connection.cursor() as cursor:
        cursor.execute(queries.CANCEL_PAID, {"borrower": borrower_id, "now": now, "reasons": reasons})
        return int(cursor.rowcount)


def _put_receipt(borrower: Borrower, account: CreditAccount, payment: Payment, now: datetime) -> None:
    words = approved_words().get((RECEIPT, borrower.language))
    if words is None:
        return
    told = Demand(payment.amount, account.currency, payment.received_on, texts.mask(account.reference))
    filling = Filling(borrower.name, [told], context.sender(), borrower.language)
    rendered = texts.render(words, filling, channel=Channel.INBOX)
    note = Note(rendered.subject, rendered.text, PAID, Category.RECEIPT, words.template_id)
    inbox.put(borrower, note, now=now)
