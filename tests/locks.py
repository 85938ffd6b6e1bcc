"""Two at once: one in a thread, held up by a lock that the test has."""

import threading

from django.db import connection, connections

from tests.waiting import until

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
    with connection.cursor() as cursor:
        until(lambda: cursor.execute(WAITING).fetchone()[0], "somebody waits for a lock")
