"""What each file of a portfolio holds, and how a cell is read. Pure.

A bad cell is a ValueError that says why, in the language in force, in words that go after the column's name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from accounts import names, places
from loans.due_dates import add_months

Reader = Callable[[str], Any]
_NUMBER = re.compile(r"-?\d{1,15}(?:\.(\d{1,4}))?", re.ASCII)
_HUGE = re.compile(r"-?\d{16}", re.ASCII)
OFTEN = 4096  # different days, months, codes that are remembered: a file repeats few
SHOWN = 30  # characters of a cell that an error repeats


@dataclass(frozen=True)
class Column:
    """read: from the cell's text. sql: its type in the staging table; empty: checked, and not kept."""

    read: Reader
    sql: str
    is_optional: bool = False  # the column may be missing from the file


@dataclass(frozen=True)
class FileFormat:
    """One file. key: the columns that name a row, once in the file."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]

    @property
    def kept(self) -> dict[str, str]:
        return {name: column.sql for name, column in self.columns.items() if column.sql}


def text(most: int, *, may_be_empty: bool = False) -> Reader:
    def read(cell: str) -> str:
        if not cell and not may_be_empty:
            raise ValueError(_("is empty"))
        if len(cell) > most:
            raise ValueError(_("has more than %(max_length)d characters") % {"max_length": most})
        if not cell.isprintable():
            raise ValueError(_("holds control characters or line breaks"))
        return cell

    return read


def amount(*, least: Decimal | None = Decimal(0), above: bool = False, places: int = 3) -> Reader:
    """places: how many digits may follow the point; an amount's column keeps three, a rate's four."""

    def read(cell: str) -> Decimal:
        value = _decimal(cell, places)
        if least is not None and (value < least or (above and value == least)):
            words = (
                _("is %(cell)s; it must be more than %(least)s")
                if above
                else _("is %(cell)s; it must be at least %(least)s")
            )
            raise ValueError(words % {"cell": cell, "least": least})
        return value

    return read


def _decimal(cell: str, places: int) -> Decimal:
    if _HUGE.match(cell):
        raise _no(cell, _("is “%(cell)s”; at most 15 digits may stand before the point"))
    if not (number := _NUMBER.fullmatch(cell)):
        raise _no(cell, _("is “%(cell)s”; write an amount like 1234.56"))
    if len(number[1] or "") > places:
        raise _no(cell, _("is “%(cell)s”; at most %(places)d digits may follow the point"), places=places)
    return Decimal(cell)


def _no(cell: str, words: str, **more: object) -> ValueError:
    return ValueError(words % {"cell": cell[:SHOWN], **more})


def whole(least: int, most: int) -> Reader:
    def read(cell: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", cell, re.ASCII) or not least <= int(cell) <= most:
            words = _("is “%(cell)s”; write a whole number from %(least)d to %(most)d")
            raise _no(cell, words, least=least, most=most)
        return int(cell)

    return read


@lru_cache(OFTEN)
def day(cell: str) -> date:
    try:
        if len(cell) != 10:
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise _no(cell, _("is “%(cell)s”; write a day like 2027-03-15")) from None


@lru_cache(OFTEN)
def month_end(cell: str) -> date:
    """The last day of a month written 2027-03."""
    if not re.fullmatch(r"\d{4}-\d{2}", cell, re.ASCII):
        raise _no(cell, _("is “%(cell)s”; write a month like 2027-03"))
    first = day(f"{cell}-01")
    return date.fromordinal(add_months(first, 1).toordinal() - 1)


@lru_cache(OFTEN)
def currency(cell: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", cell):
        raise _no(cell, _("is “%(cell)s”; write a currency like USD"))
    if cell not in _currencies():
        raise _no(cell, _("is “%(cell)s”, which is no currency of ISO 4217"))
    return cell


@cache
def _currencies() -> frozenset[str]:
    """Those of ISO 4217 that CLDR knows, past ones with them."""
    return frozenset(list_currencies())


@lru_cache(OFTEN)
def country(cell: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", cell):
        raise _no(cell, _("is “%(cell)s”; write a country like US"))
    if not places.is_country(cell):
        raise _no(cell, _("is “%(cell)s”, which is no country of ISO 3166-1"))
    return cell


def one_of(*values: str) -> Reader:
    def read(cell: str) -> str:
        if cell not in values:
            raise _no(cell, _("is “%(cell)s”; write one of %(values)s"), values=", ".join(values))
        return cell

    return read


def optional(read: Reader) -> Reader:
    """An empty cell is None."""
    return lambda cell: read(cell) if cell else None


NOT_KEPT = ""  # data the portal has no use for
REFERENCE = Column(text(64), "text")

BORROWERS = FileFormat(
    "borrowers",
    {
        "borrower_id": REFERENCE,
        "name": Column(names.clean, "text"),
        "country": Column(country, "text"),
        "region": Column(text(8, may_be_empty=True), "text"),
        "occupation": Column(text(200, may_be_empty=True), NOT_KEPT, is_optional=True),
        "annual_income": Column(optional(amount()), NOT_KEPT, is_optional=True),
    },
    key=("borrower_id",),
)
LOANS = FileFormat(
    "loans",
    {
        "loan_id": REFERENCE,
        "borrower_id": REFERENCE,
        "product": Column(one_of("instalment_loan"), "text"),
        "currency": Column(currency, "text"),
        "principal": Column(amount(above=True), "numeric"),
        "annual_rate_pct": Column(amount(places=4), "numeric"),
        "instalments": Column(whole(1, 600), "int"),
        "period": Column(one_of("month"), NOT_KEPT),
        "instalment_amount": Column(amount(above=True), "numeric"),
        "instalment_rounding": Column(text(20, may_be_empty=True), NOT_KEPT, is_optional=True),
        "issued_month": Column(text(7, may_be_empty=True), NOT_KEPT, is_optional=True),
        "disbursed_on": Column(day, "date"),
        "purpose": Column(text(60, may_be_empty=True), "text"),
        "grade": Column(text(10, may_be_empty=True), NOT_KEPT, is_optional=True),
        "status": Column(text(40), "text"),
        "days_past_due_band": Column(text(12, may_be_empty=True), "text"),
        "reported_balance": Column(optional(amount()), "numeric"),
        "reported_paid_total": Column(optional(amount()), NOT_KEPT, is_optional=True),
        "reported_paid_principal": Column(optional(amount()), NOT_KEPT, is_optional=True),
        "reported_paid_interest": Column(optional(amount()), NOT_KEPT, is_optional=True),
        "reported_paid_late_fees": Column(optional(amount()), NOT_KEPT, is_optional=True),
        "whole_instalments_paid": Column(optional(whole(0, 600)), NOT_KEPT, is_optional=True),
    },
    key=("loan_id",),
)
INSTALMENTS = FileFormat(
    "instalments",
    {
        "loan_id": REFERENCE,
        "n": Column(whole(1, 600), "int"),
        "due_date": Column(day, "date"),
        "total": Column(amount(above=True), "numeric"),
        "principal": Column(amount(), "numeric"),
        "interest": Column(amount(), "numeric"),
        "balance": Column(amount(), "numeric"),
        "currency": Column(optional(currency), "text", is_optional=True),
    },
    key=("loan_id", "n"),
)
LOAN_PAYMENTS = FileFormat(
    "payments",
    {
        "payment_id": REFERENCE,
        "loan_id": REFERENCE,
        "date": Column(day, "date"),
        "amount": Column(amount(above=True), "numeric"),
        "currency": Column(currency, "text"),
        "basis": Column(text(20, may_be_empty=True), "text"),
    },
    key=("payment_id",),
)
CARD_ACCOUNTS = FileFormat(
    "accounts",
    {
        "account_id": REFERENCE,
        "borrower_id": REFERENCE,
        "product": Column(one_of("credit_card", "line_of_credit"), "text"),
        "currency": Column(currency, "text"),
        "credit_limit": Column(amount(), "numeric"),
        "defaulted_in_2005_10": Column(text(1, may_be_empty=True), NOT_KEPT, is_optional=True),
    },
    key=("account_id",),
)
STATEMENTS = FileFormat(
    "statements",
    {
        "account_id": REFERENCE,
        "month": Column(month_end, "date"),
        "bill_amount": Column(amount(least=None), "numeric"),
        "repayment_status": Column(whole(-2, 99), NOT_KEPT, is_optional=True),
        "months_past_due": Column(whole(0, 999), "int"),
        "due_date": Column(optional(day), "date", is_optional=True),
        "minimum_due": Column(optional(amount()), "numeric", is_optional=True),
        "currency": Column(optional(currency), "text", is_optional=True),
    },
    key=("account_id", "month"),
)
CARD_PAYMENTS = FileFormat(
    "payments",
    {
        "payment_id": REFERENCE,
        "account_id": REFERENCE,
        "month": Column(month_end, "date"),
        "amount": Column(amount(above=True), "numeric"),
        "currency": Column(currency, "text"),
        "basis": Column(text(20, may_be_empty=True), "text"),
        "date": Column(optional(day), "date", is_optional=True),
    },
    key=("payment_id",),
)
