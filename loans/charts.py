"""The picture of what is paid and left: one column for each bill, or for each year of a long schedule. Pure.

Amounts in the account's currency. Lengths are whole units of a drawing WIDTH × HEIGHT, y downwards.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from loans.bill_lines import BillLine, BillState

WIDTH = 960
HEIGHT = 240
WIDEST = 120  # a single bill is a column, not a wall
MOST_COLUMNS = 24  # narrower ones cannot be told apart on a phone; a longer schedule is drawn by year


@dataclass(frozen=True, kw_only=True)
class Column:
    """The bills of one day or year: what is paid stands below, what is left on top of it."""

    first_due: date
    paid: Decimal
    left: Decimal
    is_overdue: bool  # some of `left` is past its due date
    x: int
    width: int
    paid_height: int
    left_height: int

    @property
    def paid_y(self) -> int:
        return HEIGHT - self.paid_height

    @property
    def left_y(self) -> int:
        return self.paid_y - self.left_height


@dataclass(frozen=True, kw_only=True)
class Chart:
    columns: tuple[Column, ...]
    by_year: bool
    tallest: Decimal  # paid + left of the highest column
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def has_overdue(self) -> bool:
        return any(column.is_overdue for column in self.columns)


@dataclass(frozen=True, kw_only=True)
class _Sums:
    first_due: date
    paid: Decimal
    left: Decimal
    is_overdue: bool

    @property
    def total(self) -> Decimal:
        return self.paid + self.left


def paid_and_left(lines: Iterable[BillLine]) -> Chart | None:
    """The chart of an account's bills. None: nothing was or is to be paid."""
    demands = sorted((line for line in lines if line.paid or line.left), key=lambda line: line.due_on)
    if not demands:
        return None
    by_year = len(demands) > MOST_COLUMNS
    sums = [_sum(group) for group in _groups(demands, by_year=by_year)]
    tallest = max(each.total for each in sums)
    slot = WIDTH // len(sums)
    columns = tuple(_column(each, index * slot, slot, tallest) for index, each in enumerate(sums))
    return Chart(columns=columns, by_year=by_year, tallest=tallest)


def _groups(lines: Sequence[BillLine], *, by_year: bool) -> Iterator[list[BillLine]]:
    for _, group in groupby(lines, key=lambda line: line.due_on.year if by_year else line.due_on):
        yield list(group)


def _sum(lines: list[BillLine]) -> _Sums:
    return _Sums(
        first_due=lines[0].due_on,
        paid=sum((line.paid for line in lines), Decimal(0)),
        left=sum((line.left for line in lines), Decimal(0)),
        is_overdue=any(line.state == BillState.OVERDUE for line in lines),
    )


def _column(sums: _Sums, x: int, slot: int, tallest: Decimal) -> Column:
    width = min(slot * 3 // 4, WIDEST)
    top, paid = _height(sums.total, tallest), _height(sums.paid, tallest)
    return Column(
        first_due=sums.first_due,
        paid=sums.paid,
        left=sums.left,
        is_overdue=sums.is_overdue,
        x=x + (slot - width) // 2,
        width=width,
        paid_height=paid,
        left_height=top - paid,
    )


def _height(amount: Decimal, tallest: Decimal) -> int:
    return int(HEIGHT * amount / tallest)
