"""The portal's letters and texts leave behind its pages, by threads of two pools."""

import threading

from accounts import letters
from notifications import direct
from tests.waiting import PATIENCE


def wait_until_all_have_left() -> None:
    """All that were handed over so far: as many tasks as a pool has threads wait for each other, so they fill it."""
    for pool in (letters.POOL, direct.POOL):
        together = threading.Barrier(pool._max_workers)
        for task in [pool.submit(together.wait) for _ in range(together.parties)]:
            task.result(timeout=PATIENCE)
