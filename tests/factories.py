"""Rows for tests: each call makes one valid row, and says only what the test is about."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Borrower, ContactPoint, User
from loans.models import Bill, CreditAccount

PASSWORD = "correct horse battery staple"
FIRST = 1001  # names, references and numbers that a test writes itself lie below
_numbers = itertools.count(FIRST)


def count_anew() -> None:
    """Before each test: the same rows whatever ran before, and never a number of five digits, which is no phone's."""
    global _numbers
    _numbers = itertools.count(FIRST)


def make_login(**fields: Any) -> User:
    fields.setdefault("email", f"person{next(_numbers)}@example.com")
    return User.objects.create_user(password=PASSWORD, **fields)


def make_staff(**fields: Any) -> User:
    return make_login(**{"is_staff": True, "is_superuser": True, "name": "Staff", **fields})


def make_borrower(**fields: Any) -> Borrower:
    """A person without a login, in New York. `user=make_login()` gives one."""
    number = next(_numbers)
    defaults = {
        "reference": f"P-{number}",
        "name": f"Alex Example {number}",
        "country": "US",
        "region": "NY",
        "language": "en",
        "time_zone": "America/New_York",
    }
    return Borrower.objects.create(**{**defaults, **fields})


def make_contact_point(borrower: Borrower, **fields: Any) -> ContactPoint:
    """A verified phone number; `kind="email"` gives an address, `verified_at=None` one not verified."""
    number = next(_numbers)
    kind = fields.get("kind", ContactPoint.Kind.PHONE)
    is_phone = kind == ContactPoint.Kind.PHONE
    defaults = {
        "kind": kind,
        "value": f"+1212555{number:04d}" if is_phone else f"contact{number}@example.com",
        "verified_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return ContactPoint.objects.create(borrower=borrower, **{**defaults, **fields})


def make_loan(borrower: Borrower, **fields: Any) -> CreditAccount:
    """1,200 USD without interest in 12 instalments, opened on 1 January 2026. make_bill() adds bills."""
    defaults = {
        "reference": f"L-{next(_numbers)}",
        "product": CreditAccount.Product.INSTALMENT_LOAN,
        "currency": "USD",
        "opened_on": date(2026, 1, 1),
        "principal": Decimal(1200),
        "annual_rate_pct": Decimal(0),
        "instalments": 12,
        "instalment_amount": Decimal(100),
    }
    return CreditAccount.objects.create(borrower=borrower, **{**defaults, **fields})


def make_card(borrower: Borrower, **fields: Any) -> CreditAccount:
    defaults = {
        "reference": f"C-{next(_numbers)}",
        "product": CreditAccount.Product.CREDIT_CARD,
        "currency": "USD",
        "opened_on": date(2026, 1, 1),
        "credit_limit": Decimal(5000),
    }
    return CreditAccount.objects.create(borrower=borrower, **{**defaults, **fields})


def make_bill(account: CreditAccount, **fields: Any) -> Bill:
    """The account's next bill: 100 due on 1 February 2026 unless the test says otherwise."""
    defaults = {"number": account.bills.count() + 1, "due_on": date(2026, 2, 1), "amount": Decimal(100)}
    return Bill.objects.create(account=account, **{**defaults, **fields})
