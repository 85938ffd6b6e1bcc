"""All connections to the test's database break, as at its restart."""

import psycopg
from django.db import connection

# Each waits until it has ended, at most 5,000 ms.
END_ALL_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def begin_anew() -> None:
    """A pool of one connection. Older tests leave up to eight, and of those that broke one try finds a few: it waits
    longer after each (docs/operation.md)."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def break_all() -> None:
    """Nobody who holds one notices before they use it."""
    known = connection.get_connection_params()
    where = {name: known[name] for name in ("host", "port", "user", "dbname")}
    with psycopg.connect(**where, autocommit=True) as other:
        other.execute(END_ALL_OTHERS)
