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
from notifications import ahead, context, local_time
from notifications.ahead import Ahead, Span
from notifications.choice import Choice
from notifications.context import Batch, Written
from notifications.deciding import Outgoing, decide_together
from notifications.gate_terms import INBOX, Person
from notifications.habit import Habit, Kind
from notifications.law.case import PriorContact
from notifications.material import Look
from notifications.models import Hold
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


Told = tuple[Planned, Written | None]  # with its words, where something is sent


@dataclass(frozen=True)
class Looked:
    """What lies ahead of one borrower, read once: under the stored choice, and under others to see what they change."""

    borrower: Borrower  # with their preference
    ahead: Ahead
    habit: Habit  # as they read it
    _batch: Batch
    _span: Span

    @property
    def now(self) -> datetime:
        return self._span.start

    @property
    def today(self) -> date:
        """Where the borrower lives."""
        return local_time.today(self.borrower.time_zone, now=self.now)

    def planned(self, choice: Choice | None = None) -> list[Planned]:
        """Every reminder of the span, decided by the very gate that sends, in order of time; in the borrower's zone.

        choice: another one than is stored.
        """
        zone = self.ahead.person.contact.zones[0]
        lived = self.ahead.tried(choice) if choice else self.ahead
        return [replace(one, at=one.at.astimezone(zone)) for one in run(lived, self._span.end)]

    def told(self, choice: Choice | None = None) -> list[Told]:
        """The same, each message with the words it would have today: of a bill what is owed now."""
        return [
            (one, self._batch.words(self.borrower.pk, one.outgoing) if one.outgoing else None)
            for one in self.planned(choice)
        ]

    def holds(self) -> list[Hold]:
        """Those in force now, the oldest first."""
        return [hold for hold in self.ahead.holds if hold.started_at <= self.now]


def look(borrower: Borrower, *, now: datetime, days: int) -> Looked:
    """What the next `days` days bring: ten queries. ValueError: nobody knows the borrower's zone."""
    span = Span(now, now + timedelta(days=days))
    people = Borrower.objects.select_related("preference").annotate(pays_by_itself=habits.pays_by_itself())
    person = people.get(pk=borrower.pk)
    batch, found = ahead.load([person], span=span, ladder=ahead.stored_ladder())
    if person.pk not in found:
        raise ValueError(f"“{borrower.time_zone}” is not a time zone, so nothing is sent to {borrower}.")
    known = habits.judged(found[person.pk].past, today=now.date())
    # Who pays all their open accounts automatically does nothing by hand.
    habit = replace(known, kind=Kind.AUTOPAY) if person.pays_by_itself else known
    return Looked(person, found[person.pk], habit, batch, span)


def run(found: Ahead, end: datetime) -> Iterator[Planned]:
    """Let time run from one look to the next, as the engine would, until `end` (UTC, not included)."""
    life = _Life(found)
    number = count()  # looks at the same instant keep their order
    heap = [(one.at, next(number), one.look) for one in found.coming]
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
        self._holds = [(hold.started_at, context.silence(hold)) for hold in found.holds]
        self._sent: list[PriorContact] = []
        self._asked: defaultdict[int, list[date]] = defaultdict(
            list
        )  # bill → days (UTC) of messages about it
        self._judged: tuple[date, Habit] | None = None

    def person(self, now: datetime) -> Person:
        start, since = self._found.person, now - contacts.LONGEST_WINDOW
        history = (*start.history, *self._sent)
        begun = (silence for begins, silence in self._holds if begins <= now)
        in_force = (hold for hold in begun if hold.until is None or hold.until > now)
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
            self._judged = today, habits.judged(map(self._told, self._found.past), today=today)
        return self._judged[1]

    def _told(self, record: Record) -> Record:
        """With the messages of this life."""
        asked = self._asked.get(record.bill_id)
        if not asked:
            return record
        return record._replace(past=replace(record.past, asked_on=(*record.past.asked_on, *asked)))
