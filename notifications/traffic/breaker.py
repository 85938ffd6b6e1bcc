"""The circuit breaker of one provider for one channel, as pure moves between three states.

    closed ── half of the last calls and at least LEAST_FAULTS of them failed ──▶ open, for a pause
    open ── the pause is over ──▶ half open: PROBES calls may try
    half open ── each probe well answered ──▶ closed
    half open ── a probe failed ──▶ open, for a pause twice as long (30 s, 60 s … 10 minutes)

A fault is a refusal for a reason of the provider's own, or no clear answer. While it is open nothing is called: the
reminders wait in their rows, which counts as no try, or go by another provider. Probes whose worker died are given
out anew after PROBE_PATIENCE. Instants are seconds since 1970.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

HALF_LIFE = 30.0  # seconds; shorter than a share's, for this is about now
LEAST_FAULTS = 10.0  # a few are no proof
MOST_FAULTY = 0.5  # of the calls
PROBES = 5
PROBE_PATIENCE = 60.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 600.0  # seconds


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Breaker:
    state: State = State.CLOSED
    until: float = 0.0  # open: the pause's end. Half open: when probes are given out anew
    trips: int = 0  # since it was last closed
    probes: int = 0  # half open: still to be given out
    good: int = 0  # half open: answered well
    calls: float = 0.0  # closed: fading sums
    faults: float = 0.0
    at: float = 0.0  # when they were last told


def is_due_for_probes(breaker: Breaker, *, now: float) -> bool:
    """May somebody try?"""
    if breaker.state is State.CLOSED:
        return False
    return now >= breaker.until or (breaker.state is State.HALF_OPEN and breaker.probes > 0)


def with_probes_taken(breaker: Breaker, wanted: int, *, now: float) -> tuple[Breaker, int]:
    """Take up to `wanted` probes. Returns how many it may be: 0 where it is closed or nobody may try yet."""
    if not is_due_for_probes(breaker, now=now) or wanted <= 0:
        return breaker, 0
    if now >= breaker.until:  # the pause is over, or those who took the last probes never told
        breaker = replace(breaker, state=State.HALF_OPEN, until=now + PROBE_PATIENCE, probes=PROBES, good=0)
    taken = min(wanted, breaker.probes)
    return replace(breaker, probes=breaker.probes - taken), taken


def with_calls(breaker: Breaker, *, calls: int, faults: int, now: float, patience: float = 0.0) -> Breaker:
    """After calls were answered, or were not. patience: seconds that the provider asked for, 0 if it did not."""
    if breaker.state is State.OPEN:  # they were begun before
        return breaker
    if breaker.state is State.HALF_OPEN:
        if faults:
            return _opened(breaker, now=now, patience=patience)
        good = breaker.good + calls
        return Breaker(at=now) if good >= PROBES else replace(breaker, good=good)
    d = 0.5 ** (max(0.0, now - breaker.at) / HALF_LIFE)
    told = replace(breaker, calls=breaker.calls * d + calls, faults=breaker.faults * d + faults, at=now)
    is_broken = told.faults >= LEAST_FAULTS and told.faults >= MOST_FAULTY * told.calls
    return _opened(told, now=now, patience=patience) if is_broken else told


def pause(trips: int) -> float:
    """Seconds until the next probes. Third trip: 120."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(trips - 1, 0), 10)))


def _opened(breaker: Breaker, *, now: float, patience: float) -> Breaker:
    trips = breaker.trips + 1
    return Breaker(
        State.OPEN, until=now + max(pause(trips), min(patience, LONGEST_PAUSE)), trips=trips, at=now
    )
