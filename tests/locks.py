"""Two at once: one in a thread, held up by a lock that the test has."""

import threading
import time

from django.db import connection, connections

WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def in_thread(act) -> threading.Thread:
    def work() -> None:
        act()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until_somebody_waits() -> None:
    end = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits for a lock.")
