"""Days past due and the amounts by age."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.delinquency import AGES, Age, by_age, class_of, days_past_due, oldest_unpaid, past_due_amount
from loans.replay import Instalment, Payment, replay

DUE = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
LOAN = [Instalment(number, due, Decimal(90), Decimal(10)) for number, due in enumerate(DUE, start=1)]


def test_an_instalment_is_past_due_from_the_day_after_its_due_day() -> None:
    paid = replay(LOAN, []).instalments
    assert past_due_amount(paid, DUE[0]) == 0
    assert past_due_amount(paid, DUE[0] + timedelta(days=1)) == 100
    assert days_past_due(oldest_unpaid(paid), DUE[0] + timedelta(days=1)) == 1


def test_a_part_payment_lowers_the_amount_and_leaves_the_days() -> None:
    paid = replay(LOAN, [Payment(date(2026, 2, 5), Decimal(60))]).instalments
    as_of = date(2026, 2, 10)
    assert (past_due_amount(paid, as_of), days_past_due(oldest_unpaid(paid), as_of)) == (40, 10)


def test_nothing_unpaid_is_no_day_late() -> None:
    paid = replay(LOAN, [Payment(DUE[0], Decimal(300))]).instalments
    assert days_past_due(oldest_unpaid(paid), date(2027, 1, 1)) == 0
    assert by_age(paid, date(2027, 1, 1)) == []


@given(st.integers(0, 40_000), st.integers(0, 400))
def test_the_amounts_by_age_add_up_to_the_past_due_amount(cents: int, days: int) -> None:
    events = [Payment(DUE[0], Decimal(cents) / 100)] if cents else []
    paid, as_of = replay(LOAN, events).instalments, DUE[0] + timedelta(days=days)
    assert sum(amount for _, amount in by_age(paid, as_of)) == past_due_amount(paid, as_of)


@given(st.integers(1, 10_000))
def test_each_day_past_due_has_one_band(days: int) -> None:
    assert sum(days in age for age in AGES) == 1
    assert days in class_of(days)


def test_a_band_says_its_days_and_no_band_is_an_error() -> None:
    assert [str(class_of(days)) for days in (30, 90, 91)] == ["1-30", "61-90", "over 90"]
    with pytest.raises(ValueError, match="none of the bands"):
        class_of(5, [Age(1, 3)])
