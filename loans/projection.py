"""How long a debt takes and what it costs if it is paid in a certain way. Pure.

Rates are fractions a month (24 % a year: 0.02); amounts in the account's currency. Without a unit nothing is
rounded; with one each month's interest and payment are, half up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from loans.annuity import exact_instalment
from loans.cards import MinimumRule
from loans.rounding import Rounding, rounded
from loans.terms import CENT

ZERO = Decimal(0)
LONGEST = 1200  # months; a plan that takes a century is none
DUST = Decimal("1e-15")  # what 28 digits of exact months leave over is no debt


class NeverEnds(ValueError):
    """These payments do not end the debt."""


# What is paid in a month, of the balance before its interest and that interest.
Payments = Callable[[Decimal, Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class Month:
    payment: Decimal
    interest: Decimal
    balance: Decimal  # after the payment

    @property
    def principal(self) -> Decimal:
        return self.payment - self.interest


@dataclass(frozen=True)
class Projection:
    """The months until nothing is owed."""

    months: tuple[Month, ...]

    @property
    def total_interest(self) -> Decimal:
        return sum((month.interest for month in self.months), ZERO)

    @property
    def total_paid(self) -> Decimal:
        return sum((month.payment for month in self.months), ZERO)

    @property
    def last_payment(self) -> Decimal:
        return self.months[-1].payment if self.months else ZERO


@dataclass(frozen=True)
class Saving:
    """What one way of paying saves against another."""

    months: int
    interest: Decimal


def project(
    balance: Decimal, rate: Decimal, payments: Payments, *, unit: Decimal | None = None
) -> Projection:
    """Interest on the balance, then the payment, month by month until nothing is owed.

    5 000 at 24 %, 500 a month: 12 months, 635.16 interest, the last payment 135.16.
    NeverEnds: the payments do not end the debt in 1,200 months, or let it grow a thousandfold.
    """
    months: list[Month] = []
    most = balance * 1000
    while balance > 0:
        if len(months) == LONGEST or balance > most:
            raise NeverEnds(f"These payments do not end the debt in {LONGEST} months.")
        interest = _to(balance * rate, unit)
        payment = min(_to(payments(balance, interest), unit), balance + interest)
        balance += interest - payment
        if balance < DUST:
            balance = ZERO
        months.append(Month(payment, interest, balance))
    return Projection(tuple(months))


def fixed(amount: Decimal) -> Payments:
    """The same amount each month."""
    return lambda _balance, _interest: amount


def declining(share: Decimal, floor: Decimal, *, adds_interest: bool = True) -> Payments:
    """A share of the balance, with or without the month's interest on top, at least the floor; anew each month.

    1 000 at 12 %, 5 % without interest on top, floor 25: 50.00, 48.00, 46.08 … in 40 months.
    """
    return lambda balance, interest: max(balance * share + (interest if adds_interest else ZERO), floor)


def least(rule: MinimumRule) -> Payments:
    """What each statement demands, which counts the month's interest into its balance."""
    return lambda balance, interest: rule.demand(balance + interest, interest=interest)


def with_more(payments: Payments, extra: Decimal) -> Payments:
    """So much more each month than another way of paying."""
    return lambda balance, interest: payments(balance, interest) + extra


def saving(plain: Projection, other: Projection) -> Saving:
    """What `other` saves against `plain`; below 0: it takes longer or costs more."""
    return Saving(len(plain.months) - len(other.months), plain.total_interest - other.total_interest)


def balance_after(balance: Decimal, rate: Decimal, share: Decimal, months: int) -> Decimal:
    """What is left where each month a share is paid first and interest runs on the rest. Exact.

    b · ((1 − share) · (1 + rate))ⁿ.   42 at 20 % a year, 4 % a month, 12 months: 31.38
    """
    return balance * ((1 - share) * (1 + rate)) ** months


def level_payment(
    balance: Decimal, rate: Decimal, months: int, *, unit: Decimal = CENT, rounding: Rounding = Rounding.UP
) -> Decimal:
    """The equal payment that clears a balance in so many months, rounded up so that it does.

    5 000 at 24 % in 12: 472.80.   ValueError: nothing owed, a rate below 0 or no month.
    """
    return rounded(exact_instalment(balance, rate, months), unit, rounding)


def months_at_daily_rate(balance: Decimal, apr_pct: Decimal, payment: Decimal) -> int:
    """Months to pay off where interest compounds daily at APR / 365 and a month has 30 days, rounded up.

        n = −1/30 · ln(1 + b / p · (1 − (1 + i)³⁰)) / ln(1 + i).   12 000 at 12 %, 200 a month: 92

    NeverEnds: the payment does not cover the interest.
    """
    daily = apr_pct / 36500
    if not daily:
        return int((balance / payment).to_integral_value(ROUND_CEILING))
    rest = 1 + balance / payment * (1 - (1 + daily) ** 30)
    if rest <= 0:
        raise NeverEnds("The payment does not cover the interest, so it never ends the debt.")
    return int((-rest.ln() / (1 + daily).ln() / 30).to_integral_value(ROUND_CEILING))


def _to(amount: Decimal, unit: Decimal | None) -> Decimal:
    return amount if unit is None else rounded(amount, unit)
