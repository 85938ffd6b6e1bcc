"""Begin a payment at the provider, and hear what became of it: each page books at most one payment.

Lock order: the order's row, then the account's (in payments.record), then the borrower's lane.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from accounts.models import User
from loans import payments
from loans.models import CreditAccount, PayEvent, PayOrder
from loans.models.pay import PayState
from loans.pay import provider
from loans.pay.provider import Became, Event, NoPage, Wanted

logger = logging.getLogger(__name__)

STILL_GOOD = timedelta(minutes=5)  # a page that ends sooner is not handed out again
ENDED = {Became.REFUSED: PayState.REFUSED, Became.EXPIRED: PayState.EXPIRED}

Addresses = Callable[[PayOrder], tuple[str, str]]  # where the person comes back to, where events go to


def begin(
    account: CreditAccount, *, amount: Decimal, language: str, addresses: Addresses, now: datetime
) -> PayOrder:
    """A page for this amount; the one at hand where the same was asked a moment ago. NoPage: nothing was begun.

    The order is committed before the provider is called: whatever it says of it later, we know it.
    """
    name = provider.in_use()
    known = PayOrder.objects.filter(
        account=account, provider=name, amount=amount, state=PayState.CREATED, expires_at__gt=now + STILL_GOOD
    ).first()
    if known:
        return known
    order = PayOrder.objects.create(account=account, provider=name, amount=amount, created_at=now)
    return_url, webhook_url = addresses(order)
    wanted = Wanted(
        order=str(order.pk),
        amount=amount,
        currency=account.currency,
        account=account.reference,
        language=language,
        return_url=return_url,
        webhook_url=webhook_url,
    )
    try:
        page = provider.named(name).make_page(wanted)
    except NoPage as error:
        PayOrder.objects.filter(pk=order.pk, state=PayState.CREATED).update(state=PayState.NO_PAGE)
        logger.warning("pay_no_page provider=%s order=%s error=%s", name, order.pk, error)
        raise
    order.page_url, order.provider_reference, order.expires_at = page.url, page.reference, page.expires_at
    order.save(update_fields=["page_url", "provider_reference", "expires_at"])
    return order


@transaction.atomic
def hear(name: str, event: Event, *, now: datetime) -> str:
    """Write the event down and do what it says, once. Returns the outcome; told again it changes nothing."""
    order = _locked(name, event.order)
    kept, is_new = PayEvent.objects.get_or_create(
        provider=name,
        key=event.key,
        defaults={"order": order, "said": _said(event), "outcome": "", "at": now},
    )
    if not is_new:
        return "known"
    kept.outcome = _do(order, event, now) if order else "no such order"
    kept.save(update_fields=["outcome"])
    if order is None:
        logger.error("pay_unknown_order provider=%s event=%s", name, event.key)
    return str(kept.outcome)


class NotToBeChecked(ValueError):
    """Nobody has to look at this order, or somebody has."""


@transaction.atomic
def settle(order: PayOrder, *, words: str, by: User) -> None:
    """People have looked at money that could not be booked by itself, and say what they did. NotToBeChecked."""
    moved = PayOrder.objects.filter(pk=order.pk, state=PayState.CHECKED).update(state=PayState.SETTLED)
    if not moved:
        raise NotToBeChecked
    LogEntry.objects.log_actions(by.pk, [order], CHANGE, change_message=words, single_object=True)


def _locked(name: str, order: str) -> PayOrder | None:
    try:
        key = UUID(order)
    except ValueError:
        return None
    return PayOrder.objects.select_for_update().filter(pk=key, provider=name).first()


def _do(order: PayOrder, event: Event, now: datetime) -> str:
    if order.payment_id:
        return "is paid already"
    if event.became != Became.PAID:
        if order.state == PayState.CREATED:
            _move(order, ENDED[event.became])
        return str(event.became)
    if (event.amount, event.currency) != (order.amount, order.account.currency):
        return _to_be_checked(order, f"paid {event.amount} {event.currency}")
    new = payments.NewPayment(
        amount=event.amount,
        currency=event.currency,
        received_on=min(event.on, now.date()),
        reference=order.reference,
    )
    try:
        order.payment = payments.record(order.account, payment=new, by=None, now=now)
    except payments.PaymentRefused as error:
        return _to_be_checked(order, str(error))
    _move(order, PayState.PAID)  # also after it was refused or expired: the money is there
    return "booked"


def _to_be_checked(order: PayOrder, why: str) -> str:
    """Money came that cannot be booked as it was asked for: staff find it under online payments."""
    _move(order, PayState.CHECKED)
    logger.error("pay_to_be_checked order=%s", order.pk)
    return f"to be checked: {why}"[:200]


def _move(order: PayOrder, state: PayState) -> None:
    order.state = state
    order.save(update_fields=["state", "payment"])


def _said(event: Event) -> dict[str, str]:
    return {
        "order": event.order,
        "became": str(event.became),
        "amount": str(event.amount),
        "currency": event.currency,
        "on": event.on.isoformat(),
    }
