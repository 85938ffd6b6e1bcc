"""A run is drawn from its seed, and leaves no fault out."""

from collections import Counter
from datetime import timedelta

from tests.faults.acts import phone_of
from tests.faults.scenario import ANSWERS, MODES, RECEIPTS, Act, Scenario, behaviour, draw, kinds
from tests.faults.test_short_run import SHORT

PROCESSES = kinds(workers=8, beats=2)


def test_the_same_seed_draws_the_same_run_and_another_another() -> None:
    runs = [draw(reminders=300, kills=4, kinds=PROCESSES, seed=seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def short_run() -> Scenario:
    processes = kinds(workers=SHORT["workers"], beats=2)
    return draw(reminders=SHORT["reminders"], kills=SHORT["kills"], kinds=processes, seed=SHORT["seed"])


def test_the_short_run_has_every_fault_and_just_its_kills_and_reminders() -> None:
    drawn = short_run()
    done = Counter(event.act for event in drawn.events)
    assert set(done) == set(Act)
    assert done[Act.KILL] == SHORT["kills"]
    assert len(drawn.bills) == sum(len(event.bills) for event in drawn.events) == SHORT["reminders"]
    assert max(abs(event.off) for event in drawn.events) == timedelta(hours=1)


def test_the_short_runs_first_calls_meet_every_way_in_which_the_provider_misbehaves() -> None:
    """Of people whom nothing silences, and who have no other channel."""
    drawn = short_run()
    silent = {event.subject for event in drawn.events if event.act in (Act.PAY, Act.STOP, Act.TEXT_STOP)}
    called = set(range(drawn.people)) - silent - drawn.with_email
    met = [behaviour(drawn.seed, phone_of(person), 1) for person in called]
    assert {how.mode for how in met} == set(MODES)
    assert {how.answers for how in met} == set(ANSWERS)
    assert {how.receipts for how in met} == set(RECEIPTS)
