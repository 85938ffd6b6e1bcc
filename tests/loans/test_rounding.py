"""Rounding to a unit never loses a cent, whatever the unit and however it is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.rounding import Rounding, rounded

UNITS = st.sampled_from([Decimal(unit) for unit in ("0.001", "0.01", "0.05", "0.25", "1", "1.00", "5", "10")])
AMOUNTS = st.integers(-(10**9), 10**9).map(lambda value: Decimal(value) / 10_000)
MODES = [Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.UP, Rounding.DOWN]


@given(AMOUNTS, UNITS, st.sampled_from(MODES))
def test_an_amount_becomes_a_multiple_of_the_unit_less_than_one_away(
    amount: Decimal, unit: Decimal, mode: Rounding
) -> None:
    found = rounded(amount, unit, mode)
    assert found % unit == 0
    assert abs(found - amount) < unit
    if mode in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        assert abs(found - amount) <= unit / 2
    assert rounded(found, unit, mode) == found


@given(AMOUNTS, UNITS)
def test_up_and_down_hold_the_amount_between_them(amount: Decimal, unit: Decimal) -> None:
    assert rounded(amount, unit, Rounding.DOWN) <= amount <= rounded(amount, unit, Rounding.UP)
    assert rounded(amount, unit, Rounding.NONE) == amount


@pytest.mark.parametrize(
    ("amount", "unit", "mode", "result"),
    [
        ("0.005", "0.01", Rounding.HALF_UP, "0.01"),
        ("-0.005", "0.01", Rounding.HALF_UP, "-0.01"),
        ("0.005", "0.01", Rounding.HALF_EVEN, "0.00"),
        ("0.015", "0.01", Rounding.HALF_EVEN, "0.02"),
        ("0.001", "0.01", Rounding.UP, "0.01"),
        ("0.009", "0.01", Rounding.DOWN, "0.00"),
        ("862.48", "1", Rounding.HALF_UP, "862"),
        ("862.48", "1.00", Rounding.HALF_UP, "862"),
        ("0.13", "0.05", Rounding.HALF_UP, "0.15"),
        ("102.0000000000000000000000001", "0.01", Rounding.UP, "102"),  # an error of computing
        ("101.9999999999999999999999999", "0.01", Rounding.DOWN, "102"),
        ("102.00000000000000000001", "0.01", Rounding.UP, "102.01"),
    ],
)
def test_each_way_of_rounding(amount: str, unit: str, mode: Rounding, result: str) -> None:
    assert rounded(Decimal(amount), Decimal(unit), mode) == Decimal(result)
