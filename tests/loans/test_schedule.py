"""Contract schedules: what holds for every loan, and published rows to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.daycount import DayCount
from loans.due_dates import Period, Unit
from loans.rates import periodic_rate
from loans.rounding import Rounding, rounded
from loans.schedule import MonthlyLoan, balance_after, contract_schedule, instalment_of, schedule, totals
from loans.terms import Basis, Books, Compounding, Conventions, Method, RateChange, Terms

UNITS = st.sampled_from([Decimal("0.001"), Decimal("0.01"), Decimal(1)])
ROUNDINGS = st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.UP, Rounding.DOWN])


@st.composite
def contracts(draw: st.DrawFn) -> Terms:
    unit = draw(UNITS)
    number = draw(st.integers(1, 60))
    method = draw(
        st.sampled_from([Method.ANNUITY, Method.EQUAL_PRINCIPAL, Method.FLAT, Method.INTEREST_ONLY])
    )
    conventions = Conventions(
        payment=draw(ROUNDINGS),
        payment_unit=draw(st.sampled_from([unit, max(unit, Decimal(1))])),
        interest=draw(st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN])),
        unit=unit,
        basis=draw(st.sampled_from(list(Basis))),
        books=draw(st.sampled_from([Books.ROUND_EACH, Books.CARRY])),
    )
    return Terms(
        principal=draw(st.integers(1_000, 50_000_000)) * unit,
        annual_rate_pct=Decimal(draw(st.integers(0, 6_000))) / 100,
        instalments=number,
        method=method,
        period=Period(draw(st.sampled_from([Unit.WEEK, Unit.HALF_MONTH, Unit.MONTH, Unit.QUARTER]))),
        day_count=draw(st.sampled_from(list(DayCount))),
        disbursed_on=draw(st.dates(date(2020, 1, 1), date(2030, 12, 31))),
        principal_grace=draw(st.integers(0, number - 1)),
        conventions=conventions,
    )


@given(contracts())
def test_the_principal_parts_add_up_to_the_principal_and_nothing_is_left(terms: Terms) -> None:
    rows = schedule(terms)
    assert totals(rows, terms.conventions.unit).principal == terms.principal or (
        terms.conventions.books is Books.CARRY  # printed parts are printed totals less printed interest
    )
    assert rows[-1].balance == 0
    assert all(row.total == row.principal + row.interest for row in rows)


@given(contracts())
def test_every_amount_is_a_multiple_of_the_least_unit(terms: Terms) -> None:
    unit = terms.conventions.unit
    for row in schedule(terms):
        for amount in (row.total, row.principal, row.interest, row.balance):
            assert rounded(amount, unit) == amount


@given(contracts())
def test_the_balance_falls_by_what_is_repaid_until_the_last_row(terms: Terms) -> None:
    if terms.conventions.books is Books.CARRY:
        return
    balance = terms.principal
    for row in schedule(terms):
        balance -= row.principal
        assert row.balance == balance >= 0


@given(st.integers(0, 6_000), st.integers(1, 400), st.integers(1_000, 10**8))
def test_an_unrounded_annuity_ends_at_nothing_without_a_last_correction(
    rate: int, number: int, cents: int
) -> None:
    terms = Terms(
        principal=Decimal(cents) / 100,
        annual_rate_pct=Decimal(rate) / 100,
        instalments=number,
        conventions=Conventions(books=Books.UNROUNDED),
    )
    rows = schedule(terms)
    assert abs(rows[-1].total - rows[0].total) < Decimal("1e-9") * terms.principal


@pytest.mark.parametrize(
    ("currency_unit", "principal", "instalment", "first_interest"),
    [
        # 30 000 000 yen at 1 %, 360 months: 96 491.87 → 96 491 down; 30 000 000 · 0.01 / 12 = 25 000
        ("1", "30000000", "96491", "25000"),
        # 3 000.000 dinar at 1 %, 360 months: 9.649187 → 9.649; 3 000 · 0.01 / 12 = 2.500
        ("0.001", "3000", "9.649", "2.5"),
    ],
)
def test_a_currency_without_or_with_three_places_keeps_its_own_least_unit(
    currency_unit: str, principal: str, instalment: str, first_interest: str
) -> None:
    unit = Decimal(currency_unit)
    rows = schedule(
        Terms(
            principal=Decimal(principal),
            annual_rate_pct=Decimal(1),
            instalments=360,
            conventions=Conventions(payment=Rounding.DOWN, payment_unit=unit, unit=unit),
        )
    )
    assert (rows[0].total, rows[0].interest) == (Decimal(instalment), Decimal(first_interest))
    assert totals(rows, unit).principal == Decimal(principal)


def test_canadian_rates_compound_twice_a_year() -> None:
    monthly = periodic_rate(Decimal(5), Decimal(12), Compounding.SEMI_ANNUAL)
    assert round(monthly * 100, 5) == Decimal("0.41239")  # (1 + 0.05 / 2) ^ (2 / 12) − 1


def test_a_flat_loan_s_last_interest_takes_the_cents_its_equal_parts_miss() -> None:
    # 1 000 · 10 % · 3 / 12 = 25.00; a third is 8.333…: 8.33, 8.33 and 8.34
    rows = schedule(
        Terms(principal=Decimal(1000), annual_rate_pct=Decimal(10), instalments=3, method=Method.FLAT)
    )
    assert [row.interest for row in rows] == [Decimal("8.33"), Decimal("8.33"), Decimal("8.34")]


def test_a_capped_instalment_lets_the_balance_grow_and_the_last_row_still_clears_it() -> None:
    change = RateChange(from_number=13, annual_rate_pct=Decimal(12), cap=Decimal("1.075"))
    rows = schedule(
        Terms(
            principal=Decimal(65000),
            annual_rate_pct=Decimal(10),
            instalments=360,
            rate_changes=(change,),
        )
    )
    assert rows[12].total == Decimal("613.20")  # 570.42 · 1.075
    assert rows[12].balance > rows[11].balance
    assert rows[-1].balance == 0


def test_a_rate_change_without_a_recast_keeps_the_instalment() -> None:
    change = RateChange(from_number=3, annual_rate_pct=Decimal(6), recast=False)
    terms = Terms(principal=Decimal(1200), annual_rate_pct=Decimal(12), instalments=6, rate_changes=(change,))
    rows = schedule(terms)
    assert {row.total for row in rows[:-1]} == {instalment_of(terms)}
    assert rows[2].interest == rounded(rows[1].balance * Decimal("0.005"), Decimal("0.01"))


@pytest.mark.parametrize(
    ("day", "instalments", "interest"),
    [
        # ProgressiveEMICalculatorTest and LoanInterestRateChange.feature of Apache Fineract, which names the day after
        (1, "16.88 16.88 16.88 16.88 16.89", "0.28"),
        (14, "16.90 16.90 16.90 16.90 16.90", "0.37"),
        (15, "16.90 16.90 16.90 16.90 16.91", "0.38"),
    ],
)
def test_a_rate_that_changes_within_a_period_bears_on_its_days(
    day: int, instalments: str, interest: str
) -> None:
    change = RateChange(on=date(2024, 2, day), annual_rate_pct=Decimal(4))
    terms = Terms(
        principal=Decimal(100),
        annual_rate_pct=Decimal(7),
        instalments=6,
        disbursed_on=date(2024, 1, 1),
        rate_changes=(change,),
    )
    rows = schedule(terms)
    assert " ".join(str(row.total) for row in rows) == f"17.01 {instalments}"
    assert rows[1].interest == Decimal(interest)
    kept = schedule(replace(terms, rate_changes=(replace(change, recast=False),)))
    assert {row.total for row in kept[:-1]} == {Decimal("17.01")}
    assert kept[1].interest == Decimal(interest)


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("day_count", list(DayCount))
def test_a_change_on_a_due_day_is_one_from_the_instalment_after_it(day_count: DayCount, basis: Basis) -> None:
    terms = Terms(
        principal=Decimal(5000),
        annual_rate_pct=Decimal(12),
        instalments=6,
        day_count=day_count,
        disbursed_on=date(2026, 1, 31),
        conventions=Conventions(basis=basis),
    )
    by_number = RateChange(from_number=3, annual_rate_pct=Decimal(9))
    by_day = RateChange(on=date(2026, 3, 31), annual_rate_pct=Decimal(9))
    assert schedule(replace(terms, rate_changes=(by_number,))) == schedule(
        replace(terms, rate_changes=(by_day,))
    )


@pytest.mark.parametrize("basis", list(Basis))
def test_an_instalment_is_agreed_before_its_rate_changes(basis: Basis) -> None:
    """ProgressiveEMICalculatorTest of Apache Fineract: 17.01 at 7 %, whatever the rate is from the second month on."""
    terms = Terms(
        principal=Decimal(100),
        annual_rate_pct=Decimal(7),
        instalments=6,
        disbursed_on=date(2024, 1, 1),
        conventions=Conventions(basis=basis),
    )
    agreed = instalment_of(terms)
    later = RateChange(from_number=2, annual_rate_pct=Decimal(4))
    within = RateChange(on=date(2024, 1, 10), annual_rate_pct=Decimal(0), recast=False)
    assert instalment_of(replace(terms, rate_changes=(later,))) == agreed
    kept = schedule(replace(terms, rate_changes=(within,)))
    assert {row.total for row in kept[:-1]} == {agreed}
    assert kept[0].interest == Decimal("0.17")  # 7 / 12 % · 9 / 31


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # LoanReschedule.feature of Apache Fineract, C2809: 3 000 · 12 % and then 6 % / 12
        (RateChange(from_number=2, annual_rate_pct=Decimal(6)), "1030/1000 1015/1000 1015/1000"),
        (RateChange(from_number=2, annual_rate_pct=Decimal(6), recast=False), "1030/1000 1030/1015 1000/985"),
    ],
)
def test_a_flat_loan_s_new_rate_bears_on_all_that_was_lent(change: RateChange, rows: str) -> None:
    terms = Terms(
        principal=Decimal(3000),
        annual_rate_pct=Decimal(12),
        instalments=3,
        method=Method.FLAT,
        rate_changes=(change,),
    )
    assert " ".join(f"{row.total:.0f}/{row.principal:.0f}" for row in schedule(terms)) == rows


def test_half_a_month_bears_a_24th_of_the_yearly_rate() -> None:
    terms = Terms(
        principal=Decimal(1000),
        annual_rate_pct=Decimal(12),
        instalments=4,
        period=Period(Unit.HALF_MONTH),
        disbursed_on=date(2026, 1, 31),
    )
    rows = schedule(terms)
    # A = 1 000 · 0.005 / (1 − 1.005⁻⁴) = 253.13
    assert [row.total for row in rows] == [Decimal("253.13")] * 3 + [Decimal("253.14")]
    assert rows[0].interest == Decimal("5.00")
    assert [row.due_on for row in rows] == [
        date(2026, 2, 15),
        date(2026, 2, 28),
        date(2026, 3, 15),
        date(2026, 3, 31),
    ]


def test_two_changes_within_a_period_bear_each_on_its_days() -> None:
    changes = [
        RateChange(on=date(2026, 1, day), annual_rate_pct=Decimal(rate)) for day, rate in ((11, 24), (21, 0))
    ]
    terms = Terms(
        principal=Decimal(36500),
        annual_rate_pct=Decimal(12),
        instalments=1,
        day_count=DayCount.ACTUAL_365,
        disbursed_on=date(2026, 1, 1),
        rate_changes=tuple(changes),
    )
    assert schedule(terms)[0].interest == 10 * 12 + 10 * 24


def test_fineract_s_years_turn_on_31_december() -> None:
    """EMICalculation.feature of Apache Fineract, C3152: by ISDA's split the first interest were 101.82."""
    terms = Terms(
        principal=Decimal(10000),
        annual_rate_pct=Decimal(12),
        instalments=6,
        day_count=DayCount.ACTUAL_ACTUAL_31,
        disbursed_on=date(2023, 12, 12),
        conventions=Conventions(basis=Basis.PER_PERIOD),
    )
    rows = schedule(terms)
    assert [str(row.interest) for row in rows] == ["101.81", "85.14", "64.05", "51.58", "33.45", "17.36"]
    assert [str(row.total) for row in rows] == ["1725.56"] * 5 + ["1725.59"]


def test_interest_of_free_periods_comes_with_the_first_instalment_after_them() -> None:
    terms = Terms(
        principal=Decimal(1200),
        annual_rate_pct=Decimal(12),
        instalments=6,
        principal_grace=3,
        interest_free=2,
    )
    assert [row.interest for row in schedule(terms)[:4]] == [0, 0, 36, 12]


def test_a_loan_paid_within_its_interest_free_periods_still_pays_their_interest() -> None:
    terms = Terms(
        principal=Decimal(100),
        annual_rate_pct=Decimal(12),
        instalments=12,
        method=Method.FIXED_INSTALMENT,
        instalment=Decimal(60),
        interest_free=6,
    )
    assert [row.interest for row in schedule(terms)] == [0, Decimal("1.41")]  # 1.00 and 0.41


def test_the_printed_instalment_pays_the_loan_early_where_it_is_too_large() -> None:
    rows = contract_schedule(MonthlyLoan(Decimal(100), Decimal(12), 12, Decimal(60)))
    assert [row.total for row in rows] == [Decimal(60), Decimal("41.41")]
    assert balance_after(MonthlyLoan(Decimal(100), Decimal(12), 12, Decimal(60)), 5) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"principal": Decimal(0)},
        {"annual_rate_pct": Decimal(-1)},
        {"instalments": 0},
        {"method": Method.FIXED_INSTALMENT},
        {"principal_grace": 12},
        {"amortised_over": 6},
        {"day_count": DayCount.ACTUAL_365},
        {
            "day_count": DayCount.ACTUAL_365,
            "disbursed_on": date(2026, 1, 1),
            "compounding": Compounding.SEMI_ANNUAL,
        },
        {"due_on": (date(2026, 1, 1),)},
        {"rate_changes": (RateChange(from_number=1, annual_rate_pct=Decimal(1)),)},
        {"rate_changes": (RateChange(on=date(2026, 1, 1), annual_rate_pct=Decimal(1)),)},
        {
            "rate_changes": (RateChange(on=date(2025, 12, 31), annual_rate_pct=Decimal(1)),),
            "disbursed_on": date(2026, 1, 1),
        },
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    usual = {"principal": Decimal(100), "annual_rate_pct": Decimal(1), "instalments": 12}
    with pytest.raises(ValueError):
        Terms(**(usual | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize("when", [{}, {"from_number": 2, "on": date(2026, 1, 1)}])
def test_a_rate_change_has_one_beginning(when: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Name one of them"):
        RateChange(annual_rate_pct=Decimal(1), **when)  # type: ignore[arg-type]
