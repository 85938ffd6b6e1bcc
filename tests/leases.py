"""Leases go by the database's own clock, which no test can move: what was leased grows older instead."""

from datetime import timedelta

from django.db import connection

from notifications.settle import LEASE

OLDER = (
    "UPDATE notifications_lane SET leased_until = leased_until - %s WHERE leased_until IS NOT NULL",
    "UPDATE notifications_portion SET made_at = made_at - %s",
)


def lapse(by: timedelta = 2 * LEASE) -> None:
    """All that is leased now, as it will be after so long."""
    with connection.cursor() as cursor:
        for statement in OLDER:
            cursor.execute(statement, [by])
