"""What a card's billing cycle costs. Pure. Amounts in the account's currency; nothing is rounded but where said.

Sources: 12 CFR 1026.60(g) names the methods of computing a balance; 1026.14(c) the periodic rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from loans.rounding import Rounding, rounded
from loans.terms import CENT

ZERO = Decimal(0)


class Method(StrEnum):
    """How a cycle's balance is found where its days do not count."""

    PREVIOUS = "previous"  # as the cycle began, whatever came after: the unpaid balance method
    ADJUSTED = "adjusted"  # less what was paid in the cycle


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of the balance on a day of the cycle, from 1: a purchase above 0, a payment below."""

    day: int
    amount: Decimal


def average_daily_balance(
    opening: Decimal, entries: Iterable[Entry], days: int, *, counts_new_purchases: bool = True
) -> Decimal:
    """The mean of the balances at each day's end, exact.

    900, +200 on day 14, +99 on day 20, −500 on day 26 of 30: 28 989 / 30 = 966.30
    ValueError: a cycle without days, or an entry on none of them.
    """
    if days < 1:
        raise ValueError("A billing cycle has at least one day.")
    total = opening * days
    for entry in entries:
        if not 1 <= entry.day <= days:
            raise ValueError(f"Day {entry.day} is not one of the cycle's {days}.")
        if entry.amount < 0 or counts_new_purchases:
            total += entry.amount * (days - entry.day + 1)
    return total / days


def charged_balance(method: Method, opening: Decimal, payments: Decimal) -> Decimal:
    """The balance on which a method without days charges interest. payments: received in the cycle."""
    return opening if method is Method.PREVIOUS else opening - payments


def cycle_rate(apr_pct: Decimal, days: int) -> Decimal:
    """The rate of a cycle of so many days as a fraction: APR / 365 · days."""
    return apr_pct * days / 36500


def finance_charge(
    balance: Decimal, periodic_rate: Decimal, *, unit: Decimal = CENT, rounding: Rounding = Rounding.HALF_UP
) -> Decimal:
    """The cycle's interest, to the unit; none on a credit balance.

    periodic_rate: a fraction for the whole cycle: 1.25 % a month is 0.0125.
    124.78 at 1.25 %: 1.56
    """
    return max(rounded(balance * periodic_rate, unit, rounding), ZERO)


def new_balance(opening: Decimal, charge: Decimal, purchases: Decimal, payments: Decimal) -> Decimal:
    """The balance of the next statement.  124.78 + 1.56 + 106.77 − 100.00 = 133.11"""
    return opening + charge + purchases - payments
