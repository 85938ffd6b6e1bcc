"""The whole portfolio on a virtual clock, through the functions that send; and what it amounts to. Writes nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications import ahead, preview
from notifications.ahead import Ahead, Ladder, Span
from notifications.context import Batch
from notifications.preview import Planned

CHUNK = 1000  # borrowers known at once: what bounds the memory, at seven queries each

Progress = Callable[[int], None]  # borrowers that are done


class Told(NamedTuple):
    """One message that a borrower would get, or a reminder that would fall away."""

    borrower_id: int
    at: datetime  # in the borrower's zone
    planned: Planned
    segments: int = 0  # of a text message

    @property
    def day(self) -> date:
        return self.at.date()


class Price(NamedTuple):
    """What one segment of a text message costs."""

    amount: Decimal
    currency: str

    @classmethod
    def of_a_segment(cls) -> "Price":
        """From the setting SMS_SEGMENT_PRICE. ValueError: it is not an amount and a currency."""
        amount, _, currency = settings.SMS_SEGMENT_PRICE.partition(" ")
        if not amount.replace(".", "", 1).isdecimal() or not currency.isalpha():
            raise ValueError("SMS_SEGMENT_PRICE is an amount and a currency, such as 0.0083 USD.")
        return cls(Decimal(amount), currency)


def people() -> QuerySet[Borrower]:
    """Who has an open account: nobody else is reminded."""
    accounts = CreditAccount.objects.filter(borrower=OuterRef("pk"), status=CreditAccount.Status.OPEN)
    return Borrower.objects.filter(Exists(accounts))


def simulate(
    borrowers: QuerySet[Borrower], *, span: Span, ladder: Ladder, progress: Progress = lambda done: None
) -> Iterator[Told]:
    """All that these borrowers would be told in the span, person by person, each in order of time."""
    done = 0
    for chunk in _chunks(borrowers.select_related("preference")):
        batch, found = _load(chunk, span, ladder)
        for person_id, life in found.items():
            yield from _told(batch, person_id, life, span)
        done += len(chunk)
        progress(done)


def _chunks(borrowers: QuerySet[Borrower]) -> Iterator[list[Borrower]]:
    last = 0
    while people := list(borrowers.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield people
        last = people[-1].pk


def _load(people: list[Borrower], span: Span, ladder: Ladder) -> tuple[Batch, dict[int, Ahead]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")  # PostgreSQL itself refuses a write
        return ahead.load(people, span=span, ladder=ladder)


def _told(batch: Batch, person_id: int, life: Ahead, span: Span) -> Iterator[Told]:
    home = life.person.contact.zones[0]
    for planned in preview.run(life, span.end):
        segments = 0
        if planned.outgoing and planned.channel == "sms":
            segments = batch.words(person_id, planned.outgoing).segments
        yield Told(person_id, planned.at.astimezone(home), planned, segments)


@dataclass
class Volume:
    """What a simulation amounts to. Reasons are counted by rule id."""

    people: int = 0  # who are told something
    messages: int = 0
    reminders: int = 0  # that the messages are about: several share a digest
    segments: int = 0  # of text messages
    days: defaultdict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by channel
    channels: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    because: Counter[str] = field(default_factory=Counter)  # each rule that shaped a message
    not_sent: Counter[str] = field(default_factory=Counter)  # the rule that ended the matter
    _last: int = 0

    def add(self, told: Told) -> None:
        """Count one. What one borrower is told comes in one piece, as `simulate` gives it."""
        planned = told.planned
        if not planned.is_sent:
            self.not_sent[planned.reasons[-1].rule] += 1
            return
        self.people += told.borrower_id != self._last
        self._last = told.borrower_id
        self.messages += 1
        self.reminders += len(planned.looks)
        self.segments += told.segments
        self.days[told.day][planned.channel] += 1
        self.channels[planned.channel] += 1
        self.categories[planned.category] += 1
        self.because.update(reason.rule for reason in planned.reasons)

    def to_json(self, price: Price) -> dict[str, Any]:
        return {
            "people_told": self.people,
            "messages": self.messages,
            "reminders": self.reminders,
            "by_channel": dict(self.channels.most_common()),
            "by_category": dict(self.categories.most_common()),
            "by_day": {str(day): dict(self.days[day].most_common()) for day in sorted(self.days)},
            "because": dict(self.because.most_common()),
            "not_sent": dict(self.not_sent.most_common()),
            "sms": {
                "segments": self.segments,
                "price_per_segment": str(price.amount),
                "cost": str(self.segments * price.amount),
                "currency": price.currency,
            },
        }
