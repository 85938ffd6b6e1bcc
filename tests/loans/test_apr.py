"""The APR inverts the payment, whatever the unit period; odd days are counted as Appendix J counts them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.annuity import exact_instalment
from loans.apr import (
    Flow,
    Timed,
    UnitPeriod,
    between,
    eu_apr,
    regular,
    term,
    timed,
    unit_period,
    us_apr,
)

LENT = [Timed(Decimal(10000), 0)]


@given(st.integers(1, 10_000), st.integers(1, 120), st.sampled_from(list(UnitPeriod)))
def test_the_apr_of_equal_payments_is_the_rate_they_were_computed_from(
    hundredths: int, number: int, unit: UnitPeriod
) -> None:
    annual = Decimal(hundredths) / 100
    payment = exact_instalment(Decimal(10000), annual / 100 / unit.a_year, number)
    found = us_apr(LENT, regular((1, Fraction(0)), [payment] * number), Decimal(unit.a_year))
    assert abs(found - annual) < Decimal("1e-8")


@given(st.integers(60, 2_000), st.integers(10_001, 30_000))
def test_the_effective_rate_of_one_payment_is_its_growth_over_the_year(days: int, paid: int) -> None:
    start = date(2020, 1, 1)
    end = date.fromordinal(start.toordinal() + days)
    found = eu_apr([Flow(start, Decimal(10000))], [Flow(end, Decimal(paid))])
    growth = (1 + found / 100) ** (Decimal(days) / 365)
    assert abs(growth * 10000 / paid - 1) < Decimal("1e-12")


@pytest.mark.parametrize(
    ("start", "end", "unit", "whole", "part"),
    [
        (date(1978, 1, 10), date(1978, 2, 10), UnitPeriod.MONTH, 1, Fraction(0)),
        (date(1978, 2, 10), date(1978, 4, 1), UnitPeriod.MONTH, 1, Fraction(19, 30)),
        (date(1978, 3, 20), date(1978, 4, 21), UnitPeriod.WEEK, 4, Fraction(4, 7)),
        (date(1978, 3, 18), date(1978, 4, 20), UnitPeriod.FOUR_WEEKS, 1, Fraction(5, 28)),
        (date(1978, 1, 10), date(1978, 3, 1), UnitPeriod.TWO_MONTHS, 0, Fraction(52, 60)),
        (date(1978, 1, 17), date(1979, 7, 17), UnitPeriod.YEAR, 1, Fraction(6, 12)),
        (date(2026, 1, 1), date(2027, 1, 15), UnitPeriod.YEAR, 1, Fraction(14, 365)),
        (date(2026, 1, 31), date(2026, 2, 28), UnitPeriod.MONTH, 0, Fraction(28, 30)),
        # (b)(5)(iii): halves of months are of months of 30 days, however long those in between are
        (date(1978, 2, 23), date(1978, 3, 1), UnitPeriod.HALF_MONTH, 0, Fraction(6, 15)),
        (date(1978, 2, 23), date(1978, 4, 1), UnitPeriod.HALF_MONTH, 2, Fraction(6, 15)),
        (date(2026, 1, 10), date(2026, 3, 16), UnitPeriod.HALF_MONTH, 4, Fraction(6, 15)),
        (date(2023, 10, 26), date(2023, 11, 30), UnitPeriod.DAY, 35, Fraction(0)),
    ],
)
def test_odd_days_are_counted_as_appendix_j_prints_them(
    start: date, end: date, unit: UnitPeriod, whole: int, part: Fraction
) -> None:
    assert between(start, end, unit) == (whole, part)


def test_dated_payments_and_regular_ones_have_the_same_rate() -> None:
    flows = [Flow(date(2026, month, 10), Decimal(3400)) for month in (2, 3, 4)]
    dated = timed(flows, date(2026, 1, 10), UnitPeriod.MONTH)
    assert dated == regular((1, Fraction(0)), [Decimal(3400)] * 3)


def test_a_term_becomes_unit_periods() -> None:
    assert term(Fraction(18, 12), Fraction(1)) == (1, Fraction(1, 2))
    assert term(Fraction(6, 12), Fraction(2)) == (1, Fraction(0))
    assert term(Fraction(255, 365), Fraction(365, 255)) == (1, Fraction(0))


def test_what_is_paid_back_without_interest_has_a_rate_of_zero() -> None:
    day = date(2012, 10, 10)
    for paid_on in (day, date(2012, 11, 10)):
        assert eu_apr([Flow(day, Decimal(500))], [Flow(paid_on, Decimal(500))]) == 0


def test_what_has_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="money lent"):
        us_apr([], [], Decimal(12))
    with pytest.raises(ValueError, match="No rate"):
        eu_apr([Flow(date(2026, 1, 1), Decimal(1))], [Flow(date(2026, 1, 1), Decimal(2))])
    with pytest.raises(ValueError, match="comes before"):
        between(date(2026, 2, 1), date(2026, 1, 1), UnitPeriod.MONTH)
    with pytest.raises(ValueError, match="unit periods"):
        unit_period(7)
