"""What the cases share: how they write money, days, periods and conventions. Inputs in, our values out."""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping
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
    """A case's inputs, at any depth, which remember what was asked of them: what nobody read is named."""

    def __init__(self, inputs: Mapping[str, Any], at: str = "", asked: set[str] | None = None) -> None:
        self._at, self._asked = at, set() if asked is None else asked
        super().__init__({name: _watched(value, at + name, self._asked) for name, value in inputs.items()})

    @property
    def unread(self) -> list[str]:
        """Their names, those of entries as `events[].made_on`."""
        return sorted(set(_names(self)) - self._asked)

    def __getitem__(self, name: str) -> Any:
        self._asked.add(self._at + name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._asked.add(f"{self._at}{name}")
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._asked.add(self._at + name)
        return super().get(name, default)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self._asked.update(self._at + name for name in self)
        return super().items()


def _watched(value: Any, at: str, asked: set[str]) -> Any:
    if isinstance(value, dict):
        return Inputs(value, f"{at}.", asked)
    if isinstance(value, list):
        return [_watched(one, f"{at}[]", asked) for one in value]
    return value


def _names(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inside in dict.items(value):
            yield at + name
            yield from _names(inside, f"{at}{name}.")
    elif isinstance(value, list):
        for one in value:
            yield from _names(one, f"{at.removesuffix('.')}[].")


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
