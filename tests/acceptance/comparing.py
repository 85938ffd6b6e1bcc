"""Is our answer the published one? It may say more than was published; money is compared by its value."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True)
class ToPlaces:
    """An amount that is compared to so many decimal places: the source prints more than it stands for."""

    value: Decimal
    places: int


def agrees(expected: object, got: object) -> bool:
    """Every published key and entry is in the answer. `"12.50"` is what a Decimal of 12.5 says."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(
            key in got and agrees(value, got[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(got, list)
            and len(expected) == len(got)
            and all(agrees(one, other) for one, other in zip(expected, got, strict=True))
        )
    if isinstance(got, Decimal):
        return _is_amount(expected, got)
    if isinstance(got, ToPlaces):
        return isinstance(expected, str) and round(Decimal(expected), got.places) == round(
            got.value, got.places
        )
    if isinstance(got, date):
        return expected == got.isoformat()
    return type(expected) is type(got) and expected == got


def unanswered(expected: object, got: object, at: str = "") -> list[str]:
    """The published keys of which our answer says nothing, as `rows.fee`; each once."""
    found: dict[str, None] = {}
    if isinstance(expected, dict) and isinstance(got, dict):
        for key, value in expected.items():
            name = f"{at}.{key}" if at else key
            found |= dict.fromkeys([name] if key not in got else unanswered(value, got[key], name))
    elif isinstance(expected, list) and isinstance(got, list):
        for one, other in zip(expected, got, strict=False):
            found |= dict.fromkeys(unanswered(one, other, at))
    return list(found)


def _is_amount(expected: object, got: Decimal) -> bool:
    try:
        return isinstance(expected, str) and Decimal(expected) == got
    except InvalidOperation:
        return False
