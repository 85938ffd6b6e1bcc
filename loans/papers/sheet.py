"""What stands on a paper, already in words: built from an account's figures in the active language.

One shape for every paper, so that one template (paper.typ) sets them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from loans.bill_lines import BillLine
from loans.figures import AccountView
from loans.models import Allocation, Payment
from loans.papers.period import Period
from loans.templatetags.money import absolute, day, money, month_and_year, short_day


@dataclass(frozen=True, kw_only=True)
class Table:
    title: str
    columns: tuple[str, ...]
    numbers: tuple[bool, ...]  # which columns are amounts, and stand to the right
    rows: tuple[tuple[str, ...], ...]
    empty: str  # said where there is no row


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One paper. Every value is a finished text."""

    language: str
    title: str
    lender: str
    lender_contact: str
    person: str
    made: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    is_large: bool = False  # in large print

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def statement(
    view: AccountView, lines: Iterable[BillLine], payments: Iterable[Payment], *, period: Period, today: date
) -> Sheet:
    """An account's bills that fell due and payments that came in a period, and what is owed today.

    view, lines, today: as on the account's page, so that paper and page cannot differ.
    """
    bills = [line for line in lines if line.due_on in period]
    received = [payment for payment in payments if payment.received_on in period]
    standing = sum((payment.amount for payment in received if not payment.reversed_at), Decimal(0))
    currency = view.currency
    sums = (
        (gettext("Billed in this time"), money(sum((line.amount for line in bills), Decimal(0)), currency)),
        (gettext("Received in this time"), money(standing, currency)),
        _balance(view),
    )
    return _sheet(
        view,
        gettext("Statement: %(period)s") % {"period": _period(period)},
        today=today,
        facts=(*_account(view), (gettext("From and to"), f"{day(period.first)} – {day(period.last)}"), *sums),
        tables=(_bills(bills, currency), _payments(received, currency)),
        notes=_as_of(view),
    )


def receipt(view: AccountView, payment: Payment, parts: Sequence[Allocation], *, today: date) -> Sheet:
    """What one payment was, and which bills it paid. parts: its allocations with their bills, by due day.

    Of one that was taken back: when and why, for nothing is paid by it.
    """
    currency = view.currency
    facts = (
        *_account(view),
        (gettext("Received on"), day(payment.received_on)),
        (gettext("Amount"), money(payment.amount, currency)),
        (gettext("Reference"), payment.reference),
    )
    if payment.reversed_at:
        gone = payment.reversal
        facts += ((gettext("Taken back on"), day(gone.on)), (gettext("Why"), gettext(gone.why)))
        owed = (gettext("What it had paid is owed again."),)
        title = gettext("A payment that was taken back")
        return _sheet(view, title, today=today, facts=facts, tables=(), notes=owed)
    rest = payment.amount - sum((part.amount for part in parts), Decimal(0))
    rows = [(short_day(part.bill.due_on), money(part.amount, currency)) for part in parts]
    if rest:
        rows.append((gettext("Credited to the account"), money(rest, currency)))
    split = Table(
        title=gettext("What it paid"),
        columns=(gettext("Bill due on"), gettext("Amount")),
        numbers=(False, True),
        rows=tuple(rows),
        empty=gettext("Credited to the account"),
    )
    return _sheet(view, gettext("Payment receipt"), today=today, facts=facts, tables=(split,), notes=())


def _sheet(view: AccountView, title: str, *, today: date, **rest: Any) -> Sheet:
    return Sheet(
        language=get_language() or "en",
        title=title,
        lender=settings.LENDER_NAME,
        lender_contact=f"{settings.LENDER_PHONE} · {settings.LENDER_EMAIL}",
        person=view.account.borrower.name,
        made=gettext("Made on %(day)s") % {"day": day(today)},
        **rest,
    )


def _account(view: AccountView) -> tuple[tuple[str, str], ...]:
    account = view.account
    return (
        (gettext("Product"), capfirst(account.get_product_display())),
        (gettext("Account number"), account.reference),
    )


def _balance(view: AccountView) -> tuple[str, str]:
    label = gettext("In your favour today") if view.balance < 0 else gettext("Owed today")
    return label, money(absolute(view.balance), view.currency)


def _as_of(view: AccountView) -> tuple[str, ...]:
    if not view.as_of:
        return ()
    return (
        gettext(
            "The balance is the one in the books of %(lender_name)s on %(day)s, less the payments booked since."
        )
        % {"lender_name": settings.LENDER_NAME, "day": day(view.as_of)},
    )


def _bills(lines: Sequence[BillLine], currency: str) -> Table:
    return Table(
        title=gettext("Bills"),
        columns=(
            gettext("Due on"), gettext("State"), gettext("Bill"), gettext("Paid"), gettext("Left"),
        ),
        numbers=(False, False, True, True, True),
        rows=tuple(
            (
                short_day(line.due_on), capfirst(str(line.state.label)),
                *(money(amount, currency) for amount in (line.amount, line.paid, line.left)),
            )
            for line in lines
        ),
        empty=gettext("No bill fell due in this time."),
    )  # fmt: skip


def _payments(payments: Sequence[Payment], currency: str) -> Table:
    return Table(
        title=gettext("Payments we have received"),
        columns=(gettext("Received on"), gettext("Reference"), gettext("Amount")),
        numbers=(False, False, True),
        rows=tuple((short_day(p.received_on), _named(p), money(p.amount, currency)) for p in payments),
        empty=gettext("No payment came in this time."),
    )


def _named(payment: Payment) -> str:
    """Its reference, and that it no longer counts where it was taken back."""
    if not payment.reversed_at:
        return payment.reference
    gone = gettext("Taken back on %(day)s") % {"day": short_day(payment.reversal.on)}
    return f"{payment.reference} · {gone}"


def _period(period: Period) -> str:
    if period.name == "all":
        return gettext("all bills and payments")
    return month_and_year(period.first) if "-" in period.name else period.name
