"""Rounding of money to a unit: a cent, a fils, a whole yen, a whole rupee. Pure."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """How an exact amount becomes a multiple of a unit. The lender's contract says which."""

    HALF_UP = "half_up"  # 0.005 → 0.01; a credit's −0.005 → −0.01
    HALF_EVEN = "half_even"  # 0.005 → 0.00, 0.015 → 0.02
    UP = "up"  # to the next unit, so that equal instalments never leave a rest to pay
    DOWN = "down"  # to the unit below, as yen are
    NONE = "none"  # stays exact


_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_CEILING,
    Rounding.DOWN: ROUND_FLOOR,
}
_ONE = Decimal(1)
_NOISE_FREE = Context(prec=24)  # of the 28 digits we compute with, the last ones carry the divisions' errors


def rounded(amount: Decimal, unit: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """The multiple of `unit` for an exact amount.  0.125 to 0.01: 0.13;  89 552.4 up to 1: 89 553

    unit: above 0, in the amount's currency; not always a power of ten (0.05 where the least coin is 5 cents).
    """
    if rounding is Rounding.NONE:
        return amount
    if rounding in (Rounding.UP, Rounding.DOWN):  # 102 computed as 102.000…01 is 102, not the next cent
        amount = _NOISE_FREE.plus(amount)
    # Most units are a power of ten: one step instead of three. 1.00 is not written as one, though it equals 1.
    if unit.as_tuple().digits == (1,):
        return amount.quantize(unit, _MODES[rounding])
    return (amount / unit).quantize(_ONE, _MODES[rounding]) * unit
