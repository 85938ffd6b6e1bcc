"""What the pages show of an account and of all a borrower owes. Frozen values and pure sums; amounts in the
account's currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from loans.models import CreditAccount

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class NextBill:
    """The open bill that comes due next, today included."""

    number: int
    due_on: date
    amount: Decimal  # still to be paid
    days: int  # from today; 0: today


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """Open bills whose due day has passed, and what the lender itself reports. False where there is nothing."""

    amount: Decimal = ZERO  # still to be paid of them
    bills: int = 0
    since: date | None = None  # the oldest one's due day
    months: int = 0  # past due by the lender's report: cards

    def __bool__(self) -> bool:
        return self.bills > 0 or self.months > 0


@dataclass(frozen=True, kw_only=True)
class Share:
    """Part of a whole, for the chart. Always 0 ≤ part ≤ whole and whole > 0."""

    part: Decimal
    whole: Decimal

    @property
    def rest(self) -> Decimal:
        return self.whole - self.part

    @property
    def percent(self) -> int:
        """0 to 100, rounded down: 100 only when it is all."""
        return int(self.part * 100 / self.whole)


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One agreement as its owner sees it."""

    account: CreditAccount
    balance: Decimal  # what is owed; below 0: the lender owes the borrower
    # UTC; of the lender's report that the balance starts from, None where it is our own sum.
    as_of: datetime | None
    next_bill: NextBill | None
    overdue: Overdue
    paid_share: Share | None  # of a loan's principal, what is paid back
    used_share: Share | None  # of a card's limit, what is in use

    @property
    def currency(self) -> str:
        return self.account.currency

    @property
    def is_principal_alone(self) -> bool:
        """A loan's balance is principal; interest that is not paid yet comes on top of it."""
        is_loan = self.account.product == CreditAccount.Product.INSTALMENT_LOAN
        return is_loan and self.balance > 0 and self.account.annual_rate_pct != 0

    @property
    def is_owed(self) -> bool:
        """Something is to be paid, now or later."""
        return self.balance > 0 or bool(self.next_bill or self.overdue)

    @property
    def is_paid_off(self) -> bool:
        """It has ended. Of rows that contradict each other, those that ask for money count."""
        return self.account.status == CreditAccount.Status.CLOSED and not self.is_owed


@dataclass(frozen=True, kw_only=True)
class Total:
    """What is owed in one currency, and of it what is overdue."""

    currency: str
    owed: Decimal  # a credit balance does not lower it: it does not pay another account's debt
    overdue: Decimal


@dataclass(frozen=True, kw_only=True)
class NextDue:
    """The first day on which something is due in one currency, and all that is due on it."""

    currency: str
    due_on: date
    days: int  # from today
    amount: Decimal
    accounts: tuple[CreditAccount, ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything on the dashboard."""

    totals: tuple[Total, ...]  # by currency code
    next_due: tuple[NextDue, ...]  # one for each currency, the soonest first
    accounts: tuple[AccountView, ...]  # the most urgent first, ended ones last

    @property
    def has_principal_alone(self) -> bool:
        return any(view.is_principal_alone for view in self.accounts)

    @property
    def is_owed(self) -> bool:
        return any(view.is_owed for view in self.accounts)

    @property
    def is_paid_off(self) -> bool:
        """All of it."""
        return all(view.is_paid_off for view in self.accounts)


def share(part: Decimal, whole: Decimal | None) -> Share | None:
    """The share, held to what a chart can draw: a card over its limit is full. None: nothing to be part of."""
    return Share(part=min(max(part, ZERO), whole), whole=whole) if whole else None


def of_borrower(views: Iterable[AccountView]) -> Overview:
    accounts = tuple(sorted(views, key=_urgency))
    return Overview(totals=_totals(accounts), next_due=_next_due(accounts), accounts=accounts)


def interest_paid(*, paid: Decimal, since: Decimal, interest: Decimal) -> Decimal:
    """How much of the last `since` of a bill's `paid` went to its interest. Interest is paid before principal.

    A bill with 20 interest, 120 paid, 110 of it since: the first 10 paid interest, so 10 of the 110 did.
    """
    return min(paid, interest) - min(paid - since, interest)


def _urgency(view: AccountView) -> tuple[bool, date, date, str]:
    ended = view.account.status != CreditAccount.Status.OPEN
    due = view.next_bill.due_on if view.next_bill else date.max
    return ended, view.overdue.since or date.max, due, view.account.reference


def _totals(views: tuple[AccountView, ...]) -> tuple[Total, ...]:
    """A currency of which all is paid off is left out, unless that is so of every one."""
    asked = [view for view in views if not view.is_paid_off] or views
    return tuple(
        Total(
            currency=currency,
            owed=sum((max(view.balance, ZERO) for view in views if view.currency == currency), ZERO),
            overdue=sum((view.overdue.amount for view in views if view.currency == currency), ZERO),
        )
        for currency in sorted({view.currency for view in asked})
    )


def _next_due(views: tuple[AccountView, ...]) -> tuple[NextDue, ...]:
    bills = [(view.currency, view.next_bill, view.account) for view in views if view.next_bill]
    first: dict[str, NextBill] = {}
    for currency, bill, _account in sorted(bills, key=lambda entry: entry[1].due_on):
        first.setdefault(currency, bill)
    return tuple(
        NextDue(
            currency=currency,
            due_on=soonest.due_on,
            days=soonest.days,
            amount=sum((bill.amount for bill, _ in _due(bills, currency, soonest.due_on)), ZERO),
            accounts=tuple(account for _, account in _due(bills, currency, soonest.due_on)),
        )
        for currency, soonest in first.items()
    )


def _due(
    bills: list[tuple[str, NextBill, CreditAccount]], currency: str, day: date
) -> list[tuple[NextBill, CreditAccount]]:
    return [(bill, account) for of, bill, account in bills if of == currency and bill.due_on == day]
