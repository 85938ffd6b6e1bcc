"""All connections to the test's database break, as at its restart."""

import psycopg
from django.db import connection

# Each waits until it has ended, at most 5,000 ms.
END_ALL_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def break_all() -> None:
    """Nobody who holds one notices before they use it."""
    known = connection.get_connection_params()
    where = {name: known[name] for name in ("host", "port", "user", "dbname")}
    with psycopg.connect(**where, autocommit=True) as other:
        other.execute(END_ALL_OTHERS)
