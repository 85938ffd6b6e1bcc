"""What the cases share: how they write money, days, periods and conventions. Inputs in, our values out."""

from collections.abc import Callable, ItemsView, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from loans.currency import unit
from loans.daycount import DayCount
from loans.due_dates import Period, Unit
from loans.rounding import Rounding
from loans.terms import Basis, Books, Conventions

Case = dict[str, Any]  # one case as it stands in the file
Answer = dict[str, Any]
Adapter = Callable[[Case], Answer]


# How else the sources name a unit of time.
_UNITS = {"semi_month": "half_month"}


class Inputs(dict[str, Any]):
    """A case's inputs, which remember what was asked of them: a failure then says what we took no notice of."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        super().__init__(inputs)
        self._read: set[str] = set()

    @property
    def unread(self) -> list[str]:
        return sorted(set(self) - self._read)

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._read.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        return super().get(name, default)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self._read.update(self)
        return super().items()


def money(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def days(values: Iterable[str]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(value) for value in values)


def period(inputs: Mapping[str, Any]) -> Period:
    name = inputs["period"]
    return Period(Unit(_UNITS.get(name, name)), inputs.get("every", 1))


def day_count(inputs: Mapping[str, Any]) -> DayCount:
    return DayCount(inputs["day_count"])


def only(inputs: Mapping[str, Any], known: str) -> None:
    """ValueError: the inputs say something of which we would take no notice. known: names, with spaces."""
    if unknown := sorted(set(inputs) - set(known.split())):
        raise ValueError(f"The input {', '.join(unknown)} is not known.")


def conventions(case: Case) -> Conventions:
    """The convention's primary reading. ValueError: a word in it is not known."""
    words = case.get("convention", {}).get("primary", {})
    known = {"payment_rounding", "payment_unit", "payment_basis", "interest_rounding", "balance"}
    if unknown := sorted(set(words) - known):
        raise ValueError(f"The convention's {', '.join(unknown)} is not known.")
    least = unit(case["inputs"]["currency"])
    return Conventions(
        payment=Rounding(words.get("payment_rounding", "half_up")),
        payment_unit=Decimal(words.get("payment_unit", least)),
        interest=Rounding(words.get("interest_rounding", "half_up")),
        unit=least,
        basis=Basis(words.get("payment_basis", "nominal")),
        books=Books(words.get("balance", "round_each")),
    )
