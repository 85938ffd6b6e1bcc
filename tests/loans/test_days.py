"""Day counts, due days and currencies."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.currency import minor_digits, unit
from loans.daycount import DayCount, days_share, year_share
from loans.due_dates import Period, Unit, add_half_months, add_months, due_dates, due_on

DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@given(DAYS, DAYS, DAYS, st.sampled_from([one for one in DayCount if one.value.startswith("actual")]))
def test_shares_of_a_year_add_up_over_days(one: date, two: date, three: date, convention: DayCount) -> None:
    first, middle, last = sorted((one, two, three))
    parts = year_share(first, middle, convention) + year_share(middle, last, convention)
    assert parts == year_share(first, last, convention)
    assert year_share(last, first, convention) == -year_share(first, last, convention)


@pytest.mark.parametrize(
    ("convention", "share"),
    [
        (DayCount.THIRTY_360, Fraction(60, 360)),
        (DayCount.THIRTY_365, Fraction(60, 365)),
        (DayCount.ACTUAL_360, Fraction(60, 360)),
        (DayCount.ACTUAL_364, Fraction(60, 364)),
        (DayCount.ACTUAL_365, Fraction(60, 365)),
        (DayCount.ACTUAL_ACTUAL, Fraction(60, 366)),
        (DayCount.ACTUAL_ACTUAL_31, Fraction(60, 366)),
    ],
)
def test_two_months_of_a_leap_year(convention: DayCount, share: Fraction) -> None:
    assert year_share(date(2024, 1, 15), date(2024, 3, 15), convention) == share
    if not convention.startswith("actual/actual"):
        assert days_share(60, convention) == share


def test_a_turn_of_the_year_into_a_leap_year_is_split() -> None:
    days = date(2023, 12, 12), date(2024, 1, 12)
    assert year_share(*days, DayCount.ACTUAL_ACTUAL) == Fraction(20, 365) + Fraction(11, 366)
    assert year_share(*days, DayCount.ACTUAL_ACTUAL_31) == Fraction(19, 365) + Fraction(12, 366)


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 120))
def test_a_monthly_due_day_keeps_its_day_or_takes_the_month_s_last(start: date, number: int) -> None:
    due = due_dates(start, number)[-1]
    assert due.day == start.day or (due.day < start.day and (due + timedelta(days=1)).day == 1)
    assert (due.year - start.year) * 12 + due.month - start.month == number


@given(DAYS, st.integers(1, 60), st.sampled_from([None, 29, 30, 31]))
def test_two_halves_of_a_month_are_a_month(start: date, months: int, day: int | None) -> None:
    of_day = {"day_of_month": day}
    assert add_half_months(start, 2 * months, **of_day) == add_months(start, months, **of_day)


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (date(2026, 3, 1), ["03-16", "04-01", "04-16", "05-01"]),
        (date(2026, 1, 31), ["02-15", "02-28", "03-15", "03-31"]),
        (date(2024, 1, 15), ["01-30", "02-15", "02-29", "03-15"]),  # the 30th, which February does not have
        (date(2026, 12, 20), ["01-05", "01-20", "02-05", "02-20"]),
    ],
)
def test_halves_of_months_are_15_days_apart_as_in_months_of_30(start: date, days: list[str]) -> None:
    assert [f"{day:%m-%d}" for day in due_dates(start, 4, Period(Unit.HALF_MONTH))] == days


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.sampled_from(list(Unit)), st.integers(1, 4))
def test_due_days_rise_one_period_after_another(start: date, of: Unit, every: int) -> None:
    days = due_dates(start, 30, Period(of, every))
    assert days == sorted(set(days))
    assert days[0] > start


def test_a_day_agreed_comes_back_after_a_short_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 31), 2) == date(2026, 3, 31)
    assert due_on(date(2026, 2, 28), 2, day_of_month=30) == date(2026, 3, 30)
    with pytest.raises(ValueError, match="1 to 31"):
        add_months(date(2026, 1, 1), 1, day_of_month=32)
    with pytest.raises(ValueError, match="at least one"):
        Period(Unit.MONTH, 0)


@pytest.mark.parametrize(
    ("currency", "digits", "least"),
    [("JPY", 0, "1"), ("EUR", 2, "0.01"), ("KWD", 3, "0.001"), ("TWD", 2, "0.01")],
)
def test_a_currency_s_least_unit(currency: str, digits: int, least: str) -> None:
    assert (minor_digits(currency), str(unit(currency))) == (digits, least)


@pytest.mark.parametrize("text", ["", "eur", "EURO", "E1R", "ЕUR"])
def test_what_is_no_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a currency"):
        minor_digits(text)
