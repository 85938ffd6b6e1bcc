"""Annuity functions hang together as the formula says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.spreadsheet import Annuity, future_value, periods_needed, present_value

NEAR = Decimal("1e-12")
ANNUITIES = st.builds(
    Annuity,
    rate=st.integers(0, 500).map(lambda value: Decimal(value) / 10_000),
    periods=st.integers(1, 60),
    present_value=st.integers(1, 10**6).map(Decimal),
    future_value=st.integers(0, 10**5).map(Decimal),
    at_start=st.booleans(),
)


@given(ANNUITIES)
def test_principal_and_interest_are_the_payment(annuity: Annuity) -> None:
    for period in range(1, annuity.periods + 1):
        parts = annuity.principal(period) + annuity.interest(period)
        assert abs(parts - annuity.payment()) < NEAR


@given(ANNUITIES)
def test_the_payments_lead_to_the_future_value(annuity: Annuity) -> None:
    assert abs(annuity.balance(annuity.periods) - annuity.future_value) < NEAR * 10**6


@given(ANNUITIES)
def test_present_future_and_number_of_periods_are_found_again(annuity: Annuity) -> None:
    payment = annuity.payment()
    ends = {"at_start": annuity.at_start}
    worth = present_value(annuity.rate, annuity.periods, payment, future_value=annuity.future_value, **ends)
    assert abs(worth - annuity.present_value) < NEAR * 10**6
    later = future_value(annuity.rate, annuity.periods, payment, present_value=annuity.present_value, **ends)
    assert abs(later - annuity.future_value) < NEAR * 10**7
    needed = periods_needed(
        annuity.rate, payment, annuity.present_value, future_value=annuity.future_value, **ends
    )
    assert abs(needed - annuity.periods) < Decimal("1e-9")


@given(ANNUITIES)
def test_the_sums_run_over_their_periods(annuity: Annuity) -> None:
    total = annuity.principal_paid(1, annuity.periods) + annuity.interest_paid(1, annuity.periods)
    assert abs(total - annuity.payment() * annuity.periods) < NEAR * 10**4


def test_a_payment_that_does_not_cover_the_interest_never_ends() -> None:
    with pytest.raises(ValueError, match="never end"):
        periods_needed(Decimal("0.01"), Decimal(-5), Decimal(1000))
    with pytest.raises(ValueError, match="nothing is ever repaid"):
        periods_needed(Decimal(0), Decimal(0), Decimal(1000))


@pytest.mark.parametrize("period", [0, 13])
def test_a_period_outside_the_annuity_is_refused(period: int) -> None:
    annuity = Annuity(rate=Decimal("0.01"), periods=12, present_value=Decimal(1))
    with pytest.raises(ValueError, match="not one of 12"):
        annuity.interest(period)


def test_periods_run_forwards() -> None:
    annuity = Annuity(rate=Decimal("0.01"), periods=12, present_value=Decimal(1))
    with pytest.raises(ValueError, match="from the earlier"):
        annuity.interest_paid(3, 2)
    with pytest.raises(ValueError, match="at least one period"):
        Annuity(rate=Decimal(0), periods=0, present_value=Decimal(1))
