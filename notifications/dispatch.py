"""Dispatch: claim due lanes, decide, commit the attempts, call the providers, settle.

Two transactions with the calls between them. What is being called is committed before the call, so a worker
that dies leaves a trace; no transaction and no connection is held while a provider is slow.
"""

import gc
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from notifications import (
    check_code,
    closed_addresses,
    context,
    one_click,
    provider_templates,
    queries,
    reason,
)
from notifications.apart import apart
from notifications.channels.base import Message
from notifications.channels.deliver import Door
from notifications.clock import Clock
from notifications.context import Batch
from notifications.decided import AttemptRow, Decided
from notifications.deciding import Outgoing, decide_together
from notifications.flight import Flight
from notifications.gate_terms import INBOX
from notifications.material import Look
from notifications.reply_links import links, short
from notifications.settle import LEASE, Call, Portion, refused_by
from notifications.traffic.desk import Desk, Parcel, Waits
from notifications.words import AttemptState

LANES = 1000  # borrowers in one claim: 20 queries per 1,000 reminders
UNDECIDED_WAITS = timedelta(hours=1)  # until a person whose rows broke the decision is looked at again
TURN_EVERY = 25  # borrowers decided between two looks at what the providers answered: about 4 ms


class Draft(NamedTuple):
    """One message of one person, decided and written, its provider not yet chosen."""

    attempt: AttemptRow
    message: Message | None  # None: an inbox note
    looks: tuple[Look, ...]


def send_due(*, clock: Clock, until: Callable[[], bool], limit: int = LANES) -> int:
    """Send batch after batch while more is due and `until` is false. Returns the calls made.

    While one batch is being called, the next is claimed, decided and sent on its way: two are in hand at the
    most. What was begun is waited for and settled, whatever `until` says.
    """
    more = True
    with Door() as door, Flight(door, clock) as flight, _seldom_collected():
        while more:
            flight.is_due_again, is_full = False, False
            try:
                is_full = not until() and _begin(flight, clock(), limit)
            finally:  # what is under way is settled even where the next batch breaks
                flight.land(at_most=limit if is_full else 0)
            more = is_full or flight.is_due_again
    return flight.made


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A batch makes 100,000 objects that live until it is settled: to look through them for garbage each 700
    objects, as Python does by itself, takes a seventh of the worker's time."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _begin(flight: Flight, now: datetime, limit: int) -> bool:
    """Claim at most `limit` borrowers, commit what they are sent, and call. Were there so many?"""
    desk = Desk(now=now)
    with transaction.atomic():
        claims = _claim(now, limit)
        at_once, later = _decide(claims, now, desk=desk, flight=flight) if claims else ([], [])
    flight.begin(at_once, later)
    return len(claims) == limit


def _claim(now: datetime, limit: int) -> dict[int, int]:
    """Lease due lanes: borrower id → claim number. What was said against their addresses holds before they are decided
    about."""
    with connection.cursor() as cursor:
        arguments: dict[str, Any] = {"now": now, "lease": LEASE, "limit": limit}
        cursor.execute(queries.CLAIM_LANES, arguments)
        found = cursor.fetchall()
    closed_addresses.draw(
        [borrower_id for borrower_id, _, is_spoken_against in found if is_spoken_against], now=now
    )
    return {borrower_id: claim for borrower_id, claim, _ in found}


def _decide(
    claims: dict[int, int], now: datetime, *, desk: Desk, flight: Flight
) -> tuple[list[Portion], list[Portion]]:
    """Decide all that is due of the claimed borrowers and write it down. Returns the calls to make at once, and those
    that wait."""
    batch = context.load(list(claims), now=now)
    drafts: list[Draft] = []
    decided = Decided()
    for number, (person_id, looks) in enumerate(batch.due.items()):
        if number % TURN_EVERY == 0:
            flight.turn()
        with apart("reminders_not_decided", borrower=person_id) as work:
            decisions = decide_together(batch.person(person_id), [look.due for look in looks], now=now)
            drafted = [
                _draft(batch, person_id, outgoing, claims[person_id], now) for outgoing in decisions.outgoing
            ]
        if work.is_broken:
            decided.add_undecided(person_id, looks, until=now + UNDECIDED_WAITS)
            continue
        decided.add_silent(decisions)
        drafts += drafted
    at_once, later = flight.split(_placed(drafts, decided, desk))
    decided.write(list(claims), portions=later, now=now)
    return at_once, later


def _placed(drafts: Sequence[Draft], decided: Decided, desk: Desk) -> list[Call]:
    """Give each message its provider, and write down those that one takes now. Returns the calls to make."""
    calls, loud = [], []
    for draft in drafts:
        if draft.message:
            loud.append((draft.attempt, draft.message, draft.looks))
        else:
            decided.add_attempt(draft.attempt, draft.looks)
    parcels = [
        Parcel(attempt.channel, refused_by(looks), provider_templates.unable(message))
        for attempt, message, looks in loud
    ]
    for (attempt, message, looks), place in zip(loud, desk.place(parcels), strict=True):
        if isinstance(place, Waits):
            decided.add_waiting(looks, place)
            continue
        decided.add_attempt(attempt._replace(provider=place), looks)
        calls.append(
            Call(attempt.id, attempt.borrower_id, attempt.claim, attempt.channel, place, message, looks)
        )
    return calls


def _draft(batch: Batch, person_id: int, outgoing: Outgoing[Look], claim: int, now: datetime) -> Draft:
    """The attempt's row, and the message for a provider yet to be chosen. An inbox note is delivered by being
    committed."""
    attempt_id, words = uuid.uuid4(), batch.words(person_id, outgoing)
    kept = check_code.marked(words.text, attempt_id, channel=outgoing.channel, language=words.language)
    point = batch.point(person_id, outgoing.channel)
    is_inbox = outgoing.channel == INBOX
    attempt = AttemptRow(
        id=attempt_id,
        borrower_id=person_id,
        category=outgoing.category,
        channel=outgoing.channel,
        provider=INBOX if is_inbox else "",
        contact_point_id=point.pk if point else None,
        claim=claim,
        state=(AttemptState.ACCEPTED if is_inbox else AttemptState.CALLING).value,
        language=words.language,
        subject=words.subject,
        body=kept,
        full_text=words.full_text,
        template_id=words.template_id,
        segments=words.segments,
        reasons=reason.dumps(outgoing.reasons),
        started_at=now,
        settled_at=now if is_inbox else None,
    )
    if point is None:
        return Draft(attempt, None, outgoing.keys)
    message = Message(
        id=attempt.id,
        channel=outgoing.channel,
        to=point.value,
        subject=words.subject if outgoing.channel in ("email", "push") else "",
        text=short.filled(kept, attempt_id),
        language=words.language,
        headers=one_click.headers(attempt.id) if outgoing.channel == "email" else {},
        devices=batch.devices.get(person_id, ()) if outgoing.channel == "push" else (),
        approved=short.filled_gaps(words.approved, attempt_id) if words.approved else {},
        links=links.of_mail(attempt_id, language=words.language, is_discreet=outgoing.is_discreet)
        if outgoing.channel == "email"
        else (),
        is_large=words.is_large,
    )
    return Draft(attempt, message, outgoing.keys)
