"""A breaker opens on faults, lets a few try after its pause, and closes when they did well."""

from hypothesis import given
from hypothesis import strategies as st

from notifications.traffic.breaker import (
    LONGEST_PAUSE,
    PROBE_PATIENCE,
    PROBES,
    Breaker,
    State,
    pause,
    with_calls,
    with_probes_taken,
)

NOW = 1_780_000_000.0


def opened(**known):
    return with_calls(Breaker(), calls=100, faults=100, now=NOW, **known)


def half_open():
    return with_probes_taken(opened(), PROBES, now=NOW + 30)[0]


def test_half_of_many_calls_failing_opens_it_and_less_does_not():
    assert with_calls(Breaker(), calls=100, faults=50, now=NOW).state is State.OPEN
    assert with_calls(Breaker(), calls=100, faults=49, now=NOW).state is State.CLOSED


def test_a_few_faults_are_no_proof():
    assert with_calls(Breaker(), calls=9, faults=9, now=NOW).state is State.CLOSED


def test_faults_of_an_hour_ago_count_no_more():
    told = with_calls(Breaker(), calls=9, faults=9, now=NOW)
    assert with_calls(told, calls=9, faults=9, now=NOW + 3600).state is State.CLOSED
    assert with_calls(told, calls=9, faults=9, now=NOW + 1).state is State.OPEN


def test_while_it_is_open_nobody_may_try():
    assert with_probes_taken(opened(), 100, now=NOW + 29) == (opened(), 0)


def test_after_the_pause_a_few_may_try_whoever_asks_first():
    breaker, first = with_probes_taken(opened(), 3, now=NOW + 30)
    breaker, second = with_probes_taken(breaker, 100, now=NOW + 31)
    breaker, third = with_probes_taken(breaker, 100, now=NOW + 32)
    assert (first, second, third) == (3, PROBES - 3, 0)


def test_it_closes_when_every_probe_did_well():
    breaker = with_calls(half_open(), calls=PROBES - 1, faults=0, now=NOW + 31)
    assert breaker.state is State.HALF_OPEN
    breaker = with_calls(breaker, calls=1, faults=0, now=NOW + 31)
    assert breaker == Breaker(at=NOW + 31)


def test_one_failed_probe_opens_it_again_for_twice_as_long():
    breaker = with_calls(half_open(), calls=PROBES, faults=1, now=NOW + 31)
    assert (breaker.state, breaker.until) == (State.OPEN, NOW + 31 + 60)


def test_probes_whose_worker_died_are_given_out_anew():
    lost = half_open()
    assert with_probes_taken(lost, 1, now=NOW + 30 + PROBE_PATIENCE - 1)[1] == 0
    assert with_probes_taken(lost, 1, now=NOW + 30 + PROBE_PATIENCE)[1] == 1


def test_the_providers_own_patience_is_kept_up_to_ten_minutes():
    assert opened(patience=120).until == NOW + 120
    assert opened(patience=86_400).until == NOW + LONGEST_PAUSE


def test_outcomes_of_calls_begun_before_it_opened_change_nothing():
    assert with_calls(opened(), calls=500, faults=500, now=NOW + 1) == opened()


def test_the_pause_doubles_up_to_ten_minutes():
    assert [pause(trips) for trips in range(1, 8)] == [30, 60, 120, 240, 480, 600, 600]


moves = st.lists(
    st.tuples(st.floats(0, 1000), st.integers(0, 50), st.floats(0, 1), st.integers(0, 10)), max_size=50
)


@given(moves)
def test_whatever_happens_it_is_never_stuck_and_never_gives_more_probes_than_there_are(moves):
    breaker, now = Breaker(), NOW
    for wait, calls, share, wanted in moves:
        now += wait
        breaker, taken = with_probes_taken(breaker, wanted, now=now)
        assert 0 <= taken <= min(wanted, PROBES)
        breaker = with_calls(breaker, calls=calls, faults=int(calls * share), now=now)
        assert 0 <= breaker.probes <= PROBES
    much_later = now + LONGEST_PAUSE + PROBE_PATIENCE
    assert breaker.state is State.CLOSED or with_probes_taken(breaker, 1, now=much_later)[1] == 1
