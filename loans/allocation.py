"""How a payment is split over what is open. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key")
Part = tuple[Key, Decimal]


def allocate(amount: Decimal, open_bills: Iterable[Part[Key]]) -> tuple[list[Part[Key]], Decimal]:
    """The payment's part for each bill, oldest first, and what is left over once all are paid.

    open_bills: (key, what is still to be paid), already in the order of their due dates. A bill that demands
    nothing gets no part.  120 for March 100 and April 100: March 100, April 20, rest 0
    ValueError: the amount is not above 0.
    """
    if amount <= 0:
        raise ValueError("A payment is an amount above 0.")
    parts: list[Part[Key]] = []
    for key, outstanding in open_bills:
        if not amount:
            break
        part = min(amount, outstanding)
        if part > 0:
            parts.append((key, part))
            amount -= part
    return parts, amount
