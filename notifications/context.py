"""What the engine must know to decide a batch of borrowers, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import BooleanField, Func, Q, QuerySet, Value

from accounts.models import Borrower, ContactPoint
from loans.models import CreditAccount
from notifications import local_time, reason, sms_text, texts
from notifications.choice import DEFAULT, Choice
from notifications.deciding import Due, Outgoing, Person
from notifications.gate import INBOX, Contact, Facts, History
from notifications.models import Attempt, Hold, MessageTemplate, Reminder
from notifications.reason import Reason
from notifications.rulebook import careful_default
from notifications.texts import Demand, Sender, Words
from notifications.words import AttemptState, ReminderState

KIND_OF_CHANNEL = {"sms": ContactPoint.Kind.PHONE, "email": ContactPoint.Kind.EMAIL}
DIGEST = "digest"  # the template for several bills at once
LONGEST_WINDOW = timedelta(days=8)  # what caps look back: seven days, and a day for the zones
COUNTED = (AttemptState.CALLING, AttemptState.ACCEPTED, AttemptState.UNKNOWN)  # may have reached the person


@dataclass(frozen=True)
class Look:
    """One reminder to be looked at, with what its message would say."""

    reminder_id: int
    bill_id: int
    template_code: str
    demand: Demand
    facts: Facts
    tries: int = 0

    @property
    def due(self) -> "Due[Look]":
        return Due(self, self.bill_id, self.facts)


class Written(NamedTuple):
    language: str
    subject: str
    text: str
    segments: int  # of a text message, else 0


class Point(NamedTuple):
    pk: int
    value: str


@dataclass
class Batch:
    """Everything known of the claimed borrowers at one instant."""

    due: dict[int, list[Look]]
    people: dict[int, Borrower]
    points: dict[int, dict[str, Point]]  # borrower → channel → where
    holds: dict[int, tuple[str, ...]]
    history: dict[int, History]
    templates: dict[tuple[str, str], Words]  # (code, language) → approved words

    def person(self, person_id: int) -> Person:
        borrower = self.people[person_id]
        contact = Contact(
            zones=(local_time.zone(borrower.time_zone),),
            reachable=frozenset(self.points.get(person_id, ())) | {INBOX},
            holds=self.holds.get(person_id, ()),
        )
        return Person(contact, choice_of(borrower), self.history.get(person_id, ()), (careful_default(),))

    def point(self, person_id: int, channel: str) -> Point | None:
        return self.points.get(person_id, {}).get(channel)

    def words(self, person_id: int, outgoing: Outgoing[Look]) -> Written:
        """The message in the person's language. Several bills share the digest's words."""
        borrower = self.people[person_id]
        code = outgoing.keys[0].template_code if len(outgoing.keys) == 1 else DIGEST
        rendered = texts.render(
            self.templates[code, borrower.language],
            channel=outgoing.channel,
            name=borrower.name,
            demands=[look.demand for look in outgoing.keys],
            sender=sender(),
            language=borrower.language,
        )
        if outgoing.channel != "sms":
            return Written(borrower.language, rendered.subject, rendered.text, 0)
        short = sms_text.downgrade(rendered.text) if borrower.language == "en" else rendered.text
        return Written(borrower.language, rendered.subject, short, sms_text.measure(short).segments)


def among(column: str, ids: Sequence[int]) -> Func:
    """To filter by: `column = ANY(array)`. `__in` writes a placeholder per id, and a batch has a thousand."""
    return Func(
        column,
        Value(list(ids)),
        arg_joiner=" = ANY(",
        template="%(expressions)s)",
        output_field=BooleanField(),
    )


def choice_of(borrower: Borrower) -> Choice:
    """What the borrower chose; expects `preference` to have been selected along."""
    stored = getattr(borrower, "preference", None)
    return Choice.from_json(stored.choice) if stored else DEFAULT


def sender() -> Sender:
    return Sender(settings.LENDER_NAME, settings.LENDER_PHONE, settings.PORTAL_URL)


def load(borrower_ids: Sequence[int], *, now: datetime) -> Batch:
    """The due reminders of these borrowers and all that the gate asks about them: six queries."""
    templates = approved_words()
    due = _due(borrower_ids, templates, now)
    return about(list(due), now=now, templates=templates, due=due)


def about(
    borrower_ids: Sequence[int],
    *,
    now: datetime,
    templates: dict[tuple[str, str], Words],
    due: dict[int, list[Look]] | None = None,
) -> Batch:
    """What the gate asks about these borrowers: four queries."""
    return Batch(
        due=due or {},
        people={
            one.pk: one
            for one in Borrower.objects.select_related("preference").filter(among("id", borrower_ids))
        },
        points=_points(borrower_ids),
        holds=_holds(borrower_ids, now),
        history=_history(borrower_ids, now),
        templates=templates,
    )


def approved_words() -> dict[tuple[str, str], Words]:
    approved = MessageTemplate.objects.filter(approved_at__isnull=False)
    fields = approved.values_list("code", "language", "subject", "body", "short")
    return {(code, language): Words(*words) for code, language, *words in fields}


def has_words(templates: dict[tuple[str, str], Words], code: str, language: str) -> bool:
    """Could a message of this template be written, alone or together with others?"""
    return (code, language) in templates and (DIGEST, language) in templates


REMINDER_FIELDS = (
    "pk",
    "borrower_id",
    "bill_id",
    "step__template_code",
    "step__category",
    "step__offset_days",
    "bill__due_on",
    "bill__amount",
    "bill__paid",
    "bill__closed_at",
    "bill__account__currency",
    "bill__account__reference",
    "bill__account__status",
    "borrower__language",
    "expires_at",
    "failed_channels",
    "reasons",
    "tries",
)


def _due(
    borrower_ids: Sequence[int], templates: dict[tuple[str, str], Words], now: datetime
) -> dict[int, list[Look]]:
    rows = Reminder.objects.filter(
        among("borrower_id", borrower_ids), state=ReminderState.PLANNED, next_attempt_at__lte=now
    )
    return looks(rows, templates)


def looks(rows: "QuerySet[Reminder]", templates: dict[tuple[str, str], Words]) -> dict[int, list[Look]]:
    """Reminders with what the gate and the words need, by borrower."""
    found: defaultdict[int, list[Look]] = defaultdict(list)
    for pk, borrower_id, bill_id, code, category, offset, *rest in rows.values_list(*REMINDER_FIELDS):
        (
            due_on,
            amount,
            paid,
            closed_at,
            currency,
            reference,
            status,
            language,
            expires_at,
            failed,
            why,
            tries,
        ) = rest
        facts = Facts(
            category=category,
            offset_days=offset,
            due_on=due_on,
            is_owed=closed_at is None and amount > paid,
            account_open=status == CreditAccount.Status.OPEN,
            has_words=has_words(templates, code, language),
            expires_at=expires_at,
            failed_channels=frozenset(failed),
            moved=(Reason("retry"),) if tries else reason.from_json(why),
        )
        demand = _demand(amount - paid, currency, due_on, reference)
        found[borrower_id].append(Look(pk, bill_id, code, demand, facts, tries))
    return dict(found)


def _demand(amount: Decimal, currency: str, due_on: date, reference: str) -> Demand:
    return Demand(amount, currency, due_on, texts.mask(reference))


def _points(borrower_ids: Sequence[int]) -> dict[int, dict[str, Point]]:
    """Where each channel reaches each person: the address they verified last."""
    channels = {kind: channel for channel, kind in KIND_OF_CHANNEL.items()}
    found: defaultdict[int, dict[str, Point]] = defaultdict(dict)
    rows = ContactPoint.objects.filter(
        among("borrower_id", borrower_ids), verified_at__isnull=False, closed_at__isnull=True
    ).order_by("verified_at")
    for borrower_id, kind, pk, value in rows.values_list("borrower_id", "kind", "pk", "value"):
        found[borrower_id][channels[ContactPoint.Kind(kind)]] = Point(pk, value)
    return dict(found)


def _holds(borrower_ids: Sequence[int], now: datetime) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    in_force = Q(started_at__lte=now) & (Q(ended_at=None) | Q(ended_at__gt=now))
    rows = Hold.objects.filter(in_force, among("borrower_id", borrower_ids)).order_by("started_at")
    for borrower_id, why in rows.values_list("borrower_id", "reason"):
        found[borrower_id] += (why,)
    return dict(found)


def _history(borrower_ids: Sequence[int], now: datetime) -> dict[int, History]:
    """When each person was contacted outside the inbox, as far back as any cap looks."""
    found: defaultdict[int, History] = defaultdict(tuple)
    rows = Attempt.objects.filter(
        among("borrower_id", borrower_ids), started_at__gt=now - LONGEST_WINDOW, state__in=COUNTED
    ).exclude(channel=INBOX)
    for borrower_id, started_at in rows.order_by("started_at").values_list("borrower_id", "started_at"):
        found[borrower_id] += (started_at,)
    return dict(found)
