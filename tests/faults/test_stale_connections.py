"""The database was restarted between two requests: the connections that were kept are dead, and nobody notices."""

import psycopg
import pytest
from django.db import connection

# Each waits until it has ended, at most 5,000 ms.
END_ALL_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.django_db(transaction=True)
def test_connections_that_died_in_the_pool_cost_no_request() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of what earlier tests kept: see docs/operation.md
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()  # back into the pool, as at a request's end
    known = connection.get_connection_params()
    where = {name: known[name] for name in ("host", "port", "user", "dbname")}
    with psycopg.connect(**where, autocommit=True) as other:
        other.execute(END_ALL_OTHERS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
