"""Equal instalments at a constant rate. Pure; nothing is rounded but where it says so.

Rates are fractions per period: 12 % a year, paid monthly, is 0.01.
"""

from collections.abc import Sequence
from decimal import Decimal

from loans.rounding import Rounding, rounded


def exact_instalment(principal: Decimal, rate: Decimal, periods: int) -> Decimal:
    """The equal payment A at the end of each period that repays principal P in n of them.

        A = P · i / (1 − (1 + i)⁻ⁿ), or P / n where i = 0.   10 000 at 1 % in 12: 888.4878…

    ValueError: principal ≤ 0, rate < 0 or periods < 1. Source: OpenDocument 1.3, part 4, function PMT.
    """
    if principal <= 0 or rate < 0 or periods < 1:
        raise ValueError("An annuity needs a principal above 0, a rate of at least 0 and a period.")
    if not rate:
        return principal / periods
    return principal * rate / (1 - (1 + rate) ** -periods)


def instalment_at(principal: Decimal, rates: Sequence[Decimal]) -> Decimal:
    """The equal payment that repays principal P where period k has its own rate iₖ (months of 28 to 31 days).

        A = P / Σₖ 1 / ((1 + i₁) · … · (1 + iₖ)).   100 at 1 % then 2 %: 51.00

    ValueError: principal ≤ 0 or no period.
    """
    if principal <= 0 or not rates:
        raise ValueError("An annuity needs a principal above 0 and a period.")
    discount, value_of_one_a_period = Decimal(1), Decimal(0)
    for rate in rates:
        discount /= 1 + rate
        value_of_one_a_period += discount
    return principal / value_of_one_a_period


def equal_instalment(principal: Decimal, rates: Sequence[Decimal]) -> Decimal:
    """The equal payment over periods with these rates, by the closed formula where they are all the same."""
    if len(set(rates)) == 1:
        return exact_instalment(principal, rates[0], len(rates))
    return instalment_at(principal, rates)


def annuity_instalment(
    principal: Decimal, rate: Decimal, periods: int, *, unit: Decimal, rounding: Rounding = Rounding.HALF_UP
) -> Decimal:
    """The instalment as a lender prints it: the exact one rounded to `unit`.  10 000 at 1 % in 12: 888.49"""
    return rounded(exact_instalment(principal, rate, periods), unit, rounding)
