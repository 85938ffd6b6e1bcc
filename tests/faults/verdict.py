"""The verdict: what the provider truly received, held against the books. Pure.

The provider's own record says what was received and when; PostgreSQL says in which order the engine's
decisions, the stops and the payments were committed (pg_xact_commit_timestamp). Neither trusts the engine's own
columns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

SILENT = ("suppressed", "expired", "cancelled")
MOST_A_DAY = 1  # messages for one person: rule careful.daily, which binds everywhere


@dataclass(frozen=True)
class Received:
    """One message that the provider took."""

    at: datetime
    attempt: UUID
    person: int
    reference: str  # the provider's own id; empty for a mail
    bills: tuple[int, ...]  # those whose amounts it names


@dataclass(frozen=True)
class Reminder:
    """A reminder as the books have it."""

    bill: int
    state: str
    has_reasons: bool
    is_waiting: bool  # its next look lies ahead
    notes: int = 0  # in the inbox, which are delivered by being committed


@dataclass(frozen=True)
class Books:
    due: Mapping[int, datetime]  # bill → when it fell due
    closed: frozenset[int]  # bills that are paid
    reminders: Sequence[Reminder]
    decided: Mapping[UUID, datetime]  # attempt → commit of its decision
    references: Mapping[UUID, str]  # attempt → the provider's id, where the books have one
    stopped: Mapping[int, datetime]  # person → commit of the stop
    paid: Mapping[int, datetime]  # bill → commit of the payment that closed it
    unknown: Mapping[str, int] = field(default_factory=dict)  # why, in the books' words → reminders
    said_stop: Mapping[int, str] = field(default_factory=dict)  # person → what is known of it
    notices: frozenset[UUID] = frozenset()  # attempts that speak of no bill, and take no day's place


class Wrong(StrEnum):
    """What must never be found."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    UNBOOKED = "unbooked"  # received, and the books say that it was not sent
    MISTAKEN = "mistaken"  # booked under the provider's id of another message
    STOP_LOST = "stops_lost"  # the person said it, and the books do not have it
    AFTER_STOP = "sent_after_stop"  # decided after the stop was committed
    AFTER_PAYMENT = "sent_after_payment"  # decided after the payment was committed
    OVER_CAP = "over_cap"


@dataclass
class Verdict:
    reminders: int = 0
    delivered: int = 0
    unknown: int = 0
    unknown_because: Mapping[str, int] = field(default_factory=dict)
    notices: int = 0  # of service, as that a number cannot be reached
    wrong: dict[Wrong, list[str]] = field(default_factory=lambda: {kind: [] for kind in Wrong})
    states: Counter[str] = field(default_factory=Counter)
    # Decided before the stop or payment and received after it: milliseconds.
    on_their_way_at_stop: list[int] = field(default_factory=list)
    on_their_way_at_payment: list[int] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)  # seconds from due to received

    @property
    def is_clean(self) -> bool:
        return not any(self.wrong.values())

    def find(self, kind: Wrong, what: str, is_so: bool = True) -> None:
        """Note what is wrong, in words for whoever looks for the cause."""
        if is_so:
            self.wrong[kind].append(what)

    def to_json(self) -> dict[str, Any]:
        lags = sorted(self.lags)
        return {
            "reminders": self.reminders,
            "delivered": self.delivered,
            **{kind.value: len(found) for kind, found in self.wrong.items()},
            "on_their_way_at_stop": _late(self.on_their_way_at_stop),
            "on_their_way_at_payment": _late(self.on_their_way_at_payment),
            "unknown": self.unknown,
            "unknown_because": dict(sorted(self.unknown_because.items(), key=lambda item: -item[1])),
            "notices": self.notices,
            "lag_p50_s": _percentile(lags, 50),
            "lag_p99_s": _percentile(lags, 99),
            "states": dict(sorted(self.states.items())),
        }


def judge(books: Books, received: Sequence[Received], *, lag_until: datetime) -> Verdict:
    """lag_until: what came later came after the clock was moved on, and says nothing of the lag."""
    everything = len(received)
    received = [message for message in received if message.bills or message.attempt not in books.notices]
    verdict = Verdict(reminders=len(books.due), notices=everything - len(received))
    verdict.unknown_because = dict(books.unknown)
    heard = Counter(bill for message in received for bill in message.bills)
    known = {reminder.bill for reminder in books.reminders}
    for reminder in books.reminders:
        _judge_reminder(reminder, heard[reminder.bill], verdict)
    for bill in books.due.keys() - known - books.closed:
        verdict.find(Wrong.LOST, f"bill {bill}: due, open and never planned")
    for bill in heard.keys() - known:
        verdict.find(Wrong.UNBOOKED, f"bill {bill}: received and never planned")
    for person in books.said_stop.keys() - books.stopped.keys():
        verdict.find(Wrong.STOP_LOST, f"person {person}: {books.said_stop[person]}")
    for message in received:
        _judge_message(message, books, verdict)
    for person, number in Counter(message.person for message in received).items():
        verdict.find(Wrong.OVER_CAP, f"person {person}: {number} messages", number > MOST_A_DAY)
    verdict.lags = [
        (message.at - books.due[bill]).total_seconds()
        for message in received
        for bill in message.bills
        if message.at < lag_until
    ]
    return verdict


def _judge_reminder(reminder: Reminder, texts: int, verdict: Verdict) -> None:
    """A reminder was heard, waits with a reason, fell away with a reason, or is known to be unknown; or is lost."""
    verdict.states[reminder.state] += 1
    times = texts + reminder.notes
    what = f"{reminder}, {texts} received"
    verdict.delivered += times > 0
    verdict.find(Wrong.DUPLICATED, what, times > 1)
    match reminder.state:
        case "sent":
            verdict.find(Wrong.LOST, what, times == 0)
        case "unknown":
            verdict.unknown += 1
        case "planned":
            verdict.find(Wrong.LOST, what, not (reminder.has_reasons and reminder.is_waiting))
            verdict.find(Wrong.UNBOOKED, what, times > 0)
        case state if state in SILENT:
            verdict.find(Wrong.LOST, what, not reminder.has_reasons)
            verdict.find(Wrong.UNBOOKED, what, times > 0)
        case _:
            verdict.find(Wrong.LOST, what)


def _judge_message(message: Received, books: Books, verdict: Verdict) -> None:
    decided = books.decided.get(message.attempt)
    if decided is None:
        verdict.find(Wrong.UNBOOKED, f"{message}: no such attempt")
        return
    known = books.references.get(message.attempt, "")
    is_other = bool(known and message.reference) and known != message.reference
    verdict.find(Wrong.MISTAKEN, f"{message}: booked as {known}", is_other)
    if stopped := books.stopped.get(message.person):
        verdict.find(Wrong.AFTER_STOP, f"{message}: {stopped} < {decided}", decided > stopped)
        verdict.on_their_way_at_stop += _after(message, stopped, decided)
    for paid in filter(None, map(books.paid.get, message.bills)):
        verdict.find(Wrong.AFTER_PAYMENT, f"{message}: {paid} < {decided}", decided > paid)
        verdict.on_their_way_at_payment += _after(message, paid, decided)


def _after(message: Received, silenced: datetime, decided: datetime) -> Iterable[int]:
    if decided <= silenced < message.at:
        yield round((message.at - silenced) / timedelta(milliseconds=1))


def _late(milliseconds: Sequence[int]) -> dict[str, int]:
    return {"messages": len(milliseconds), "longest_ms": max(milliseconds, default=0)}


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least so many percent do not exceed."""
    if not ordered:
        return None
    return round(ordered[-(-len(ordered) * percent // 100) - 1], 2)
