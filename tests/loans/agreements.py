"""Accounts with all the rows that a lender sends of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Borrower
from loans import payments
from loans.models import CreditAccount
from loans.payments import NewPayment
from loans.schedule import schedule
from loans.terms import Terms
from tests import factories

NOON = datetime(2026, 3, 11, 16, tzinfo=UTC)  # in New York, 10 days after the second due day
TODAY = NOON.date()


def contracted(borrower: Borrower, *, paid: int = 2, **terms: Any) -> CreditAccount:
    """1,000 USD at 12 % in 12 months from 1 January 2026, its first bills paid on their days."""
    given: dict[str, Any] = {
        "principal": Decimal(1000),
        "annual_rate_pct": Decimal(12),
        "instalments": 12,
        "disbursed_on": date(2026, 1, 1),
    } | terms
    rows = schedule(Terms(**given))
    account = factories.make_loan(
        borrower,
        principal=given["principal"],
        annual_rate_pct=given["annual_rate_pct"],
        instalment_amount=rows[0].total,
    )
    for row in rows:
        factories.make_bill(
            account, due_on=row.due_on, amount=row.total, principal=row.principal, interest=row.interest,
            balance_after=row.balance,
        )  # fmt: skip
    for row in rows[:paid]:
        pay(account, row.total, on=row.due_on or TODAY)
    return account


def pay(account: CreditAccount, amount: Decimal, *, on: date) -> None:
    new = NewPayment(amount=amount, currency=account.currency, received_on=on)
    payments.record(account, payment=new, by=None, now=NOON)


def card(borrower: Borrower, *, minimum: Decimal = Decimal(200), **fields: Any) -> CreditAccount:
    """2,000 USD on a card whose statement asks a tenth."""
    account = factories.make_card(borrower, reported_balance=Decimal(2000), reported_at=NOON, **fields)
    factories.make_bill(account, amount=minimum, statement_balance=Decimal(2000), due_on=date(2026, 4, 1))
    return account
