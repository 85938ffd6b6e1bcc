"""What is new for one person: the numbers in the navigation, and a mark that changes when they or the inbox do."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, Max, OuterRef, QuerySet, Subquery

from accounts.models import User
from notifications import inbox
from notifications.conversations import journeys as conversations


@dataclass(frozen=True)
class News:
    messages: int  # in the inbox, not seen yet
    answers: int  # conversations with an answer not read yet
    latest: datetime | None  # UTC; when the newest message of the inbox was begun

    @property
    def mark(self) -> str:
        """Two pages with the same mark show the same."""
        at = int(self.latest.timestamp() * 1000) if self.latest else 0
        return f"{self.messages}-{self.answers}-{at}"


NOTHING = News(0, 0, None)


def of(user_id: int) -> News:
    """One query by index, however often a page asks."""
    statement, parameters = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, (*parameters, user_id))
        new, waiting, latest = cursor.fetchone()
    return News(new or 0, waiting or 0, latest)


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The SQL, and its parameters before the login's id, which is the last. Every page asks, and to put it together
    took longer than to run it.
    """
    login = OuterRef("pk")
    messages, answers = inbox.of_login(login), conversations.unread_of_login(login)
    figures = User.objects.filter(pk=0).values_list(
        _of_all(messages.filter(inbox.IS_NEW), "borrower", Count("pk")),
        _of_all(answers, "conversation__borrower", Count("conversation", distinct=True)),
        _of_all(messages, "borrower", Max("started_at")),
    )
    statement, parameters = figures.query.sql_with_params()
    return statement, parameters[:-1]


def _of_all(rows: QuerySet[Any], whose: str, sum_: Aggregate) -> Subquery:
    """One figure of all these rows, which are one person's; NULL where there are none. whose: that person's column."""
    return Subquery(rows.order_by().values(whose).annotate(found=sum_).values("found"))
