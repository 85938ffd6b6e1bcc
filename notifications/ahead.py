"""What lies ahead of borrowers: the reminders planned and to be planned, and what will be known of each person.

For the virtual clock of the preview and the simulation; a fixed number of queries for any number of borrowers.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q

from accounts.models import Borrower
from loans.models import Bill, CreditAccount
from notifications import context, holds, local_time, plan
from notifications.choice import Choice
from notifications.context import Batch, among
from notifications.gate_terms import Person
from notifications.material import REMINDER_FIELDS, LadderStep, Look, Material, Row, material
from notifications.models import Hold, Reminder
from notifications.pace import Rung
from notifications.past import contacts, habits
from notifications.past.habits import Record
from notifications.words import ReminderState

ONE_DAY = timedelta(days=1)  # no zone's day is further from that of UTC


class Span(NamedTuple):
    """The time that is looked at, UTC."""

    start: datetime
    end: datetime  # not included


class Coming(NamedTuple):
    """A reminder, and when (UTC) it is first looked at."""

    at: datetime
    anew: datetime  # were the person's choice a new one: a reminder does not keep the hour it was put off to then
    look: Look


@dataclass(frozen=True)
class Ladder:
    """The steps that bills go through, and the material that knows them."""

    steps: tuple[LadderStep, ...]
    known: Material
    is_supposed: bool = False  # not the stored one: what is planned by that is left aside


@dataclass(frozen=True)
class Ahead:
    """One person at the start of the span, and what will change by itself."""

    person: Person
    addresses: Mapping[str, str]  # channel → number or address
    kinds: frozenset[str] = frozenset()  # of contact points with a verified address
    coming: list[Coming] = field(default_factory=list)
    holds: tuple[Hold, ...] = ()  # in force at some time of the span, the first to begin first
    past: list[Record] = field(default_factory=list)  # bills due before the span's end

    def tried(self, choice: Choice) -> "Ahead":
        """As it were with a new choice in place of the stored one."""
        return replace(
            self,
            person=self.person._replace(choice=choice),
            coming=[one._replace(at=one.anew) for one in self.coming],
        )


def stored_ladder() -> Ladder:
    """The cadences in use: two queries."""
    known = material()
    return Ladder(known.steps, known)


def supposed_ladder(steps: Sequence[LadderStep]) -> Ladder:
    """One cadence for every product, in place of the stored ones."""
    ordered = tuple(sorted(steps, key=lambda step: step.offset_days))
    rungs = tuple(Rung(step.offset_days, step.useful_days) for step in ordered)
    return Ladder(ordered, replace(material(), ladders={0: rungs}), is_supposed=True)


def load(people: Sequence[Borrower], *, span: Span, ladder: Ladder) -> tuple[Batch, dict[int, Ahead]]:
    """What lies ahead of these borrowers, in their order: six queries. Left out: whose zone nobody knows.

    people: with their preference selected along.
    """
    known = {one.pk: one for one in people if _has_zone(one)}
    ids = list(known)
    addresses, held = context.addresses(ids), _holds(ids, span)
    past = habits.records(ids, since=span.start.date(), before=span.end.date())
    coming = _coming(known, span, ladder)
    batch = Batch(
        due={},
        people=known,
        points={pk: context.by_channel(kinds) for pk, kinds in addresses.items()},
        holds={},  # these and habits change within the span
        history=contacts.of(ids, now=span.start),
        habits={},
        known=ladder.known,
        devices={},
        today=span.start.date(),
    )
    found = {
        pk: Ahead(
            person=batch.person(pk),
            addresses={channel: point.value for channel, point in batch.points.get(pk, {}).items()},
            kinds=frozenset(addresses.get(pk, ())),
            coming=coming.get(pk, []),
            holds=held.get(pk, ()),
            past=past.get(pk, []),
        )
        for pk in ids
    }
    return batch, found


def _has_zone(borrower: Borrower) -> bool:
    try:
        local_time.zone(borrower.time_zone)
    except ValueError:
        return False
    return True


def _holds(borrower_ids: Sequence[int], span: Span) -> dict[int, tuple[Hold, ...]]:
    found: defaultdict[int, tuple[Hold, ...]] = defaultdict(tuple)
    rows = Hold.objects.filter(
        holds.in_force(span.start), among("borrower_id", borrower_ids), started_at__lt=span.end
    )
    for hold in rows.select_related("account").order_by("started_at"):
        found[hold.borrower_id] += (hold,)
    return dict(found)


# ---------- the reminders ----------


def _coming(people: Mapping[int, Borrower], span: Span, ladder: Ladder) -> dict[int, list[Coming]]:
    """What is planned already, and what the planner will write until the end."""
    found: defaultdict[int, list[Coming]] = defaultdict(list)
    spoken = set()
    for written in _written(people, span, ladder):
        row = written.row
        spoken.add(_key(row.bill_id, row.offset_days, written.step_id, ladder))
        if written.state == ReminderState.PLANNED:
            look = ladder.known.look(row)
            anew = written.at if look.tries else _begins(look, people[row.borrower_id])
            found[row.borrower_id].append(_no_earlier(Coming(written.at, anew, look), span))
    for person_id, key, coming in _unwritten(people, span, ladder):
        if key not in spoken and coming.look.facts.expires_at > span.start:
            found[person_id].append(_no_earlier(coming, span))
    return dict(found)


def _no_earlier(coming: Coming, span: Span) -> Coming:
    return Coming(max(span.start, coming.at), max(span.start, coming.anew), coming.look)


class _Written(NamedTuple):
    """A reminder that the table holds."""

    row: Row
    step_id: int
    state: str
    at: datetime


def _written(people: Mapping[int, Borrower], span: Span, ladder: Ladder) -> Iterator[_Written]:
    """The reminders of these people that wait or could be planned again; for a supposed ladder, what was said."""
    rows = Reminder.objects.filter(
        Q(state=ReminderState.PLANNED) | Q(bill__due_on__range=_due_days(span, ladder)),
        among("borrower_id", list(people)),
    )
    if ladder.is_supposed:
        rows = rows.exclude(state=ReminderState.PLANNED)
    for step_id, state, at, *columns in rows.values_list(
        "step_id", "state", "next_attempt_at", *REMINDER_FIELDS
    ):
        yield _Written(Row._make(columns), step_id, state, at)


def _key(bill_id: int, offset_days: int, step_id: int, ladder: Ladder) -> tuple[int, int]:
    """By what a reminder is there once: of a supposed ladder no step has a number."""
    return bill_id, offset_days if ladder.is_supposed else step_id


def _begins(look: Look, borrower: Borrower) -> datetime:
    day = look.facts.due_on + timedelta(days=look.facts.offset_days)
    return plan.useful(day, 0, borrower.time_zone).begins


def _due_days(span: Span, ladder: Ladder) -> tuple[date, date]:
    """The first and last due day of a bill that any step may speak of within the span."""
    earliest = max((step.offset_days + step.useful_days for step in ladder.steps), default=0)
    latest = min((step.offset_days for step in ladder.steps), default=0)
    return (
        span.start.date() - ONE_DAY - timedelta(days=earliest),
        span.end.date() + ONE_DAY - timedelta(days=latest),
    )


def _unwritten(
    people: Mapping[int, Borrower], span: Span, ladder: Ladder
) -> Iterator[tuple[int, tuple[int, int], Coming]]:
    bills = Bill.objects.filter(
        among("account__borrower_id", list(people)),
        account__status=CreditAccount.Status.OPEN,
        closed_at=None,
        amount__gt=F("paid"),
        due_on__range=_due_days(span, ladder),
    ).select_related("account")
    for bill in bills:
        borrower = people[bill.account.borrower_id]
        has_chosen = hasattr(borrower, "preference")
        is_simple = context.choice_of(borrower).is_simple
        for step in ladder.steps:
            if step.product not in ("", bill.account.product):
                continue
            day = bill.due_on + timedelta(days=step.offset_days)
            when = plan.useful(day, step.useful_days, borrower.time_zone)
            look = ladder.known.look(_row(bill, step, borrower, when)._replace(is_simple=is_simple))
            key = _key(bill.pk, step.offset_days, step.step_id, ladder)
            yield borrower.pk, key, Coming(when.begins if has_chosen else when.opens, when.begins, look)


def _row(bill: Bill, step: LadderStep, borrower: Borrower, when: plan.Useful) -> Row:
    """The reminder that the planner would write."""
    return Row(
        reminder_id=0,
        borrower_id=borrower.pk,
        bill_id=bill.pk,
        template_code=step.template_code,
        category=step.category,
        offset_days=step.offset_days,
        useful_days=step.useful_days,
        cadence_id=step.cadence_id,
        due_on=bill.due_on,
        amount=bill.amount,
        paid=bill.paid,
        closed_at=bill.closed_at,
        account_id=bill.account_id,
        product=bill.account.product,
        currency=bill.account.currency,
        account_reference=bill.account.reference,
        account_status=bill.account.status,
        is_autopay=bill.account.is_autopay,
        months_past_due=bill.account.months_past_due,
        language=borrower.language,
        expires_at=when.ends,
    )
