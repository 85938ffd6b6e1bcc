"""A person's contacts as caps count them: what the portal sent, and the calls, visits and letters staff recorded."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from notifications import queries
from notifications.gate_terms import History
from notifications.law.case import PriorContact

LONGEST_WINDOW = timedelta(days=32)  # what caps look back: a month, and a day for the zones


def of(borrower_ids: Sequence[int], *, now: datetime) -> dict[int, History]:
    """The contacts of each borrower outside the inbox, as far back as any cap looks. One query.

    What may have reached the person counts: also a call under way and one whose outcome nobody knows.
    """
    found: defaultdict[int, History] = defaultdict(tuple)
    with connection.cursor() as cursor:
        cursor.execute(
            queries.CONTACTS, {"borrowers": queries.array(borrower_ids), "since": now - LONGEST_WINDOW}
        )
        for borrower_id, at, channel, outcome, is_inbound, address, accounts in cursor.fetchall():
            found[borrower_id] += (
                PriorContact(
                    at=at,
                    channel=channel,
                    outcome=outcome,
                    is_inbound=is_inbound,
                    debts=frozenset(map(str, accounts)),
                    address=address,
                ),
            )
    return dict(found)
