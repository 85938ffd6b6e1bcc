"""Read a row's fields. Pure: a field that is wrong is Refused, which names it and says what to write."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from ninja import Schema

from accounts import email_addresses, names, phones, places
from accounts.models import LANGUAGES
from loans import reversals
from loans.api.schemas import AccountIn, BillIn, BorrowerIn, PaymentIn, ReversalIn
from loans.currency import unit
from loans.models import CreditAccount
from loans.portfolio import columns
from loans.portfolio.columns import Reader
from loans.refusals import Code, Refused

SIGNED = columns.amount(least=None)
POSITIVE = columns.amount(above=True)
NOT_NEGATIVE = columns.amount()


def _email(cell: str) -> str:
    try:
        return email_addresses.parse(cell).lower()
    except ValueError as error:
        words = _("is “%(cell)s”; write an e-mail address like name@example.com")
        raise ValueError(words % {"cell": cell[:30]}) from error


BORROWER: Mapping[str, Reader] = {
    "reference": columns.text(64),
    "name": names.clean,
    "country": columns.country,
    "region": columns.text(8, may_be_empty=True),
    "language": columns.one_of(*dict(LANGUAGES)),
    "email": _email,
}
ACCOUNT: Mapping[str, Reader] = {
    "reference": columns.text(64),
    "borrower": columns.text(64),
    "product": columns.one_of(*CreditAccount.Product.values),
    "currency": columns.currency,
    "status": columns.one_of(*CreditAccount.Status.values),
    "opened_on": columns.day,
    "principal": POSITIVE,
    "annual_rate_pct": columns.amount(places=4),
    "instalment_amount": POSITIVE,
    "credit_limit": NOT_NEGATIVE,
    "reported_balance": SIGNED,
}
BILL: Mapping[str, Reader] = {
    "account": columns.text(64),
    "due_on": columns.day,
    "issued_on": columns.day,
    "amount": NOT_NEGATIVE,
    "principal": NOT_NEGATIVE,
    "interest": NOT_NEGATIVE,
    "balance_after": NOT_NEGATIVE,
    "statement_balance": SIGNED,
}
PAYMENT: Mapping[str, Reader] = {
    "reference": columns.text(64),
    "account": columns.text(64),
    "amount": POSITIVE,
    "currency": columns.currency,
    "received_on": columns.day,
}
WHY = {
    "returned": reversals.RETURNED,
    "charged_back": reversals.CHARGED_BACK,
    "mistake": reversals.MISTAKE,
    "other": reversals.TAKEN_BACK,
}
REVERSAL: Mapping[str, Reader] = {
    "payment": columns.text(64),
    "account": columns.text(64),
    "on": columns.day,
    "reason": columns.one_of(*WHY),
}
MONEY = (
    "principal", "instalment_amount", "credit_limit", "reported_balance", "amount", "interest", "balance_after",
    "statement_balance",
)  # fmt: skip
MOST_RATE = 999  # per cent a year: what the column holds


def borrower(row: BorrowerIn) -> dict[str, Any]:
    """A borrower's fields; the place says language and time zone where the row does not."""
    fields = _read(row, BORROWER)
    if fields["time_zone"] is None:
        try:
            fields["time_zone"] = places.time_zone(fields["country"], fields["region"])
        except ValueError as error:  # a country of several zones
            raise Refused(Code.BAD_FIELD, error, "time_zone") from error
    elif fields["time_zone"] not in available_timezones():
        words = _("is “%(cell)s”; write an IANA name like Asia/Taipei") % {"cell": fields["time_zone"][:30]}
        raise _bad("time_zone", words)
    fields["language"] = fields["language"] or places.language(fields["country"])
    if fields["phone"] is not None:
        try:
            fields["phone"] = phones.parse(fields["phone"], fields["country"])
        except ValueError as error:
            raise Refused(Code.BAD_FIELD, error, "phone") from error
    return fields


def account(row: AccountIn) -> dict[str, Any]:
    fields = _read(row, ACCOUNT)
    rate = fields["annual_rate_pct"]
    if rate is not None and rate > MOST_RATE:
        words = _("is %(value)s; it must be at most %(most)s") % {"value": rate, "most": MOST_RATE}
        raise _bad("annual_rate_pct", words)
    check_places(fields, fields["currency"])
    return fields


def bill(row: BillIn) -> dict[str, Any]:
    return _read(row, BILL)


def payment(row: PaymentIn) -> dict[str, Any]:
    return _read(row, PAYMENT)


def reversal(row: ReversalIn) -> dict[str, Any]:
    fields = _read(row, REVERSAL)
    fields["why"] = WHY[fields["reason"]]
    return fields


def check_places(fields: Mapping[str, Any], currency: str) -> None:
    """Refused: an amount is finer than its currency."""
    for name in MONEY:
        if (value := fields.get(name)) is not None and value % unit(currency):
            words = _("is %(value)s; %(currency)s has no smaller unit than %(unit)s") % {
                "value": value,
                "currency": currency,
                "unit": unit(currency),
            }
            raise _bad(name, words, Code.TOO_FINE)


def _bad(name: str, words: object, code: Code = Code.BAD_FIELD) -> Refused:
    return Refused(code, f"{name} {words}", name)


def _read(row: Schema, readers: Mapping[str, Reader]) -> dict[str, Any]:
    fields = row.dict()
    for name, read in readers.items():
        if fields[name] is None:
            continue
        try:
            fields[name] = read(fields[name])
        except ValueError as error:
            raise _bad(name, error) from error
    return fields
