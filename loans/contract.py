"""What the lender's rows tell of a loan's contract, checked to the cent, and what they do not tell. Pure.

The lender sends no day count. Each bill's interest shows it: the convention by which balance and rate make exactly
the interest of the bills is the account's own. Where none does, nothing is computed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from loans.currency import unit
from loans.daycount import DayCount
from loans.models import Bill, CreditAccount
from loans.rates import PeriodRates
from loans.rounding import Rounding, rounded
from loans.terms import Conventions, Terms

ZERO = Decimal(0)


class Reason(TextChoices):
    """Why a figure cannot be told, as the borrower reads it."""

    NO_RATE = "no_rate", _("We have no interest rate for this account here.")
    NO_PARTS = "no_parts", _("The bills here do not say which part of them is interest.")
    NO_START = "no_start", _("We have no day here from which interest runs.")
    OTHER_RULE = "other_rule", _("The interest in your bills follows a rule that this page does not know.")
    CARD = "card", _("What a card costs until then depends on what you buy and when your payments arrive.")
    NOTHING_LEFT = "nothing_left", _("There is nothing left to pay back.")
    NOT_EQUAL = "not_equal", _("Your instalments are not all the same, so a larger one has no simple answer.")
    NO_BILLS = "no_bills", _("No bill is to come that you could pay more on.")


class CannotTell(ValueError):
    """The figure cannot be told from what the lender reports."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Rule:
    """How an account's interest is computed."""

    annual_rate_pct: Decimal
    day_count: DayCount
    conventions: Conventions


def rule(account: CreditAccount, bills: Sequence[Bill], *, today: date) -> Rule:
    """The convention that makes the interest of every bill. bills: all of them, in order.

    A first period already past may have been longer or shorter than the others, so it is no witness.
    CannotTell: no rate, a bill without its parts, or no known convention makes them.
    """
    rate, least = account.annual_rate_pct, unit(account.currency)
    if rate is None:
        raise CannotTell(Reason.NO_RATE)
    if not rate:
        return Rule(rate, DayCount.THIRTY_360, Conventions(unit=least, payment_unit=least))
    witnesses = [line for line in _periods(account, bills) if line.number > 1 or line.due_on >= today]
    if not witnesses:
        raise CannotTell(Reason.NO_PARTS)
    if account.opened_on is None:
        raise CannotTell(Reason.NO_START)
    for day_count, rounding in product(DayCount, (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN)):
        found = Rule(rate, day_count, Conventions(unit=least, payment_unit=least, interest=rounding))
        rates = PeriodRates(_whole(account.opened_on, bills, found))
        if all(_explains(found, rates, line) for line in witnesses):
            return found
    raise CannotTell(Reason.OTHER_RULE)


@dataclass(frozen=True)
class _Period:
    number: int
    due_on: date
    balance: Decimal  # which bore the interest
    interest: Decimal


def _periods(account: CreditAccount, bills: Sequence[Bill]) -> Iterator[_Period]:
    """CannotTell: a bill does not say its principal and interest."""
    balance = account.principal
    for number, bill in enumerate(bills, start=1):
        if bill.principal is None or bill.interest is None:
            raise CannotTell(Reason.NO_PARTS)
        if bill.balance_after is not None:
            balance = bill.balance_after + bill.principal
        if balance is None:
            raise CannotTell(Reason.NO_PARTS)
        yield _Period(number, bill.due_on, balance, bill.interest)
        balance -= bill.principal


def _whole(opened_on: date, bills: Sequence[Bill], found: Rule) -> Terms:
    """Terms with the days of all bills; only their periods are asked for."""
    return Terms(
        principal=Decimal(1),
        annual_rate_pct=found.annual_rate_pct,
        instalments=len(bills),
        day_count=found.day_count,
        disbursed_on=opened_on,
        due_on=tuple(bill.due_on for bill in bills),
        conventions=found.conventions,
    )


def _explains(found: Rule, rates: PeriodRates, line: _Period) -> bool:
    exact = line.balance * rates.of(line.number)
    return rounded(exact, found.conventions.unit, found.conventions.interest) == line.interest
