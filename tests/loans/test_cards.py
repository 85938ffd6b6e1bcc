"""Cards: what a statement demands, what a cycle costs, how long a debt takes, where a payment goes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.card_interest import (
    Entry,
    Method,
    average_daily_balance,
    charged_balance,
    finance_charge,
    new_balance,
)
from loans.cards import Balance, MinimumRule, minimum_due, spread_excess
from loans.projection import (
    balance_after,
    declining,
    fixed,
    level_payment,
    months_at_daily_rate,
    project,
    saving,
    with_more,
)
from loans.rounding import Rounding

CENT = Decimal("0.01")
AMOUNTS = st.integers(-100_000, 10_000_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.integers(0, 400).map(lambda value: Decimal(value) / 10_000)  # 0 to 4 % a month


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_card_never_demands_more_than_is_owed_nor_less_than_nothing(
    balance: Decimal, past_due: Decimal, limit: Decimal
) -> None:
    rule = MinimumRule(share=Decimal("0.02"), floor=Decimal(25))
    demand = rule.demand(balance, past_due=max(past_due, Decimal(0)), credit_limit=limit)
    assert 0 <= demand <= max(balance, Decimal(0))


@pytest.mark.parametrize(
    ("rule", "asked", "demand"),
    [
        ({}, {"balance": "5000"}, "100"),  # 5 000 · 2 %
        ({}, {"balance": "400"}, "25"),  # 8 is below the floor
        ({}, {"balance": "18"}, "18"),  # never more than the balance
        ({}, {"balance": "-5"}, "0"),  # the lender owes the holder
        ({}, {"balance": "5500", "credit_limit": "5000", "past_due": "90"}, "700"),  # 110 + 90 + 500
        ({"adds_interest": True}, {"balance": "2000", "interest": "30"}, "70"),  # 40 + 30
        ({"small_balance": Decimal(50)}, {"balance": "50"}, "50"),  # demanded whole
        ({"unit": Decimal(1), "rounding": Rounding.UP}, {"balance": "1501"}, "31"),  # 30.02, up to a yen
    ],
)
def test_the_least_payment(rule: dict[str, object], asked: dict[str, str], demand: str) -> None:
    terms = MinimumRule(**({"share": Decimal("0.02"), "floor": Decimal(25)} | rule))  # type: ignore[arg-type]
    amounts = {name: Decimal(value) for name, value in asked.items()}
    assert terms.demand(amounts.pop("balance"), **amounts) == Decimal(demand)


def test_the_short_form_is_the_same_rule() -> None:
    terms = {"share": Decimal("0.1"), "floor": Decimal(25), "unit": CENT}
    assert minimum_due(Decimal("333.33"), past_due=Decimal(10), **terms) == Decimal("43.33")


@given(st.integers(0, 10**6), st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 30)), max_size=5))
def test_an_excess_is_spread_whole_up_to_what_is_owed(excess: int, balances: list[tuple[int, int]]) -> None:
    parts = [
        Balance(str(place), Decimal(amount), Decimal(rate)) for place, (amount, rate) in enumerate(balances)
    ]
    paid = spread_excess(Decimal(excess), parts)
    assert sum(paid.values()) == min(excess, sum(part.amount for part in parts))
    for part in parts:  # nothing goes to a cheaper balance while a dearer one is open
        if paid[part.name] > 0:
            assert all(paid[other.name] == other.amount for other in parts if other.apr_pct > part.apr_pct)


@pytest.mark.parametrize(
    ("cycles", "paid"),
    [
        (None, (100, 300, 100)),
        (3, (100, 300, 100)),
        (2, (0, 0, 500)),  # 12 CFR 1026.53(b)(1)(i): the two cycles before the interest falls due
        (1, (0, 0, 500)),
        (0, (100, 300, 100)),  # it has fallen due: a balance like the others
    ],
)
def test_a_deferred_balance_comes_first_in_its_last_two_cycles(
    cycles: int | None, paid: tuple[int, ...]
) -> None:
    parts = [
        Balance("cash", Decimal(100), Decimal(20)),
        Balance("purchase", Decimal(300), Decimal(18)),
        Balance("furniture", Decimal(600), Decimal(12), cycles),
    ]
    assert tuple(spread_excess(Decimal(500), parts).values()) == paid


def test_the_average_daily_balance_counts_a_day_s_entries_on_that_day() -> None:
    entries = [Entry(14, Decimal(200)), Entry(20, Decimal(99)), Entry(26, Decimal(-500))]
    # (13 · 900 + 6 · 1 100 + 6 · 1 199 + 5 · 699) / 30
    assert average_daily_balance(Decimal(900), entries, 30) == Decimal("966.3")
    # without the purchases: (25 · 900 + 5 · 400) / 30
    old = average_daily_balance(Decimal(900), entries, 30, counts_new_purchases=False)
    assert round(old, 2) == Decimal("816.67")


def test_a_cycle_is_charged_by_its_method() -> None:
    assert charged_balance(Method.PREVIOUS, Decimal("124.78"), Decimal(100)) == Decimal("124.78")
    assert charged_balance(Method.ADJUSTED, Decimal("124.78"), Decimal(100)) == Decimal("24.78")
    charge = finance_charge(Decimal("124.78"), Decimal("0.0125"))
    assert charge == Decimal("1.56")  # 1.55975
    new = new_balance(Decimal("124.78"), charge, Decimal("106.77"), Decimal(100))
    assert new == Decimal("133.11")
    assert finance_charge(Decimal(-5), Decimal("0.0125")) == 0


@given(st.integers(1, 10**6), RATES, st.integers(1, 120))
def test_a_level_payment_clears_the_debt_in_time(amount: int, rate: Decimal, months: int) -> None:
    payment = level_payment(Decimal(amount), rate, months)
    assert len(project(Decimal(amount), rate, fixed(payment)).months) <= months


@given(st.integers(100, 10**6), RATES, st.sampled_from([None, CENT]))
def test_everything_paid_is_the_debt_and_its_interest(
    amount: int, rate: Decimal, unit: Decimal | None
) -> None:
    plan = project(Decimal(amount), rate, declining(Decimal("0.05"), Decimal(25)), unit=unit)
    assert abs(plan.total_paid - amount - plan.total_interest) < Decimal("1e-12")
    assert plan.months[-1].balance == 0


def test_a_share_of_the_balance_without_interest_on_top_takes_longer_to_fall() -> None:
    """Of 5 % a month 1 % is interest, so the balance falls by 4 %, until the floor speeds it up."""
    plan = project(
        Decimal(1000), Decimal("0.01"), declining(Decimal("0.05"), Decimal(25), adds_interest=False)
    )
    assert [round(month.payment, 2) for month in plan.months[:3]] == [50, 48, Decimal("46.08")]
    assert (len(plan.months), round(plan.total_interest, 2)) == (40, Decimal("185.67"))


@given(st.integers(100, 10**5), RATES, st.integers(0, 500))
def test_paying_more_saves_months_and_interest(amount: int, rate: Decimal, extra: int) -> None:
    least = declining(Decimal("0.05"), Decimal(25))
    plain = project(Decimal(amount), rate, least, unit=CENT)
    more = project(Decimal(amount), rate, with_more(least, Decimal(extra)), unit=CENT)
    saved = saving(plain, more)
    assert saved.months >= 0
    assert saved.interest >= 0


def test_paying_a_share_first_leaves_interest_on_the_rest() -> None:
    left = balance_after(Decimal(42), Decimal(20) / 1200, Decimal("0.04"), 12)
    assert round(left, 2) == Decimal("31.38")


def test_months_at_a_daily_rate() -> None:
    assert months_at_daily_rate(Decimal(12000), Decimal(12), Decimal(200)) == 92
    assert months_at_daily_rate(Decimal(1000), Decimal(0), Decimal(300)) == 4


def test_what_never_ends_or_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="1200 months"):
        project(Decimal(1000), Decimal("0.02"), fixed(Decimal(20)))
    with pytest.raises(ValueError, match="never ends"):
        months_at_daily_rate(Decimal(12000), Decimal(30), Decimal(200))
    with pytest.raises(ValueError, match="share from 0 to 1"):
        MinimumRule(share=Decimal(2))
    with pytest.raises(ValueError, match="not one of the cycle"):
        average_daily_balance(Decimal(1), [Entry(31, Decimal(1))], 30)
    with pytest.raises(ValueError, match="at least one day"):
        average_daily_balance(Decimal(1), [], 0)
    with pytest.raises(ValueError, match="0 or more"):
        spread_excess(Decimal(-1), [])
