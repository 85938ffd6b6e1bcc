"""The picture of two ways to pay a debt off: what is left after each month, one shape behind the other. Pure.

Lengths are whole units of a drawing WIDTH × HEIGHT, y downwards; amounts in the account's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loans.charts import HEIGHT, WIDTH

MOST_LINES = 24  # of the table; a longer debt is told by year
MONTHS_A_YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table behind the picture."""

    months: int  # from today
    plain: Decimal | None  # left then; None: there is no such way to compare with
    other: Decimal


@dataclass(frozen=True, kw_only=True)
class BalanceChart:
    plain: str  # the points of an SVG polygon; empty: none
    other: str
    plain_is_lower: bool  # so it stands in front
    lines: tuple[Line, ...]
    tallest: Decimal
    months: int  # the width of the picture
    width: int = WIDTH
    height: int = HEIGHT


def of(plain: Sequence[Decimal], other: Sequence[Decimal]) -> BalanceChart:
    """plain, other: what is left now and after each month, the last 0. plain: empty where there is none."""
    months = max(len(plain), len(other)) - 1
    tallest = max(*plain, *other)
    step = 1 if months <= MOST_LINES else MONTHS_A_YEAR
    shown = [*range(0, months, step), months]
    return BalanceChart(
        plain=_shape(plain, months, tallest),
        other=_shape(other, months, tallest),
        plain_is_lower=bool(plain) and sum(plain) < sum(other),
        lines=tuple(
            Line(months=number, plain=_at(plain, number) if plain else None, other=_at(other, number))
            for number in shown
        ),
        tallest=tallest,
        months=months,
    )


def _at(balances: Sequence[Decimal], month: int) -> Decimal:
    return balances[min(month, len(balances) - 1)]


def _shape(balances: Sequence[Decimal], months: int, tallest: Decimal) -> str:
    """What lies between the balances and the ground, from the left foot on."""
    if not balances:
        return ""
    foot = f"0,{HEIGHT}"
    tops = (
        f"{WIDTH * month // months},{HEIGHT - int(HEIGHT * balance / tallest)}"
        for month, balance in enumerate(balances)
    )
    return " ".join((foot, *tops))
