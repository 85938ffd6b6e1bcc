"""The next weeks as the sending gate decides them: what a borrower would get, when, how, and why."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from accounts.models import Borrower
from loans.models import Bill, CreditAccount
from notifications import context, local_time, plan
from notifications.choice import Choice
from notifications.deciding import Outgoing, Person, decide_together
from notifications.gate import INBOX
from notifications.law.case import PriorContact
from notifications.material import Look, Material, Row, material
from notifications.models import Reminder, Step
from notifications.reason import Reason
from notifications.texts import Demand
from notifications.words import ReminderState

LONGEST_STEP = timedelta(days=14)  # how far from its due day a cadence speaks of a bill


@dataclass(frozen=True)
class Planned:
    """One message to come, or one that will not come."""

    at: datetime  # in the borrower's zone
    channel: str  # empty where nothing is sent
    category: str
    bills: tuple[Demand, ...]
    reasons: tuple[Reason, ...]

    @property
    def is_sent(self) -> bool:
        return bool(self.channel)


Coming = tuple[datetime, Look]


def plan_for(borrower: Borrower, *, now: datetime, days: int, choice: Choice | None = None) -> list[Planned]:
    """Every reminder of the next `days` days, decided by the very gate that sends, in order of time.

    choice: another one than is stored, to see what it would change. Taken for granted: nothing is paid in the
    meantime, and every message gets through at the first try.
    """
    known = material()
    batch = context.about([borrower.pk], now=now, known=known)
    person = batch.person(borrower.pk)
    if choice is not None:
        person = replace(person, choice=choice)
    end = now + timedelta(days=days)
    zone = person.contact.zones[0]
    planned = _simulate(person, _coming(borrower, now, end, known), end)
    return [replace(one, at=one.at.astimezone(zone)) for one in planned]


def _simulate(person: Person, coming: list[Coming], end: datetime) -> Iterator[Planned]:
    """Let time run from one look to the next, as the engine would."""
    number = count()  # looks at the same instant keep their order
    heap = [(at, next(number), look) for at, look in coming]
    heapq.heapify(heap)
    while heap and heap[0][0] < end:
        now = heap[0][0]
        due: list[Look] = []
        while heap and heap[0][0] <= now:
            due.append(heapq.heappop(heap)[2])
        decisions = decide_together(person, [look.due for look in due], now=now)
        for outgoing in decisions.outgoing:
            bills = tuple(look.demand for look in outgoing.keys)
            yield Planned(now, outgoing.channel, outgoing.category, bills, outgoing.reasons)
            if outgoing.channel != INBOX:
                person = replace(person, history=(*person.history, _sent(outgoing, now)))
        for look, later in decisions.waiting:
            moved = replace(look, facts=replace(look.facts, moved=later.reasons))
            heapq.heappush(heap, (later.until, next(number), moved))
        for look, never in decisions.dropped:
            yield Planned(now, "", look.facts.category, (look.demand,), never.reasons)


def _sent(outgoing: Outgoing[Look], now: datetime) -> PriorContact:
    debts = frozenset(look.facts.account for look in outgoing.keys)
    return PriorContact(now, outgoing.channel, debts=debts)


def _coming(borrower: Borrower, now: datetime, end: datetime, known: Material) -> list[Coming]:
    """What is planned already, and what the planner will write until `end`."""
    written = Reminder.objects.filter(borrower=borrower)
    there = set(written.values_list("bill_id", "step_id"))
    waiting = written.filter(state=ReminderState.PLANNED)
    starts = dict(waiting.values_list("pk", "next_attempt_at"))
    coming = [
        (max(now, starts[look.reminder_id]), look)
        for look in context.looks(waiting, known).get(borrower.pk, [])
    ]
    return coming + [
        (max(now, at), look)
        for bill, step, at, look in _unwritten(borrower, now, end, known)
        if (bill, step) not in there and look.facts.expires_at > now
    ]


def _unwritten(
    borrower: Borrower, now: datetime, end: datetime, known: Material
) -> Iterator[tuple[int, int, datetime, Look]]:
    zone = local_time.zone(borrower.time_zone)
    chose = hasattr(borrower, "preference")
    today = now.astimezone(zone).date()
    bills = Bill.objects.filter(
        account__borrower=borrower,
        account__status=CreditAccount.Status.OPEN,
        closed_at=None,
        due_on__range=(today - LONGEST_STEP, end.astimezone(zone).date() + LONGEST_STEP),
    ).select_related("account")
    steps = Step.objects.filter(is_active=True, cadence__is_active=True).select_related("cadence")
    for bill in bills:
        for step in steps:
            if step.cadence.product not in ("", bill.account.product):
                continue
            day = bill.due_on + timedelta(days=step.offset_days)
            when = plan.useful(day, step.useful_days, borrower.time_zone)
            yield (
                bill.pk,
                step.pk,
                when.begins if chose else when.opens,
                known.look(_row(bill, step, borrower, when)),
            )


def _row(bill: Bill, step: Step, borrower: Borrower, when: plan.Useful) -> Row:
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
        language=borrower.language,
        expires_at=when.ends,
    )
