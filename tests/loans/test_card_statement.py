"""A cycle's close adds up, and demands what the agreement says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.card_interest import Entry
from loans.card_statement import CardTerms, Cycle, Statement, close
from loans.cards import MinimumRule
from loans.projection import least, project

RULE = MinimumRule(share=Decimal("0.02"), floor=Decimal(25))
TERMS = CardTerms(apr_pct=Decimal(24), minimum=RULE, credit_limit=Decimal(1000))
ENTRIES = st.lists(
    st.builds(
        Entry, st.integers(1, 30), st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)
    ),
    max_size=6,
)


def closed(terms: CardTerms, opening: Decimal, entries: list[Entry], **more: Decimal) -> Statement:
    return close(terms, Cycle(opening=opening, entries=entries, days=30, **more))


@given(st.integers(-10_000, 500_000), ENTRIES, st.booleans(), st.integers(0, 5_000))
def test_opening_and_what_happened_make_the_closing_balance(
    opening: int, entries: list[Entry], grace: bool, fees: int
) -> None:
    terms = CardTerms(apr_pct=Decimal(24), minimum=RULE, has_grace=grace)
    start, charged = Decimal(opening) / 100, Decimal(fees) / 100
    one = closed(terms, start, entries, fees=charged)
    assert one.closing == start + one.purchases + one.interest + one.fees - one.payments
    assert one.purchases - one.payments == sum(entry.amount for entry in entries)
    assert one.interest >= 0
    assert 0 <= one.minimum <= max(one.closing, Decimal(0))


def test_a_cycle_is_charged_on_its_average_balance() -> None:
    entries = [Entry(14, Decimal(200)), Entry(20, Decimal(99)), Entry(26, Decimal(-500))]
    one = closed(TERMS, Decimal(900), entries, last_minimum=Decimal(520))
    # 966.30 · 24 % · 30 / 365 = 19.06; max(2 % of 718.06, 25) + 20 past due
    assert (one.interest, one.closing) == (Decimal("19.06"), Decimal("718.06"))
    assert (one.past_due, one.over_limit, one.minimum) == (20, 0, 45)


def test_a_balance_paid_in_full_bears_no_interest() -> None:
    entries = [Entry(10, Decimal(-900)), Entry(12, Decimal(300))]
    assert closed(TERMS, Decimal(900), entries).interest == 0
    without = CardTerms(apr_pct=Decimal(24), minimum=RULE, has_grace=False)
    assert closed(without, Decimal(900), entries).interest > 0


def test_what_is_over_the_limit_is_demanded() -> None:
    one = closed(TERMS, Decimal(0), [Entry(1, Decimal(1200))])
    assert (one.over_limit, one.minimum) == (200, 225)


def test_paying_only_the_minimum_says_how_long_it_takes_and_what_it_costs() -> None:
    plan = project(Decimal(2000), Decimal("0.015"), least(RULE), unit=Decimal("0.01"))
    assert (len(plan.months), plan.total_interest) == (182, Decimal("3198.35"))
    assert plan.total_paid == 2000 + plan.total_interest


def test_an_apr_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 % or more"):
        CardTerms(apr_pct=Decimal(-1), minimum=RULE)
