"""Dispatch: claim due lanes, decide, commit the attempts, call the providers, settle.

Two transactions with the calls between them. What is being called is committed before the call, so a worker
that dies leaves a trace; no transaction and no connection is held while a provider is slow.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from notifications import context, queries, reason, settle
from notifications.channels.base import Message, RefusedForGood
from notifications.channels.deliver import deliver
from notifications.context import Batch, Look
from notifications.deciding import Decisions, Outgoing, decide_together
from notifications.gate import INBOX
from notifications.models import Attempt
from notifications.settle import LEASE, Call
from notifications.words import AttemptState, ReminderState

LANES = 1000  # borrowers in one claim: 18 queries per 1,000 reminders


class Done(NamedTuple):
    calls: int  # messages that were handed to a provider
    more: bool  # whether more may be due now


def one_batch(*, clock: Callable[[], datetime], limit: int = LANES) -> Done:
    """Send what is due for at most `limit` borrowers. `Done.more` is false once nothing was due."""
    now = clock()
    with transaction.atomic():
        claims = _claim(now, limit)
        calls = _decide_and_commit(claims, now) if claims else []
    outcomes = deliver([call.message for call in calls])
    if calls:
        settle.settle(calls, outcomes, now=clock())
    has_next_channel = any(isinstance(outcome, RefusedForGood) for outcome in outcomes.values())
    return Done(len(calls), more=len(claims) == limit or has_next_channel)


def _claim(now: datetime, limit: int) -> dict[int, int]:
    """Lease due lanes: borrower id → claim number."""
    with connection.cursor() as cursor:
        cursor.execute(queries.CLAIM_LANES, {"now": now, "until": now + LEASE, "limit": limit})
        return dict(cursor.fetchall())


def _decide_and_commit(claims: dict[int, int], now: datetime) -> list[Call]:
    """Decide all that is due of the claimed borrowers and write it down. Returns the calls to make."""
    batch = context.load(list(claims), now=now)
    attempts: list[Attempt] = []
    calls: list[Call] = []
    links: list[tuple[uuid.UUID, int]] = []
    writes = _Writes()
    for person_id, looks in batch.due.items():
        decisions = decide_together(batch.person(person_id), [look.due for look in looks], now=now)
        writes.add(decisions)
        for outgoing in decisions.outgoing:
            attempt, message = _attempt(batch, person_id, outgoing, claims[person_id], now)
            attempts.append(attempt)
            links += [(attempt.pk, look.reminder_id) for look in outgoing.keys]
            if message:
                calls.append(
                    Call(attempt.pk, person_id, attempt.claim, outgoing.channel, message, outgoing.keys)
                )
    Attempt.objects.bulk_create(attempts)
    through = Attempt.reminders.through
    through.objects.bulk_create([through(attempt_id=one, reminder_id=other) for one, other in links])
    writes.write(now)
    _park(list(claims), [call.borrower_id for call in calls])
    return calls


def _attempt(
    batch: Batch, person_id: int, outgoing: Outgoing[Look], claim: int, now: datetime
) -> tuple[Attempt, Message | None]:
    """The attempt's row, and the message for the provider. An inbox note is delivered by being committed."""
    words = batch.words(person_id, outgoing)
    point = batch.point(person_id, outgoing.channel)
    is_inbox = outgoing.channel == INBOX
    attempt = Attempt(
        id=uuid.uuid4(),
        borrower_id=person_id,
        category=outgoing.category,
        channel=outgoing.channel,
        provider=settings.CHANNEL_PROVIDER.get(outgoing.channel, INBOX),
        contact_point_id=point.pk if point else None,
        claim=claim,
        state=AttemptState.ACCEPTED if is_inbox else AttemptState.CALLING,
        language=words.language,
        subject=words.subject,
        body=words.text,
        segments=words.segments,
        reasons=reason.to_json(outgoing.reasons),
        started_at=now,
        settled_at=now if is_inbox else None,
    )
    if point is None:
        return attempt, None
    message = Message(
        id=attempt.pk,
        channel=outgoing.channel,
        to=point.value,
        subject=words.subject if outgoing.channel == "email" else "",
        text=words.text,
        language=words.language,
    )
    return attempt, message


class _Writes:
    """The reminders' new states, collected for one statement."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, datetime | None, str]] = []

    def add(self, decisions: Decisions[Look]) -> None:
        for outgoing in decisions.outgoing:
            state = ReminderState.SENT if outgoing.channel == INBOX else ReminderState.CALLING
            text = reason.dumps(outgoing.reasons)
            self.rows += [(look.reminder_id, state.value, None, text) for look in outgoing.keys]
        for look, later in decisions.waiting:
            self.rows.append(
                (look.reminder_id, ReminderState.PLANNED.value, later.until, reason.dumps(later.reasons))
            )
        for look, never in decisions.dropped:
            state = (
                ReminderState.EXPIRED if reason.says(never.reasons, "too_late") else ReminderState.SUPPRESSED
            )
            self.rows.append((look.reminder_id, state.value, None, reason.dumps(never.reasons)))

    def write(self, now: datetime) -> None:
        if not self.rows:
            return
        ids, states, nexts, reasons = (list(column) for column in zip(*self.rows, strict=True))
        arguments: dict[str, Any] = {
            "ids": ids,
            "states": states,
            "nexts": nexts,
            "reasons": reasons,
            "now": now,
        }
        with connection.cursor() as cursor:
            cursor.execute(queries.WRITE_DECISIONS, arguments)


def _park(borrowers: list[int], calling: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(queries.PARK_LANES, {"borrowers": borrowers, "calling": calling})
