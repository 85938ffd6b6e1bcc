"""Fees and late charges as a percentage of what a loan consists of. Pure. Amounts in the account's currency."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans.allocation_order import Part
from loans.replay import Instalment, Paid
from loans.rounding import Rounding, rounded
from loans.terms import CENT

_BASIS = re.compile(r"(?P<overdue>overdue )?(?P<parts>[a-z+]+)(?P<each> of each instalment)?")


@dataclass(frozen=True)
class Basis:
    """What a percentage is taken of: `principal+interest of each instalment`, `overdue principal of each …`."""

    parts: tuple[Part, ...]  # principal, interest or both
    of_each: bool  # of each instalment; else of the whole loan
    overdue: bool  # only what is unpaid of instalments past due


def read_basis(name: str) -> Basis:
    """The basis of that name. ValueError: it names no part of a loan, or what is overdue of no instalment."""
    found = _BASIS.fullmatch(name)
    parts = found["parts"].split("+") if found else []
    if not found or not set(parts) <= {"principal", "interest"} or len(set(parts)) != len(parts):
        raise ValueError(f"A charge cannot be a percentage of “{name}”. Name principal, interest or both.")
    basis = Basis(tuple(map(Part, parts)), of_each=bool(found["each"]), overdue=bool(found["overdue"]))
    if basis.overdue and not basis.of_each:
        raise ValueError("What is overdue is so of each instalment. Write “overdue … of each instalment”.")
    return basis


@dataclass(frozen=True, kw_only=True)
class Percentage:
    """A charge of so many percent. ValueError: below 0."""

    percent: Decimal
    basis: Basis
    unit: Decimal = CENT
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        if self.percent < 0:
            raise ValueError("A charge is 0 % or more.")

    def of(self, amount: Decimal) -> Decimal:
        """1.5 % of 1 030.00: 15.45"""
        return rounded(amount * self.percent / 100, self.unit, self.rounding)


def once(charge: Percentage, principal: Decimal, instalments: Iterable[Instalment] = ()) -> Decimal:
    """The charge on the whole loan.  1.5 % of 1 000.00 lent: 15.00"""
    interest = sum((one.interest for one in instalments), Decimal(0))
    amounts = {Part.PRINCIPAL: principal, Part.INTEREST: interest}
    return charge.of(sum((amounts[part] for part in charge.basis.parts), Decimal(0)))


def on_each(charge: Percentage, instalments: Sequence[Instalment]) -> list[Decimal]:
    """The charge that each instalment bears.  1.5 % of 1 000 + 30: 15.45"""
    amounts = ({Part.PRINCIPAL: one.principal, Part.INTEREST: one.interest} for one in instalments)
    return [charge.of(sum((of[part] for part in charge.basis.parts), Decimal(0))) for of in amounts]


def on_overdue(charge: Percentage, instalments: Sequence[Paid], as_of: date) -> list[Decimal]:
    """The late charge of each instalment on a day: of what is unpaid and past due, 0 of what is not.

    1.5 % of 1 000.00 overdue principal: 15.00
    """
    return [
        charge.of(sum((one.owed[part] - one.paid[part] for part in charge.basis.parts), Decimal(0)))
        if one.due_on < as_of
        else Decimal(0)
        for one in instalments
    ]
