"""Make a paper for its owner: at once where it is short, in the background where it is long.

A paper made in the background waits in the cache for an hour. Nothing is lost with it: it is made anew from the
books when it is asked for again.
"""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from django.core.cache import cache
from django.utils import translation

from loans import balances, bill_lines
from loans.models import CreditAccount, Payment
from loans.papers import sheet
from loans.papers.pdf import pdf
from loans.papers.period import Period, parse
from loans.signals import large_print_asked

LINES_AT_ONCE = 150  # bills and payments; about 50 ms of a web server's thread
KEPT = 60 * 60  # seconds
PATIENCE = 60  # seconds, after which a paper nobody has finished is ordered again


def life(account: CreditAccount, *, today: date) -> tuple[date, date]:
    """The first and the last day on which anything can be on a statement."""
    first_bill = account.bills.order_by("due_on").values_list("due_on", flat=True).first()
    first_payment = account.payments.order_by("received_on").values_list("received_on", flat=True).first()
    known = [day for day in (account.opened_on, first_bill, first_payment) if day and day <= today]
    return min(known, default=today), today


def statement_period(account: CreditAccount, name: str, *, today: date) -> Period:
    """The period of this name in the account's life. ValueError: no such period, or none of its days has come."""
    first, last = life(account, today=today)
    period = parse(name, first=first, last=last)
    if period.first > last or period.last < first:
        raise ValueError(f"The account has nothing in {name}.")
    return period


def is_long(account: CreditAccount, period: Period) -> bool:
    days = (period.first, period.last)
    bills = account.bills.filter(due_on__range=days).count()
    return bills + account.payments.filter(received_on__range=days).count() > LINES_AT_ONCE


def statement(account: CreditAccount, period: Period, *, today: date) -> bytes:
    """The statement in the active language."""
    lines = bill_lines.of(account.bills.order_by("due_on", "number"), today=today)
    view = balances.account_view(account, today=today)
    payments = Payment.everything.filter(account=account).order_by("received_on", "pk")
    made = sheet.statement(view, lines, payments.select_related("reversal"), period=period, today=today)
    return pdf(replace(made, is_large=_reads_large(account)))


def receipt(payment: Payment, *, today: date) -> bytes:
    """The receipt in the active language."""
    view = balances.account_view(payment.account, today=today)
    parts = list(payment.allocations.select_related("bill").order_by("bill__due_on", "bill__number"))
    return pdf(
        replace(sheet.receipt(view, payment, parts, today=today), is_large=_reads_large(payment.account))
    )


def _reads_large(account: CreditAccount) -> bool:
    """What the apps above know of the borrower."""
    answers = large_print_asked.send(CreditAccount, borrower=account.borrower)
    return any(answer for _receiver, answer in answers)


def finished(account: CreditAccount, period: Period, *, today: date) -> bytes | None:
    """The long statement if it is ready, in the active language; else it is ordered, once."""
    from loans.tasks import make_statement  # the task imports this module

    key = _key(account, period.name, today)
    made: bytes | None = cache.get(key)
    if made is None and cache.add(f"{key}:ordered", True, PATIENCE):
        make_statement.delay(account.pk, period.name, today.isoformat(), translation.get_language())
    return made


def keep(account: CreditAccount, name: str, *, today: date) -> None:
    """Make a long statement in the active language and keep it for its owner to fetch."""
    period = statement_period(account, name, today=today)
    cache.set(_key(account, name, today), statement(account, period, today=today), KEPT)


def _key(account: CreditAccount, name: str, today: date) -> str:
    """Of one state of the account: a paper made before anything on it changed is not found after it."""
    bills = account.bills.order_by("pk").values_list("due_on", "amount", "paid", "closed_at")
    payments = Payment.everything.filter(account=account).order_by("pk").values_list("pk", "reversed_at")
    told = (account.borrower.name, account.status, account.reported_balance, account.reported_at)
    state = sha256(repr((told, list(bills), list(payments))).encode()).hexdigest()
    print_size = "large" if _reads_large(account) else "usual"
    return f"paper:{account.pk}:{name}:{today}:{translation.get_language()}:{print_size}:{state}"
