"""What lies ahead of borrowers: the reminders planned and to be planned, and what will be known of each person.

For the virtual clock of the preview and the simulation; a fixed number of queries for any number of borrowers.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q

from accounts.models import Borrower
from loans.models import Bill, CreditAccount
from notifications import context, local_time, plan
from notifications.choice import Choice
from notifications.context import Batch, among
from notifications.deciding import Person
from notifications.gate_terms import Silence
from notifications.material import Look, Material, Row, material
from notifications.models import Hold, Reminder, Step
from notifications.pace import Rung
from notifications.past import habits
from notifications.past.habits import Record
from notifications.words import ReminderState

ONE_DAY = timedelta(days=1)  # no zone's day is further from that of UTC

Coming = tuple[datetime, Look]  # when (UTC) it is first looked at


class Span(NamedTuple):
    """The time that is looked at, UTC."""

    start: datetime
    end: datetime  # not included


class LadderStep(NamedTuple):
    """One step of a cadence, stored or supposed."""

    offset_days: int  # -3: three days before the due date
    category: str
    template_code: str
    useful_days: int  # days after its own on which it may still be sent
    product: str = ""  # empty: every product
    step_id: int = 0  # 0: supposed, there is no row of it
    cadence_id: int = 0


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
    coming: list[Coming] = field(default_factory=list)
    holds: tuple[tuple[datetime, Silence], ...] = ()  # that begin within the span, and when (UTC)
    past: list[Record] = field(default_factory=list)  # bills due before the span's end


def stored_ladder() -> Ladder:
    """The cadences in use: three queries."""
    steps = Step.objects.filter(is_active=True, cadence__is_active=True).values_list(
        "offset_days",
        "category",
        "template_code",
        "useful_days",
        "cadence__product",
        "pk",
        "cadence_id",
    )
    return Ladder(tuple(map(LadderStep._make, steps)), material())


def supposed_ladder(steps: Sequence[LadderStep]) -> Ladder:
    """One cadence for every product, in place of the stored ones."""
    ordered = tuple(sorted(steps, key=lambda step: step.offset_days))
    rungs = tuple(Rung(step.offset_days, step.useful_days) for step in ordered)
    return Ladder(ordered, replace(material(), ladders={0: rungs}), is_supposed=True)


def load(
    borrower_ids: Sequence[int], *, span: Span, ladder: Ladder, trial: Choice | None = None
) -> tuple[Batch, dict[int, Ahead]]:
    """What lies ahead of these borrowers, in their order: eleven queries. Left out: whose zone nobody knows.

    trial: a choice to look at in place of the stored one.
    """
    batch = context.about(borrower_ids, now=span.start, known=ladder.known, is_ahead=True)
    people = {
        pk: batch.people[pk] for pk in borrower_ids if pk in batch.people and _has_zone(batch.people[pk])
    }
    coming = _coming(people, span, ladder, anew=trial is not None)
    holds, past = _later_holds(borrower_ids, span), _past(borrower_ids, span)
    found = {}
    for pk in people:
        person = batch.person(pk)
        found[pk] = Ahead(
            person=person._replace(choice=trial) if trial else person,
            addresses={channel: point.value for channel, point in batch.points.get(pk, {}).items()},
            coming=coming.get(pk, []),
            holds=holds.get(pk, ()),
            past=past.get(pk, []),
        )
    return batch, found


def _has_zone(borrower: Borrower) -> bool:
    try:
        local_time.zone(borrower.time_zone)
    except ValueError:
        return False
    return True


def _later_holds(borrower_ids: Sequence[int], span: Span) -> dict[int, tuple[tuple[datetime, Silence], ...]]:
    found: defaultdict[int, tuple[tuple[datetime, Silence], ...]] = defaultdict(tuple)
    rows = Hold.objects.filter(
        among("borrower_id", borrower_ids), started_at__gt=span.start, started_at__lt=span.end
    ).order_by("started_at")
    for hold in rows:
        silence = Silence(hold.reason, hold.ended_at, str(hold.account_id) if hold.account_id else "")
        found[hold.borrower_id] += ((hold.started_at, silence),)
    return dict(found)


def _past(borrower_ids: Sequence[int], span: Span) -> dict[int, list[Record]]:
    """The bills that habits rest on until the span's end: those of today, and what falls due in the meantime."""
    falls_due = Bill.objects.filter(
        among("account__borrower_id", borrower_ids), due_on__gte=span.start.date(), due_on__lt=span.end.date()
    )
    most = falls_due.values("account_id").annotate(bills=Count("pk")).order_by("-bills").first()
    extra = most["bills"] if most else 0
    return habits.records(borrower_ids, before=span.end.date(), bills=habits.BILLS + extra)


# ---------- the reminders ----------


def _coming(
    people: Mapping[int, Borrower], span: Span, ladder: Ladder, *, anew: bool
) -> dict[int, list[Coming]]:
    """What is planned already, and what the planner will write until the end.

    anew: as if each choice were new, so that no reminder keeps the hour it was put off to.
    """
    found: defaultdict[int, list[Coming]] = defaultdict(list)
    written = _written(people, span, ladder)
    spoken = {_key(one.bill_id, one.offset_days, one.step_id, ladder) for one in written}
    starts = {one.pk: one.at for one in written if one.state == ReminderState.PLANNED}
    waiting = Reminder.objects.filter(among("id", list(starts)))
    for person_id, looks in context.looks(waiting, ladder.known).items():
        for look in looks:
            at = starts[look.reminder_id]
            if anew and not look.tries:
                at = _begins(look, people[person_id])
            found[person_id].append((max(span.start, at), look))
    for person_id, key, at, look in _unwritten(people, span, ladder, anew=anew):
        if key not in spoken and look.facts.expires_at > span.start:
            found[person_id].append((max(span.start, at), look))
    return dict(found)


class _Written(NamedTuple):
    """A reminder that the table holds."""

    pk: int
    bill_id: int
    step_id: int
    offset_days: int
    state: str
    at: datetime


def _written(people: Mapping[int, Borrower], span: Span, ladder: Ladder) -> list[_Written]:
    """The reminders of these people that wait or could be planned again; for a supposed ladder, what was said."""
    rows = Reminder.objects.filter(
        Q(state=ReminderState.PLANNED) | Q(bill__due_on__range=_due_days(span, ladder)),
        among("borrower_id", list(people)),
    )
    if ladder.is_supposed:
        rows = rows.exclude(state=ReminderState.PLANNED)
    fields = ("pk", "bill_id", "step_id", "step__offset_days", "state", "next_attempt_at")
    return [_Written._make(row) for row in rows.values_list(*fields)]


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
    people: Mapping[int, Borrower], span: Span, ladder: Ladder, *, anew: bool
) -> Iterator[tuple[int, tuple[int, int], datetime, Look]]:
    bills = Bill.objects.filter(
        among("account__borrower_id", list(people)),
        account__status=CreditAccount.Status.OPEN,
        closed_at=None,
        amount__gt=F("paid"),
        due_on__range=_due_days(span, ladder),
    ).select_related("account")
    for bill in bills:
        borrower = people[bill.account.borrower_id]
        chose = anew or hasattr(borrower, "preference")
        is_simple = context.choice_of(borrower).is_simple
        for step in ladder.steps:
            if step.product not in ("", bill.account.product):
                continue
            day = bill.due_on + timedelta(days=step.offset_days)
            when = plan.useful(day, step.useful_days, borrower.time_zone)
            look = ladder.known.look(_row(bill, step, borrower, when)._replace(is_simple=is_simple))
            key = _key(bill.pk, step.offset_days, step.step_id, ladder)
            yield borrower.pk, key, when.begins if chose else when.opens, look


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
