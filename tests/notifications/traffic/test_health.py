"""Shares follow how providers do, and come back to the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.traffic import health, routing
from notifications.traffic.health import HALF_LIFE, USUAL, Health

NOW = 1_780_000_000.0

counts = st.integers(0, 10_000)
ages = st.floats(0, 24 * 3600)


@st.composite
def healths(draw):
    calls, receipts = draw(counts), draw(counts)
    return Health(
        calls, draw(st.integers(0, calls)), receipts, receipts * draw(st.floats(0, 600)), NOW - draw(ages)
    )


def test_the_worked_numbers_of_the_module_hold():
    told = health.with_calls(Health(), calls=100, faults=30, now=NOW)
    assert health.error_rate(told, now=NOW) == 0.25  # 30 / (100 + 20)
    assert health.factor(told, now=NOW) == 0.5625  # 0.75²
    later = health.factor(told, now=NOW + HALF_LIFE)
    assert later == pytest.approx((1 - 15 / 70) ** 2)
    assert health.factor(told, now=NOW + 3600) == pytest.approx(1, abs=0.003)


def test_slow_receipts_take_from_the_share_and_quick_ones_add_nothing():
    slow = quick = Health()
    for _ in range(20):
        slow = health.with_receipt(slow, seconds=60, now=NOW)
        quick = health.with_receipt(quick, seconds=1, now=NOW)
    assert health.delivery_seconds(slow, now=NOW) == 40  # (20·60 + 20·20) / 40
    assert health.factor(slow, now=NOW) == USUAL / 40
    assert health.factor(quick, now=NOW) == 1


@given(healths(), ages)
def test_the_factor_is_above_0_and_at_most_1(known, later):
    assert 0 < health.factor(known, now=NOW + later) <= 1


@given(healths())
def test_after_a_day_without_news_nothing_is_held_against_it(known):
    assert health.factor(known, now=known.at + 24 * 3600) == pytest.approx(1)


@given(healths(), ages, ages)
def test_with_time_alone_a_provider_only_recovers(known, one, other):
    sooner, later = sorted((one, other))
    assert health.factor(known, now=NOW + sooner) <= health.factor(known, now=NOW + later) + 1e-9


@given(healths(), st.integers(1, 1000))
def test_more_faults_never_help(known, calls):
    good = health.with_calls(known, calls=calls, faults=0, now=NOW)
    bad = health.with_calls(known, calls=calls, faults=1, now=NOW)
    assert health.factor(bad, now=NOW) < health.factor(good, now=NOW)


@given(healths(), st.integers(1, 5))
def test_it_is_all_the_same_in_how_many_portions_outcomes_are_told(known, portions):
    at_once = health.with_calls(known, calls=10 * portions, faults=portions, now=NOW)
    for _ in range(portions):
        known = health.with_calls(known, calls=10, faults=1, now=NOW)
    assert health.factor(known, now=NOW) == pytest.approx(health.factor(at_once, now=NOW))


def test_a_clock_that_went_back_makes_nothing_grow():
    told = health.with_calls(Health(), calls=100, faults=50, now=NOW)
    assert health.faded(told, now=NOW - 3600).faults == 50


# ---------- shares and choice ----------

weights = st.dictionaries(st.sampled_from("abcde"), st.floats(0, 100), max_size=5)


def test_equal_health_leaves_the_configured_shares():
    assert routing.shares({"twilio": 3, "generic": 1}, {}, now=NOW) == {"twilio": 0.75, "generic": 0.25}


def test_a_provider_that_fails_half_its_calls_keeps_a_quarter_of_its_pull():
    failing = health.with_calls(Health(), calls=100_000, faults=50_000, now=NOW)
    parts = routing.shares({"twilio": 3, "generic": 1}, {"twilio": failing}, now=NOW)
    assert parts["twilio"] == pytest.approx(3 * 0.25 / (3 * 0.25 + 1), abs=0.001)


@given(weights, st.dictionaries(st.sampled_from("abcde"), healths()))
def test_shares_are_a_whole_and_none_falls_to_who_has_no_weight(weights, known):
    parts = routing.shares(weights, known, now=NOW)
    assert not parts or sum(parts.values()) == pytest.approx(1)
    assert all(parts[name] == 0 for name in parts if weights[name] == 0)


@given(weights, st.floats(0, 1, exclude_max=True))
def test_the_choice_falls_on_somebody_with_a_share(weights, point):
    parts = routing.shares(weights, {}, now=NOW)
    chosen = routing.choose(parts, point)
    assert (chosen is None) == (not parts)
    assert chosen is None or parts[chosen] > 0


def test_points_spread_evenly_give_each_its_share():
    chosen = [routing.choose({"twilio": 0.75, "generic": 0.25}, n / 1000) for n in range(1000)]
    assert (chosen.count("twilio"), chosen.count("generic")) == (750, 250)
