"""What a credit card's statement demands. Pure. Amounts are in the account's currency."""

from decimal import Decimal

from loans.rounding import Rounding, rounded


def minimum_due(
    balance: Decimal, *, share: Decimal, floor: Decimal, unit: Decimal, past_due: Decimal = Decimal(0)
) -> Decimal:
    """The least payment of a statement: max(share · balance, floor) + past due, never more than the balance.

    share: a fraction (2 % of the balance: 0.02), rounded half up to `unit`. past_due: what earlier statements
    demanded and did not get. A balance of 0 or less (the lender owes the holder) demands nothing.
    5 000 at 2 % with a floor of 25: 100.  400: 25.  18: 18.
    """
    if balance <= 0:
        return Decimal(0)
    regular = max(rounded(balance * share, unit, Rounding.HALF_UP), floor)
    return min(regular + past_due, balance)
