"""Paying more: never longer, never dearer."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.schedule import totals
from loans.terms import Method, Terms
from loans.what_if import paying_more


def loan(rate: int = 1200, number: int = 24, method: Method = Method.ANNUITY) -> Terms:
    return Terms(
        principal=Decimal(10000), annual_rate_pct=Decimal(rate) / 100, instalments=number, method=method
    )


@given(st.integers(0, 4_000), st.integers(1, 60), st.integers(0, 3_000), st.integers(0, 3_000))
def test_paying_more_is_never_longer_nor_dearer(rate: int, number: int, less: int, more: int) -> None:
    smaller, larger = sorted((Decimal(less), Decimal(more)))
    terms = loan(rate, number)
    one, other = paying_more(terms, smaller), paying_more(terms, larger)
    assert 0 <= one.periods_saved <= other.periods_saved
    # each row's interest is rounded by itself: a cent for each of them at most
    assert other.interest_saved >= one.interest_saved - Decimal("0.01") * number
    assert totals(other.more).principal == 10000


def test_the_saving_is_told_in_periods_and_interest() -> None:
    answer = paying_more(loan(), Decimal(100))
    assert (answer.periods_saved, answer.interest_saved) == (4, Decimal("248.04"))
    assert paying_more(loan(), Decimal(0)).interest_saved == 0


def test_what_has_no_equal_instalment_is_refused() -> None:
    with pytest.raises(ValueError, match="equal instalment"):
        paying_more(loan(method=Method.EQUAL_PRINCIPAL), Decimal(1))
    with pytest.raises(ValueError, match="0 or more"):
        paying_more(loan(), Decimal(-1))
