"""Settle: write what the providers answered, fenced by the claim number; and give up what nobody answered."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from notifications import queries
from notifications.channels.base import Accepted, Message, Outcome, RefusedForGood, RefusedForNow
from notifications.material import Look
from notifications.queries import array
from notifications.traffic import desk
from notifications.words import AttemptState, ReminderState

LEASE = timedelta(seconds=120)  # longer than a batch's calls can last: three times PROVIDER_TIMEOUT
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
SILENT = "The worker ended before the provider's answer was written."
NEVER_BEGUN = "The worker ended before it called the provider."


class Call(NamedTuple):
    """One message on its way, with what settling it needs."""

    attempt_id: UUID
    borrower_id: int
    claim: int
    channel: str
    provider: str
    message: Message
    looks: tuple[Look, ...]


class Portion(NamedTuple):
    """Calls that are begun by one commit."""

    id: UUID  # of models.Portion, while it waits
    calls: Sequence[Call]


class Written(NamedTuple):
    """What one statement did."""

    is_due_again: bool  # something, at once
    begun: frozenset[UUID]  # the portions that are now ours to call


def refused_by(looks: Iterable[Look]) -> Mapping[str, str]:
    """Of all that one message speaks for: provider → the latest instant until which it is not asked again."""
    found: dict[str, str] = {}
    for look in looks:
        for provider, until in look.refused_by.items():
            found[provider] = max(until, found.get(provider, ""))
    return found


class _Answer(NamedTuple):
    """An outcome in the words of the tables."""

    attempt: AttemptState
    reminder: ReminderState
    reference: str = ""
    detail: str = ""
    next_at: datetime | None = None
    failed: tuple[str, ...] = ()
    refused_by: Mapping[str, str] = MappingProxyType({})
    retry_after: datetime | None = None
    said_against: str = ""


def settle(
    outcomes: Sequence[tuple[Call, Outcome]],
    portions: Sequence[Portion] = (),
    *,
    now: datetime,
    using: BaseDatabaseWrapper,
) -> Written:
    """Write every call's outcome, and take portions that wait: one statement. Who does not get one must not call it.

    Refused for good: the next channel of the person's order is tried at once, inside the same day's message.
    Refused for now: again after a while, until the reminder is of no use; by the provider's own fault: at once by
    another one that serves the channel. The gate decides anew each time. Unknown: never again.
    """
    answers = [(call, _answer(call, outcome, now)) for call, outcome in outcomes]
    columns = _attempt_columns(answers, now) | _reminder_columns(answers)
    with using.cursor() as cursor:
        cursor.execute(queries.SETTLE, columns | {"portions": array(portion.id for portion in portions)})
        begun = frozenset(row[0] for row in cursor.fetchall())
    return Written(any(answer.next_at == now for _, answer in answers), begun)


def reap(*, now: datetime) -> int:
    """Give up the attempts whose worker died in the call, and give back those that were surely never begun. Returns how
    many became unknown.
    """
    with connection.cursor() as cursor:
        arguments: dict[str, Any] = {
            "now": now,
            "lease": LEASE,
            "detail": SILENT,
            "never_begun": NEVER_BEGUN,
            "most_claims": settings.MOST_FRUITLESS_CLAIMS,
        }
        cursor.execute(queries.REAP_LAPSED, arguments)
        return int(cursor.fetchone()[0])


def backoff(tries: int, *, share: float) -> timedelta:
    """Full jitter: a random share of a ceiling that doubles with each try, 30 s, 60 s, 120 s … at most an
    hour.

    share: in [0, 1). Third try, share 0.5: 60 s. Source: M. Brooker, "Exponential Backoff And Jitter", 2015.
    """
    return share * min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 10))  # type: ignore[no-any-return]


def _answer(call: Call, outcome: Outcome, now: datetime) -> _Answer:
    match outcome:
        case Accepted(reference):
            return _Answer(AttemptState.ACCEPTED, ReminderState.SENT, reference=reference)
        case RefusedForGood(why):
            return _Answer(
                AttemptState.REFUSED_FINAL,
                ReminderState.PLANNED,
                detail=why,
                next_at=now,
                failed=(call.channel,),
                said_against=outcome.said_against,
            )
        case RefusedForNow():
            return _refused_for_now(call, outcome, now)
        case _:
            return _Answer(AttemptState.UNKNOWN, ReminderState.UNKNOWN, detail=outcome.why)


def _refused_for_now(call: Call, refusal: RefusedForNow, now: datetime) -> _Answer:
    """It was surely not sent, so its place in the caps is free again, and another provider may try."""
    patience = refusal.retry_after
    tries = max(look.tries for look in call.looks)
    until = now + max(backoff(tries, share=random.random()), patience or timedelta(0))  # noqa: S311
    next_at, refusing = until, {}
    if refusal.is_providers_fault:
        refusing = {call.provider: until.isoformat()}
        if desk.others(call.channel, call.provider, refused_by(call.looks), now=now):
            next_at = now
    return _Answer(
        AttemptState.REFUSED_RETRYABLE,
        ReminderState.PLANNED,
        detail=refusal.why,
        next_at=next_at,
        refused_by=refusing,
        retry_after=now + patience if patience else None,
    )


Answers = Sequence[tuple[Call, _Answer]]


def _attempt_columns(answers: Answers, now: datetime) -> dict[str, Any]:
    # An attempt's row is its lane's too, for there is one call a borrower and batch: inbox notes are not called,
    # and all else goes as one message.
    return {
        "ids": array(call.attempt_id for call, _ in answers),
        "borrowers": array(call.borrower_id for call, _ in answers),
        "claims": array(call.claim for call, _ in answers),
        "states": array(answer.attempt.value for _, answer in answers),
        "references": array(answer.reference for _, answer in answers),
        "details": array(answer.detail[:200] for _, answer in answers),
        "nexts": array(answer.next_at for _, answer in answers),
        "saids": array(answer.said_against for _, answer in answers),
        "retry_afters": array(answer.retry_after for _, answer in answers),
        "now": now,
    }


def _reminder_columns(answers: Answers) -> dict[str, Any]:
    rows = [(look.reminder_id, answer) for call, answer in answers for look in call.looks]
    return {
        "reminders": array(reminder_id for reminder_id, _ in rows),
        "reminder_states": array(answer.reminder.value for _, answer in rows),
        "reminder_nexts": array(answer.next_at for _, answer in rows),
        "failed": array(json.dumps(answer.failed) if answer.failed else "[]" for _, answer in rows),
        "refused_by": array(
            json.dumps(dict(answer.refused_by)) if answer.refused_by else "{}" for _, answer in rows
        ),
    }
