"""The spool: what it has taken is on disk, nobody else may read it, and it comes out once the database takes it."""

import multiprocessing
import os
import stat

import pytest

from notifications.hooks import spool
from notifications.hooks.spool import SpoolFull, append, drain, waits

ROOM = 1 << 20


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "spool"


def numbers(folder):
    taken = []
    drain(folder, lambda event: taken.append(event["n"]))
    return taken


def test_what_went_in_comes_out_in_order_and_once(folder):
    for n in range(5):
        append(folder, {"n": n, "text": "退订\n"}, limit=ROOM)
    assert numbers(folder) == [0, 1, 2, 3, 4]
    assert numbers(folder) == []
    assert not waits(folder)


def test_only_its_owner_may_read_it(folder):
    append(folder, {"n": 1}, limit=ROOM)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())]
    assert modes[0] == 0o700
    assert set(modes[1:]) == {0o600}


def test_a_drain_that_fails_keeps_everything_for_the_next(folder):
    for n in range(3):
        append(folder, {"n": n}, limit=ROOM)
    seen = []

    def away(event):
        seen.append(event["n"])
        if event["n"] == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        drain(folder, away)
    append(folder, {"n": 3}, limit=ROOM)
    assert numbers(folder) == [0, 1, 2, 3]


def test_it_takes_no_more_than_its_limit(folder):
    append(folder, {"n": 0}, limit=20)
    with pytest.raises(SpoolFull):
        append(folder, {"n": 1, "text": "too long for the rest"}, limit=20)
    with pytest.raises(SpoolFull):
        append(folder, {"text": "x" * spool.LONGEST_LINE}, limit=ROOM * 10)
    assert numbers(folder) == [0]


def test_half_a_line_of_a_power_cut_spoils_no_other(folder):
    append(folder, {"n": 0}, limit=ROOM)
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b'{"n": 1, "te\n')
    append(folder, {"n": 2}, limit=ROOM)
    assert numbers(folder) == [0, 2]


def _append_many(folder, first):
    for n in range(first, first + 50):
        append(folder, {"n": n}, limit=ROOM)


def test_many_processes_append_while_others_drain_and_nothing_is_lost(folder):
    workers = multiprocessing.get_context("spawn")
    processes = [workers.Process(target=_append_many, args=(folder, first)) for first in (0, 100)]
    for process in processes:
        process.start()
    taken = []
    while any(process.is_alive() for process in processes):
        taken += numbers(folder)
    for process in processes:
        process.join()
        assert process.exitcode == os.EX_OK
    taken += numbers(folder)
    assert sorted(taken) == [*range(50), *range(100, 150)]
