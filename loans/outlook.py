"""How a debt ends if one goes on as before, and if one pays more: for a loan under way and for a card. Pure.

Amounts in the account's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans import contract, projection
from loans.cards import MinimumRule
from loans.contract import CannotTell, Reason
from loans.currency import unit
from loans.figures import AccountView
from loans.models import Bill, CreditAccount
from loans.portfolio import sets
from loans.projection import NeverEnds, Payments
from loans.quotes import fee_left, interest_left, last_due_day
from loans.rounding import rounded
from loans.schedule import Row
from loans.terms import Method, Terms
from loans.what_if import paying_more

ZERO = Decimal(0)
# As card statements in the United States show it beside the minimum: 12 CFR 1026.7(b)(12).
SUGGESTED_MONTHS = 36


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of paying, from today until nothing is owed."""

    payment: Decimal  # of the first month
    balances: tuple[Decimal, ...]  # now, and after each month; the last is 0
    interest: Decimal
    ends_on: date | None = None  # the last due day; None: a card has no plan of days

    @property
    def months(self) -> int:
        return len(self.balances) - 1

    @property
    def cost(self) -> Decimal:
        """All that is paid."""
        return self.balances[0] + self.interest


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Two ways of paying side by side."""

    plain: Way | None  # as agreed, or the minimum; None: it cannot be told, or it never ends
    other: Way
    never_ends: bool = False  # the plain way

    @property
    def months_saved(self) -> int:
        return self.plain.months - self.other.months if self.plain else 0

    @property
    def interest_saved(self) -> Decimal:
        return self.plain.interest - self.other.interest if self.plain else ZERO


def of_loan(view: AccountView, bills: Sequence[Bill], extra: Decimal, *, today: date) -> Outlook:
    """The loan as agreed, beside each instalment to come larger by `extra`. bills: all, in order.

    What is past its due date counts as paid first. CannotTell: see `_left_of`.
    """
    answer = paying_more(_left_of(view, bills, today), extra)
    return Outlook(plain=_rows(answer.plain), other=_rows(answer.more))


def _left_of(view: AccountView, bills: Sequence[Bill], today: date) -> Terms:
    """What is left as a contract of its own.

    CannotTell: nothing is left or to come, the instalments differ, or interest follows no known rule.
    """
    if view.balance <= 0:
        raise CannotTell(Reason.NOTHING_LEFT)
    to_come = [bill for bill in bills if bill.closed_at is None and bill.due_on > today]
    if not to_come:
        raise CannotTell(Reason.NO_BILLS)
    if len({bill.amount for bill in to_come[:-1]}) > 1:  # the last one takes what rounding left
        raise CannotTell(Reason.NOT_EQUAL)
    found = contract.rule(view.account, bills, today=today)
    principal = view.balance - sum((_principal_due(bill) for bill in bills if bill.due_on <= today), ZERO)
    if principal <= 0:
        raise CannotTell(Reason.NO_BILLS)
    printed = view.account.instalment_amount or to_come[0].amount
    return Terms(
        principal=principal,
        annual_rate_pct=found.annual_rate_pct,
        instalments=len(to_come),
        method=Method.FIXED_INSTALMENT,
        instalment=to_come[0].amount if len(to_come) > 1 else printed,
        day_count=found.day_count,
        disbursed_on=_previous_day(view.account, bills, to_come[0], today),
        due_on=tuple(bill.due_on for bill in to_come),
        conventions=found.conventions,
    )


def _principal_due(bill: Bill) -> Decimal:
    return bill.outstanding - interest_left(bill) - fee_left(bill) if bill.closed_at is None else ZERO


def _previous_day(account: CreditAccount, bills: Sequence[Bill], first: Bill, today: date) -> date:
    """The due day before the first bill to come; the bills between may be paid ahead."""
    before = [bill.due_on for bill in bills if bill.due_on < first.due_on]
    return max(before) if before else last_due_day(account, bills, today)


def _rows(rows: Sequence[Row]) -> Way:
    first = rows[0]
    return Way(
        payment=first.total,
        balances=(first.balance + first.principal, *(row.balance for row in rows)),
        interest=sum((row.interest for row in rows), ZERO),
        ends_on=rows[-1].due_on,
    )


def of_card(
    view: AccountView, bills: Sequence[Bill], annual_rate_pct: Decimal, amount: Decimal | None
) -> Outlook:
    """The least payment each month, beside a fixed amount; nothing new is bought. bills: all, in order.

    amount: None is today's minimum, kept; where that is not known, what ends the debt in 36 months. Interest is the
    rate / 12 on the balance of the month. CannotTell: nothing is owed. NeverEnds: the amount does not end the debt.
    """
    if view.balance <= 0:
        raise CannotTell(Reason.NOTHING_LEFT)
    rule = minimum_rule(view.currency, bills)
    plain, never_ends = None, False
    if rule is not None:
        try:
            plain = _projected(view, annual_rate_pct, projection.least(rule))
        except NeverEnds:
            never_ends = True
    if amount is None:
        amount = plain.payment if plain else suggested_payment(view, annual_rate_pct)
    other = _projected(view, annual_rate_pct, projection.fixed(amount))
    return Outlook(plain=plain, other=other, never_ends=never_ends)


def ends(view: AccountView, annual_rate_pct: Decimal, amount: Decimal) -> bool:
    """Whether so much each month ends a card's debt in a century."""
    try:
        projection.project(view.balance, annual_rate_pct / 1200, projection.fixed(amount))
    except NeverEnds:
        return False
    return True


def suggested_payment(view: AccountView, annual_rate_pct: Decimal) -> Decimal:
    """The equal payment that ends a card's debt in 36 months."""
    rate = annual_rate_pct / 1200
    return projection.level_payment(view.balance, rate, SUGGESTED_MONTHS, unit=unit(view.currency))


def first_interest(view: AccountView, annual_rate_pct: Decimal) -> Decimal:
    """What a month's payment must exceed for the balance to fall.  5,000 at 24 %: 100.00"""
    return rounded(view.balance * (annual_rate_pct / 1200), unit(view.currency))


def minimum_rule(currency: str, bills: Sequence[Bill]) -> MinimumRule | None:
    """The rule that made every statement's least payment. None: no statement, or the lender's rule is not known."""
    rule = sets.minimum_rule(currency)
    known = [(bill.statement_balance, bill.amount) for bill in bills if bill.statement_balance is not None]
    made = [rule.demand(balance) == amount for balance, amount in known]
    return rule if made and all(made) else None


def _projected(view: AccountView, annual_rate_pct: Decimal, payments: Payments) -> Way:
    way = projection.project(view.balance, annual_rate_pct / 1200, payments, unit=unit(view.currency))
    return Way(
        payment=way.months[0].payment,
        balances=(view.balance, *(month.balance for month in way.months)),
        interest=way.total_interest,
    )
