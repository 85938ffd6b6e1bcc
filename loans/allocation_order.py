"""In which order a payment pays the parts of a loan's instalments. Pure.

An order is written as contracts and core systems name it:

    oldest-instalment:penalty,fee,interest,principal
        the earliest unpaid instalment in full, its parts in this order, then the next
    due:penalty,fee,interest,principal;in-advance:principal,penalty,fee,interest
        first everything due by the payment's day, instalment by instalment, then the rest in the second order
    past-due,due,in-advance(latest first):penalty,fee,principal,interest
        instalments past due, then the one due that day, then the later ones, from the earliest or the latest; charges
        are taken as they come (Apache Fineract's advanced payment allocation)
    past-due,due,in-advance(evenly):penalty,fee,principal,interest
        the later ones in equal shares; what one cannot take is shared anew among the others
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What an instalment is made of."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"


class Reach(StrEnum):
    """Which demands a step pays, by their own due day against the payment's."""

    ALL = "all"
    DUE_BY_DAY = "due by the day"  # charges by their own day, which may come before their instalment's
    PAST_DUE = "past due"
    DUE_THAT_DAY = "due that day"
    LATER = "later"


class Turn(StrEnum):
    """Which of the instalments that a step reaches comes first."""

    EARLIEST = "earliest first"
    LATEST = "latest first"
    EVENLY = "evenly"


@dataclass(frozen=True)
class Step:
    reach: Reach
    parts: tuple[Part, ...]
    turn: Turn = Turn.EARLIEST


@dataclass(frozen=True)
class Order:
    """The steps of a payment, one after another. `name` is what it was read from."""

    name: str
    steps: tuple[Step, ...]
    takes_charges_as_they_come: bool = False  # else a payment knows charges that were made after it

    def __str__(self) -> str:
        return self.name


_OLDEST = re.compile(r"oldest-instalment:(?P<parts>[a-z,]+)")
_DUE = re.compile(r"due:(?P<due>[a-z,]+);in-advance:(?P<later>[a-z,]+)")
_GROUPS = re.compile(r"past-due,due,in-advance\((?P<turn>[a-z ]+)\):(?P<parts>[a-z,]+)")


def read(name: str) -> Order:
    """The order of that name. ValueError: it is none of the three forms, or does not name each part once."""
    if found := _OLDEST.fullmatch(name):
        return Order(name, (Step(Reach.ALL, _parts(found["parts"])),))
    if found := _DUE.fullmatch(name):
        due, later = _parts(found["due"]), _parts(found["later"])
        return Order(name, (Step(Reach.DUE_BY_DAY, due), Step(Reach.ALL, later)))
    found = _GROUPS.fullmatch(name)
    if found and found["turn"] in list(Turn):
        parts = _parts(found["parts"])
        return Order(
            name,
            (
                Step(Reach.PAST_DUE, parts),
                Step(Reach.DUE_THAT_DAY, parts),
                Step(Reach.LATER, parts, Turn(found["turn"])),
            ),
            takes_charges_as_they_come=True,
        )
    raise ValueError(
        f"“{name}” is not an order of payment. Write “oldest-instalment:…”, “due:…;in-advance:…” or"
        " “past-due,due,in-advance(earliest first):…” (or latest first, or evenly)."
    )


def _parts(text: str) -> tuple[Part, ...]:
    names = text.split(",")
    if sorted(names) != sorted(Part):
        raise ValueError(f"“{text}” does not name principal, interest, fee and penalty once each.")
    return tuple(Part(name) for name in names)


USUAL = read("oldest-instalment:penalty,fee,interest,principal")
