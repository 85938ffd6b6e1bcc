"""How late a loan is: days past due, the amount, and the amounts by age. Pure.

An instalment is past due from the day after its due day. Days past due are those since the oldest unpaid due
day; amounts by age take each instalment by its own days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans.replay import Paid

ZERO = Decimal(0)


@dataclass(frozen=True)
class Age:
    """A band of days past due, both ends in it. last None: no end."""

    first: int
    last: int | None

    def __contains__(self, days: int) -> bool:
        return days >= self.first and (self.last is None or days <= self.last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.last is not None else f"over {self.first - 1}"


# Apache Fineract's delinquency ranges; lenders' monthly classes below.
AGES = tuple(
    Age(first, last)
    for first, last in (
        (1, 3),
        (4, 30),
        (31, 60),
        (61, 90),
        (91, 120),
        (121, 150),
        (151, 180),
        (181, 240),
        (241, None),
    )
)
CLASSES = (Age(1, 30), Age(31, 60), Age(61, 90), Age(91, None))


def days_past_due(oldest_unpaid: date | None, as_of: date) -> int:
    """Days since the oldest unpaid due day; 0: nothing is past due.  31 January, seen on 5 April 2023: 64"""
    return max((as_of - oldest_unpaid).days, 0) if oldest_unpaid else 0


def oldest_unpaid(instalments: Iterable[Paid]) -> date | None:
    """The due day of the oldest instalment that is not wholly paid."""
    return min((one.due_on for one in instalments if one.outstanding > 0), default=None)


def past_due_amount(instalments: Iterable[Paid], as_of: date) -> Decimal:
    """What is unpaid of the instalments whose due day has passed."""
    return sum((one.outstanding for one in instalments if one.due_on < as_of), ZERO)


def by_age(instalments: Iterable[Paid], as_of: date, ages: Sequence[Age] = AGES) -> list[tuple[Age, Decimal]]:
    """The past-due amount of each band that has one, youngest first.  ValueError: an age lies in no band."""
    sums: dict[Age, Decimal] = {}
    for one in instalments:
        days = days_past_due(one.due_on, as_of)
        if days and one.outstanding > 0:
            age = class_of(days, ages)
            sums[age] = sums.get(age, ZERO) + one.outstanding
    return [(age, sums[age]) for age in ages if age in sums]


def class_of(days: int, ages: Sequence[Age] = CLASSES) -> Age:
    """The band of so many days past due. ValueError: none holds it."""
    for age in ages:
        if days in age:
            return age
    raise ValueError(f"{days} days past due lie in none of the bands {', '.join(map(str, ages))}.")
