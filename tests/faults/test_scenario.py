"""A run is drawn from its seed, and leaves no fault out."""

from collections import Counter

from tests.faults.scenario import Act, draw, kinds

PROCESSES = kinds(workers=8, beats=2)


def test_the_same_seed_draws_the_same_run_and_another_another() -> None:
    runs = [draw(reminders=300, kills=4, kinds=PROCESSES, seed=seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_shortest_run_has_every_fault_and_just_its_kills_and_reminders() -> None:
    drawn = draw(reminders=200, kills=4, kinds=PROCESSES, seed=1)
    done = Counter(event.act for event in drawn.events)
    assert set(done) == set(Act)
    assert done[Act.KILL] == 4
    assert len(drawn.bills) == sum(len(event.bills) for event in drawn.events) == 200
