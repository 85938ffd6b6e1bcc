"""The next weeks as the sending gate decides them: what a borrower would get, when, how, and why."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from accounts.models import Borrower
from loans.models import Bill, CreditAccount
from notifications import context, local_time, plan, texts
from notifications.choice import Choice
from notifications.context import Look
from notifications.deciding import Person, decide_together
from notifications.gate import INBOX, Facts
from notifications.models import Reminder, Step
from notifications.reason import Reason
from notifications.texts import Demand, Words
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
    templates = context.approved_words()
    batch = context.about([borrower.pk], now=now, templates=templates)
    person = batch.person(borrower.pk)
    if choice is not None:
        person = replace(person, choice=choice)
    end = now + timedelta(days=days)
    zone = person.contact.zones[0]
    planned = _simulate(person, _coming(borrower, now, end, templates), end)
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
                person = replace(person, history=(*person.history, now))
        for look, later in decisions.waiting:
            moved = replace(look, facts=replace(look.facts, moved=later.reasons))
            heapq.heappush(heap, (later.until, next(number), moved))
        for look, never in decisions.dropped:
            yield Planned(now, "", look.facts.category, (look.demand,), never.reasons)


def _coming(
    borrower: Borrower, now: datetime, end: datetime, templates: dict[tuple[str, str], Words]
) -> list[Coming]:
    """What is planned already, and what the planner will write until `end`."""
    written = Reminder.objects.filter(borrower=borrower)
    known = set(written.values_list("bill_id", "step_id"))
    waiting = written.filter(state=ReminderState.PLANNED)
    starts = dict(waiting.values_list("pk", "next_attempt_at"))
    coming = [
        (max(now, starts[look.reminder_id]), look)
        for look in context.looks(waiting, templates).get(borrower.pk, [])
    ]
    return coming + [
        (max(now, at), look)
        for bill, step, at, look in _unwritten(borrower, now, end, templates)
        if (bill, step) not in known and look.facts.expires_at > now
    ]


def _unwritten(
    borrower: Borrower, now: datetime, end: datetime, templates: dict[tuple[str, str], Words]
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
                _look(bill, step, when, borrower, templates),
            )


def _look(
    bill: Bill, step: Step, when: plan.Useful, borrower: Borrower, templates: dict[tuple[str, str], Words]
) -> Look:
    facts = Facts(
        category=step.category,
        offset_days=step.offset_days,
        due_on=bill.due_on,
        is_owed=bill.amount > bill.paid,
        account_open=True,
        has_words=context.has_words(templates, step.template_code, borrower.language),
        expires_at=when.ends,
    )
    demand = Demand(bill.outstanding, bill.account.currency, bill.due_on, texts.mask(bill.account.reference))
    return Look(0, bill.pk, step.template_code, demand, facts)
