"""A virtual clock: what a borrower would get, when, how, and why, as the sending gate decides it look by look.

Taken for granted: nothing is paid or changed in the meantime, and every message gets through at the first try.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

from accounts.models import Borrower
from notifications import ahead
from notifications.ahead import Ahead, Span
from notifications.choice import Choice
from notifications.context import Written
from notifications.deciding import Outgoing, Person, decide_together
from notifications.gate_terms import INBOX
from notifications.habit import NOBODY_KNOWS, Habit, PastBill, habit
from notifications.law.case import PriorContact
from notifications.material import Look
from notifications.past import contacts, habits
from notifications.past.habits import Record
from notifications.reason import Reason
from notifications.texts import Demand


@dataclass(frozen=True)
class Planned:
    """One message to come, or one that will not come."""

    at: datetime  # UTC, or in the borrower's zone
    channel: str  # empty where nothing is sent
    category: str
    looks: tuple[Look, ...]  # the reminders it is about, most urgent first
    reasons: tuple[Reason, ...]
    outgoing: Outgoing[Look] | None = None  # what is sent

    @property
    def is_sent(self) -> bool:
        return self.outgoing is not None

    @property
    def bills(self) -> tuple[Demand, ...]:
        return tuple(look.demand for look in self.looks)


def plan_for(borrower: Borrower, *, now: datetime, days: int, choice: Choice | None = None) -> list[Planned]:
    """Every reminder of the next `days` days, decided by the very gate that sends, in order of time.

    choice: another one than is stored, to see what it would change. ValueError: nobody knows the borrower's zone.
    """
    return [planned for planned, _ in with_words(borrower, now=now, days=days, choice=choice)]


def with_words(
    borrower: Borrower, *, now: datetime, days: int, choice: Choice | None = None
) -> list[tuple[Planned, Written | None]]:
    """As plan_for(), each message with the words it would have today: of a bill what is owed now."""
    span = Span(now, now + timedelta(days=days))
    ladder = ahead.stored_ladder()
    batch, found = ahead.load([borrower.pk], span=span, ladder=ladder, trial=choice)
    if borrower.pk not in found:
        raise ValueError(f"“{borrower.time_zone}” is not a time zone, so nothing is sent to {borrower}.")
    zone = found[borrower.pk].person.contact.zones[0]
    return [
        (
            replace(one, at=one.at.astimezone(zone)),
            batch.words(borrower.pk, one.outgoing) if one.outgoing else None,
        )
        for one in run(found[borrower.pk], span.end)
    ]


def run(found: Ahead, end: datetime) -> Iterator[Planned]:
    """Let time run from one look to the next, as the engine would, until `end` (UTC, not included)."""
    life = _Life(found)
    number = count()  # looks at the same instant keep their order
    heap = [(at, next(number), look) for at, look in found.coming]
    heapq.heapify(heap)
    while heap and heap[0][0] < end:
        now = heap[0][0]
        due: list[Look] = []
        while heap and heap[0][0] <= now:
            due.append(heapq.heappop(heap)[2])
        decisions = decide_together(life.person(now), [look.due for look in due], now=now)
        for outgoing in decisions.outgoing:
            yield Planned(now, outgoing.channel, outgoing.category, outgoing.keys, outgoing.reasons, outgoing)
            life.hears(outgoing, now)
        for look, later in decisions.waiting:
            moved = look._replace(facts=look.facts._replace(moved=later.reasons))
            heapq.heappush(heap, (later.until, next(number), moved))
        for look, never in decisions.dropped:
            yield Planned(now, "", look.facts.category, (look,), never.reasons)


class _Life:
    """What the engine would know of one person at each instant, were it to look them up anew."""

    def __init__(self, found: Ahead) -> None:
        self._found = found
        self._sent: list[PriorContact] = []
        self._asked: defaultdict[int, list[date]] = defaultdict(
            list
        )  # bill → days (UTC) of messages about it
        self._judged: tuple[date, Habit] | None = None

    def person(self, now: datetime) -> Person:
        start, since = self._found.person, now - contacts.LONGEST_WINDOW
        history = (*start.history, *self._sent)
        begun = tuple(silence for begins, silence in self._found.holds if begins <= now)
        in_force = (hold for hold in (*start.contact.holds, *begun) if hold.until is None or hold.until > now)
        return start._replace(
            contact=start.contact._replace(holds=tuple(in_force)),
            history=tuple(one for one in history if one.at > since),
            habit=self._habit(now.date()),
        )

    def hears(self, outgoing: Outgoing[Look], now: datetime) -> None:
        for look in outgoing.keys:
            self._asked[look.bill_id].append(now.date())
        if outgoing.channel == INBOX:  # caps do not count it
            return
        debts = frozenset(look.facts.account for look in outgoing.keys)
        address = self._found.addresses.get(outgoing.channel, "")
        self._sent.append(PriorContact(now, outgoing.channel, debts=debts, address=address))

    def _habit(self, today: date) -> Habit:
        """Open bills grow older, and fall due: a habit is not the same a month later."""
        if self._judged is None or self._judged[0] != today:
            bills = [self._bill(record) for record in habits.known_on(today, self._found.past)]
            self._judged = today, habit(bills, today=today) if bills else NOBODY_KNOWS
        return self._judged[1]

    def _bill(self, record: Record) -> PastBill:
        asked = self._asked.get(record.bill_id)
        return replace(record.past, asked_on=(*record.past.asked_on, *asked)) if asked else record.past
