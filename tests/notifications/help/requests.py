"""Asking as a borrower does, and what becomes of it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Borrower
from loans import payments
from loans.models import CreditAccount, Payment
from notifications.help import journeys
from notifications.help.journeys import Ask
from notifications.help.rules import Promise
from notifications.models import HelpRequest
from notifications.models.help import HelpKind
from tests.loans.agreements import NOON
from tests.notifications.conftest import holds_read

TODAY = NOON.date()
SECRET = "My wife is ill and I lost my job."


def promise(
    account: CreditAccount, amount: str = "88.85", day: date = TODAY + timedelta(days=9)
) -> HelpRequest:
    ask = Ask(HelpKind.PROMISE, account, details=Promise(Decimal(amount), day).to_json())
    return journeys.open_request(account.borrower, ask=ask, now=NOON)


def ask_for(account: CreditAccount, kind: HelpKind, **details: Any) -> HelpRequest:
    about = None if kind == HelpKind.COMPLAINT else account
    return journeys.open_request(account.borrower, ask=Ask(kind, about, SECRET, details), now=NOON)


def pay(account: CreditAccount, amount: str, *, on: date, booked: datetime) -> Payment:
    new = payments.NewPayment(amount=Decimal(amount), currency="USD", received_on=on)
    return payments.record(account, payment=new, by=None, now=booked)


def reasons(borrower: Borrower, now: datetime = NOON) -> list[str]:
    return [hold.why for hold in holds_read(borrower, now=now)]


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)
