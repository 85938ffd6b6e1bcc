"""Loans under way: paid as agreed, late, early or beyond; and what settles them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.daycount import DayCount, days_share, year_share
from loans.payoff import InterestUntil, accrued, quote
from loans.recalculation import Advance, AfterExtra, Course, Event, position, recalculate
from loans.replay import Payment
from loans.schedule import instalment_of, schedule, totals
from loans.terms import Books, Conventions, Method, RateChange, Terms

START = date(2026, 1, 31)
FAR = date(2040, 1, 1)
DAY_COUNTS = [DayCount.THIRTY_360, DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL]


def loan(day_count: DayCount = DayCount.ACTUAL_365, number: int = 12, principal: int = 5000) -> Terms:
    terms = Terms(
        principal=Decimal(principal),
        annual_rate_pct=Decimal(12),
        instalments=number,
        day_count=day_count,
        disbursed_on=START,
    )
    return replace(terms, instalment=instalment_of(terms))


LOANS = st.builds(loan, st.sampled_from(DAY_COUNTS), st.integers(2, 24), st.integers(100, 100_000))
MODES = st.sampled_from(list(AfterExtra))
DAYS = st.integers(0, 800).map(lambda days: START + timedelta(days=days))
PAYMENTS = st.builds(Payment, DAYS, st.integers(1, 300_000).map(lambda cents: Decimal(cents) / 100))


@given(LOANS, MODES)
def test_a_loan_paid_as_agreed_keeps_its_contract_schedule(terms: Terms, mode: AfterExtra) -> None:
    rows = schedule(terms)
    payments = [Payment(row.due_on, row.total) for row in rows if row.due_on]
    assert recalculate(Course(terms=terms, events=payments, as_of=FAR, after_extra=mode)) == rows


@given(LOANS, MODES)
def test_a_loan_seen_before_its_first_due_day_keeps_its_contract_schedule(
    terms: Terms, mode: AfterExtra
) -> None:
    assert recalculate(Course(terms=terms, as_of=START, after_extra=mode)) == schedule(terms)


@given(LOANS, MODES, st.lists(PAYMENTS, max_size=6), DAYS, st.booleans())
def test_the_principal_parts_add_up_to_what_was_lent_and_nothing_is_left(
    terms: Terms, mode: AfterExtra, payments: list[Payment], as_of: date, by_stretch: bool
) -> None:
    course = Course(
        terms=terms, events=payments, as_of=as_of, after_extra=mode, rounds_each_stretch=by_stretch
    )
    rows = recalculate(course)
    assert totals(rows).principal == terms.principal
    assert rows[-1].balance == 0
    assert all(row.total == row.principal + row.interest for row in rows)
    assert all(row.interest >= 0 for row in rows)


@given(LOANS, st.lists(PAYMENTS, max_size=4), DAYS)
def test_paying_the_payoff_settles_the_loan(terms: Terms, payments: list[Payment], on: date) -> None:
    payments = [payment for payment in payments if payment.on <= on]
    course = Course(terms=terms, events=payments, as_of=on)
    answer = quote(course, on)
    if answer.payoff <= 0:
        return
    settled = replace(course, events=[*payments, Payment(on, answer.payoff)])
    for day in (on, on + timedelta(days=1), on + timedelta(days=40)):
        assert position(settled, day).total == 0


@given(LOANS, st.integers(0, 300), st.integers(0, 400), st.integers(1, 10_000))
def test_what_is_paid_beyond_the_payoff_is_owed_back_whenever_it_is_asked(
    terms: Terms, day: int, later: int, surplus: int
) -> None:
    on = START + timedelta(days=day)
    course = Course(terms=terms, as_of=on)
    paid = replace(course, events=[Payment(on, quote(course, on).payoff + surplus)])
    assert position(paid, on + timedelta(days=later)).total == -surplus


@given(LOANS, MODES, st.integers(0, 700), st.integers(5_000, 100_000))
def test_a_payment_on_top_never_costs_interest(terms: Terms, mode: AfterExtra, day: int, cents: int) -> None:
    on = START + timedelta(days=day)
    agreed: list[Event] = [
        Payment(row.due_on, row.total) for row in schedule(terms) if row.due_on and row.due_on <= on
    ]
    course = Course(terms=terms, events=agreed, as_of=on, after_extra=mode)
    more = replace(course, events=[*agreed, Payment(on, Decimal(cents) / 100)])
    # A smaller instalment is rounded anew: by less than a cent of each that is left.
    cents_of_rounding = Decimal("0.01") * terms.instalments
    with_extra, without = totals(recalculate(more)).interest, totals(recalculate(course)).interest
    assert with_extra <= without + cents_of_rounding


def test_overdue_principal_keeps_bearing_interest_until_it_is_paid() -> None:
    terms = loan()
    due = [row.due_on for row in schedule(terms)]
    assert due[0] == date(2026, 2, 28)
    late = recalculate(
        Course(
            terms=terms,
            events=[Payment(date(2026, 3, 5), instalment_of(terms))],
            as_of=date(2026, 3, 5),
            rounds_each_stretch=True,
        )
    )
    # 5 000 · 12 % · 5 / 365 = 8.22, then 4 601.79 · 12 % · 26 / 365 = 39.34
    assert late[0].balance == Decimal("4601.79")
    assert late[1].interest == Decimal("8.22") + Decimal("39.34")


def test_paying_ahead_leaves_only_interest_to_pay_next() -> None:
    terms = loan(DayCount.THIRTY_360)
    first = schedule(terms)[0]
    assert first.due_on
    event = Payment(first.due_on, first.total * 2)
    rows = recalculate(
        Course(terms=terms, events=[event], as_of=first.due_on, after_extra=AfterExtra.PAY_AHEAD)
    )
    assert rows[0].total == first.total * 2
    # 444.24 ahead; the next principal part of 444.24 − 41.57 is covered by it
    assert rows[1].total == rows[1].interest


@pytest.mark.parametrize(
    ("payments", "totals_", "interest"),
    [
        # ProgressiveEMICalculatorTest of Apache Fineract: balance_correction_on0215 and payoff_on0115
        (
            [((2, 1), "17.01"), ((2, 15), "17.01")],
            "17.01 17.01 17.01 17.01 17.01 16.95",
            "0.58 0.24 0.59 0.29 0.20 0.10",
        ),
        ([((1, 15), "85.05")], "17.01 17.01 17.01 17.01 17.01 15.71", "0.26 0.00 0.00 0.00 0.00 0.50"),
        # EMICalculation.feature, C3254: a cent short of the instalment is a cent of principal, not of interest
        ([((1, 15), "17.00")], "17.01 17.01 17.01 17.01 17.01 16.95", "0.26 0.76 0.39 0.29 0.20 0.10"),
    ],
)
def test_an_early_payment_pays_the_interest_run_up_and_then_the_next_instalments(
    payments: list[tuple[tuple[int, int], str]], totals_: str, interest: str
) -> None:
    terms = Terms(
        principal=Decimal(100),
        annual_rate_pct=Decimal(7),
        instalments=6,
        disbursed_on=date(2024, 1, 1),
    )
    events = [Payment(date(2024, *day), Decimal(amount)) for day, amount in payments]
    course = Course(terms=terms, events=events, as_of=events[-1].on, after_extra=AfterExtra.NEXT_INSTALMENTS)
    rows = recalculate(course)
    assert " ".join(str(row.total) for row in rows) == totals_
    assert " ".join(str(row.interest) for row in rows) == interest


@given(LOANS, MODES, st.lists(PAYMENTS, max_size=4), DAYS)
def test_paying_the_payoff_settles_the_loan_however_extra_payments_count(
    terms: Terms, mode: AfterExtra, payments: list[Payment], on: date
) -> None:
    payments = [payment for payment in payments if payment.on <= on]
    course = Course(terms=terms, events=payments, as_of=on, after_extra=mode)
    answer = quote(course, on)
    if answer.payoff <= 0:
        return
    settled = replace(course, events=[*payments, Payment(on, answer.payoff)])
    for day in (on, on + timedelta(days=1), on + timedelta(days=40)):
        assert position(settled, day).total == 0
    last = schedule(terms)[-1].due_on
    if last and on <= last:  # after it interest runs on, but no instalment demands it
        demanded = totals(recalculate(settled)).total
        assert demanded == sum(payment.amount for payment in payments) + answer.payoff


def test_an_advance_on_a_due_day_comes_after_its_demand() -> None:
    terms = loan(DayCount.THIRTY_360)
    first, second = schedule(terms)[:2]
    assert first.due_on
    event = Advance(first.due_on, Decimal(1000))
    kept = recalculate(Course(terms=terms, events=[event], as_of=first.due_on, after_extra=AfterExtra.KEEP))
    assert kept[0] == replace(first, balance=first.balance + 1000)
    assert (kept[1].total, kept[1].interest) == (second.total, second.interest + 10)  # 1 000 · 1 %
    assert totals(kept).principal == 6000
    recast = recalculate(Course(terms=terms, events=[event], as_of=first.due_on))
    assert recast[1].total > second.total
    assert len({row.total for row in recast[1:-1]}) == 1
    assert position(Course(terms=terms, events=[event], as_of=FAR), first.due_on).principal == 6000


def test_an_advance_within_a_period_bears_interest_from_its_day() -> None:
    terms = loan(principal=36500)  # 12.00 a day
    course = Course(terms=terms, events=[Advance(START + timedelta(days=10), Decimal(36500))], as_of=FAR)
    assert position(course, START + timedelta(days=20)).accrued == 10 * 12 + 10 * 24


@given(LOANS, st.integers(1, 27), st.integers(1, 3))
def test_instalments_are_equal_from_an_advance_within_a_period_on(
    terms: Terms, days: int, periods: int
) -> None:
    day = START + timedelta(days=30 * (min(periods, terms.instalments) - 1) + days)
    course = Course(terms=terms, events=[Advance(day, terms.principal)], as_of=START)
    rows = [row for row in recalculate(course) if row.due_on and row.due_on > day]
    assert len({row.total for row in rows[:-1]}) <= 1
    assert abs(rows[-1].total - rows[0].total) <= Decimal("0.02") * len(rows)  # cents of rounding


def test_the_period_of_an_advance_bears_interest_on_it_only_from_its_day() -> None:
    """ProgressiveEMICalculatorTest of Apache Fineract: 100 at 9.4822 %, 100 more on 15 February 2024."""
    terms = Terms(
        principal=Decimal(100),
        annual_rate_pct=Decimal("9.4822"),
        instalments=6,
        disbursed_on=date(2024, 1, 1),
    )
    course = Course(terms=terms, events=[Advance(date(2024, 2, 15), Decimal(100))], as_of=date(2024, 1, 1))
    rows = recalculate(course)
    assert [row.total for row in rows] == [Decimal("17.13"), *[Decimal("37.53")] * 5]
    assert rows[1].interest == Decimal("1.07")  # 83.66 for 14 of 29 days, 183.66 for 15


def test_an_advance_after_the_last_due_day_is_refused() -> None:
    with pytest.raises(ValueError, match="before the last due day"):
        Course(terms=loan(number=2), events=[Advance(FAR, Decimal(1))], as_of=FAR)


def test_a_quote_says_what_it_is_tomorrow() -> None:
    terms = loan(principal=36500)
    answer = quote(Course(terms=terms, as_of=START), START + timedelta(days=10))
    assert (answer.payoff, answer.tomorrow) == (Decimal(36620), Decimal(36632))  # 12.00 a day


def test_interest_to_the_end_of_the_period_does_not_grow_within_it() -> None:
    course = Course(terms=loan(DayCount.THIRTY_360), as_of=START)
    answer = quote(course, START + timedelta(days=3), InterestUntil.END_OF_PERIOD)
    assert (answer.interest, answer.payoff, answer.tomorrow) == (50, 5050, 5050)


def test_accrued_interest_counts_both_ends_where_the_contract_does() -> None:
    first, last = date(2019, 10, 1), date(2019, 10, 30)
    lent, rate = Decimal(1000000), Decimal("13.5")
    assert round(accrued(lent, rate, year_share(first, last, DayCount.ACTUAL_365)), 2) == Decimal("10726.03")
    share = year_share(first, last, DayCount.ACTUAL_365, both_ends=True)
    assert round(accrued(lent, rate, share), 2) == Decimal("11095.89")  # 30 days


def test_penal_interest_needs_days_that_have_a_share_of_a_year() -> None:
    late = accrued(Decimal("5547.945"), Decimal(25), days_share(26, DayCount.ACTUAL_365))
    assert round(late, 2) == Decimal("98.80")
    with pytest.raises(ValueError, match="Name the dates"):
        days_share(1, DayCount.ACTUAL_ACTUAL)
    with pytest.raises(ValueError, match="0 days or more"):
        days_share(-1, DayCount.ACTUAL_365)


def test_a_rate_change_keeps_a_loan_paid_as_agreed_on_its_contract_schedule() -> None:
    change = RateChange(from_number=5, annual_rate_pct=Decimal(9))
    terms = replace(loan(DayCount.THIRTY_360), rate_changes=(change,))
    rows = schedule(terms)
    payments = [Payment(row.due_on, row.total) for row in rows if row.due_on]
    assert recalculate(Course(terms=terms, events=payments, as_of=FAR)) == rows
    assert rows[4].total < rows[3].total


def test_interest_run_up_after_a_rate_change_bears_the_new_rate() -> None:
    change = RateChange(on=START + timedelta(days=10), annual_rate_pct=Decimal(24))
    course = Course(terms=replace(loan(principal=36500), rate_changes=(change,)), as_of=START)
    answer = quote(course, START + timedelta(days=15))
    assert answer.interest == 10 * 12 + 5 * 24
    rows = [row for row in recalculate(course) if row.number < 12]
    assert {row.total for row in rows} == {rows[0].total}  # the running period's instalment is the new one
    assert rows[0].total > instalment_of(loan(principal=36500))


@pytest.mark.parametrize(
    "terms",
    [
        {"method": Method.FLAT},
        {"principal_grace": 2},
        {"amortised_over": 24},
        {"rate_changes": (RateChange(from_number=2, annual_rate_pct=Decimal(1), cap=Decimal(2)),)},
    ],
)
def test_a_loan_whose_rules_we_do_not_recalculate_is_refused(terms: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="equal instalments"):
        Course(terms=replace(loan(), **terms), as_of=START)  # type: ignore[arg-type]


@pytest.mark.parametrize("books", [Books.CARRY, Books.UNROUNDED])
def test_a_loan_whose_books_keep_fractions_is_not_recalculated(books: Books) -> None:
    with pytest.raises(ValueError, match="rounded each period"):
        Course(terms=replace(loan(), conventions=Conventions(books=books)), as_of=START)


def test_a_loan_without_a_printed_instalment_has_the_computed_one() -> None:
    terms = replace(loan(), instalment=None)
    assert recalculate(Course(terms=terms, as_of=START)) == schedule(terms)


def test_a_loan_without_days_is_not_recalculated_and_not_before_it_began() -> None:
    with pytest.raises(ValueError, match="paid out"):
        Course(terms=Terms(principal=Decimal(1), annual_rate_pct=Decimal(1), instalments=1), as_of=START)
    with pytest.raises(ValueError, match="paid out only on"):
        position(Course(terms=loan(), as_of=START), START - timedelta(days=1))
