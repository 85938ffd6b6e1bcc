"""The database was restarted between two requests: the connections that were kept are dead, and nobody notices."""

import pytest
from django.db import connection

from tests import disconnect


@pytest.mark.django_db(transaction=True)
def test_connections_that_died_in_the_pool_cost_no_request() -> None:
    disconnect.begin_anew()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()  # back into the pool, as at a request's end
    disconnect.break_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
