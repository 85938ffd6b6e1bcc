"""Telling a borrower that we have answered: a note in the inbox, and once, outside, that a message waits.

Nothing of what was written leaves the portal. The words outside are those of discreet messages, approved by staff. The
notice keeps to the person's own order of channels and hours and to the hours of the law; after a STOP there is none.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override

from notifications import (
    content,
    context,
    lanes,
    local_time,
    one_click,
    push_devices,
    push_words,
    sms_text,
    texts,
)
from notifications.channels.base import Accepted, Message, Outcome, RefusedForGood, RefusedForNow
from notifications.channels.deliver import deliver
from notifications.choice import CATEGORIES
from notifications.context import Batch
from notifications.deciding import Person
from notifications.gate import INBOX
from notifications.law import judge
from notifications.law.case import Case
from notifications.law.case import Message as Content
from notifications.material import Material, material
from notifications.models import Attempt, Conversation
from notifications.reason import Reason, to_json
from notifications.texts import Words
from notifications.traffic.desk import Desk, Ended, Parcel, Waits, tell
from notifications.words import AttemptState, Category, Channel, HoldReason

log = logging.getLogger(__name__)

ANSWERED = Reason("conversation.answered")
MOST = 200  # notices in one go
TRY_AGAIN = timedelta(minutes=10)  # after a provider's refusal for now, or where nothing could be decided
OF_USE = timedelta(days=2)  # after the answer; later the note in the inbox is enough


class Call(NamedTuple):
    """One notice on its way."""

    conversation_id: UUID
    provider: str
    message: Message


class Way(NamedTuple):
    """How one notice goes out."""

    channel: str
    provider: str
    words: Words  # the approved ones that say only that a message waits


# ---------- in the inbox ----------


def put_note(conversation: Conversation, *, now: datetime) -> Attempt:
    """The inbox's note that an answer waits. By being committed it is delivered."""
    borrower = conversation.borrower
    with override(borrower.language):
        return Attempt.objects.create(
            borrower=borrower,
            category=Category.SERVICE,
            channel=Channel.INBOX,
            provider=Channel.INBOX,
            state=AttemptState.ACCEPTED,
            language=borrower.language,
            subject=gettext("We have answered your message"),
            body=_in_full(conversation),
            reasons=to_json([ANSWERED]),
            started_at=now,
            settled_at=now,
        )


def _in_full(conversation: Conversation) -> str:
    """In the language in force."""
    text = gettext("You wrote to us about %(topic)s. Our answer is in the conversation.")
    return text % {"topic": conversation.get_topic_display()}


# ---------- outside ----------


def send_due(*, now: datetime) -> int:
    """Tell whoever has an answer to read and may be told now. Returns the calls made.

    Each attempt is committed before its call, in the borrower's lane, so a STOP that came first is seen. No transaction
    is open during the calls; what a killed process leaves is made unknown by the reaper, and is never sent again.
    """
    due = Conversation.objects.filter(notice_at__lte=now).order_by("notice_at")
    waiting = list(due.values_list("pk", "borrower_id")[:MOST])
    if not waiting:
        return 0
    known = material()
    desk = Desk(now=now)
    calls = [call for pk, borrower_id in waiting if (call := _claimed(pk, borrower_id, known, desk))]
    if calls:
        by_provider: defaultdict[str, list[Message]] = defaultdict(list)
        for call in calls:
            by_provider[call.provider].append(call.message)
        outcomes = deliver(by_provider)
        _settle(calls, outcomes, now)
        push_devices.retire([point for one in outcomes.values() for point in one.gone], now=now)
        tell(
            [Ended(call.message.channel, call.provider, outcomes[call.message.id]) for call in calls], now=now
        )
    return len(calls)


def _claimed(conversation_id: UUID, borrower_id: int, known: Material, desk: Desk) -> Call | None:
    try:
        return _claim(conversation_id, borrower_id, known, desk)
    except Exception:
        # Whatever is wrong with one person's rows, the others must not wait for its mending, nor the reminders.
        log.exception("conversation_notices.undecided", extra={"borrower": borrower_id})
        Conversation.objects.filter(pk=conversation_id).update(notice_at=desk.now + TRY_AGAIN)
        return None


def way_of(person: Person) -> str | None:
    """The channel for a notice: the first of the person's own order that reaches them. None: the inbox is enough."""
    if any(hold.reason == HoldReason.STOP for hold in person.contact.holds):
        return None
    order = next(filter(None, person.choice.channels.values()), ())
    channel = next((each for each in order if each in person.contact.reachable), INBOX)
    return None if channel == INBOX else channel


def opening(person: Person, channel: str, *, now: datetime) -> datetime | None:
    """The first instant (UTC) from `now` on in the person's own hours and those of the law at every stage of a debt."""
    zones, at, until = person.contact.zones, now, now + OF_USE
    rules = [
        judge.rules_for(person.rulebooks, binds=person.contact.binds, stage=stage, channel=channel)
        for stage in CATEGORIES
    ]
    while at < until:
        moves = [local_time.next_common_opening(at, person.choice.windows, zones)]
        for each, stage in zip(rules, CATEGORIES, strict=True):
            moves.append(
                judge.earliest(each, Case(zones, person.contact.binds, stage, channel, Content()), at)
            )
        found = [move for move in moves if move is not None]
        if len(found) < len(moves):
            return None
        if max(found) == at:
            return at
        at = max(found)
    return None


@transaction.atomic
def _claim(conversation_id: UUID, borrower_id: int, known: Material, desk: Desk) -> Call | None:
    """Commit the notice of one conversation, or put it off, or drop it."""
    now = desk.now
    lanes.lock(borrower_id)
    conversation = Conversation.objects.filter(pk=conversation_id, notice_at__lte=now).first()
    if conversation is None:
        return None
    batch = context.about([borrower_id], now=now, known=known)
    person = batch.person(borrower_id)
    words = known.templates.get((content.DISCREET, batch.people[borrower_id].language))
    channel = way_of(person)
    at = opening(person, channel, now=now) if words and channel else None
    place: str | Waits | None = desk.place([Parcel(channel)])[0] if channel and at == now else None
    if isinstance(place, Waits):
        at, place = place.until, None
    conversation.notice_at = at if at and at > now else None
    conversation.save(update_fields=["notice_at"])
    if not (words and channel and place):
        return None
    with override(batch.people[borrower_id].language):
        return _written(conversation, batch, Way(channel, place, words), now=now)


def _written(conversation: Conversation, batch: Batch, way: Way, *, now: datetime) -> Call:
    """Commit the attempt. In the borrower's language, which is in force."""
    borrower = batch.people[conversation.borrower_id]
    point = batch.points[borrower.pk][way.channel]
    subject, text = _said(way.words, way.channel, borrower.language)
    attempt = Attempt.objects.create(
        borrower=borrower,
        category=Category.SERVICE,
        channel=way.channel,
        provider=way.provider,
        contact_point_id=point.pk,
        language=borrower.language,
        subject=subject,
        body=text,
        full_text=_in_full(conversation),
        segments=sms_text.measure(text).segments if way.channel == Channel.SMS else 0,
        template_id=way.words.template_id,
        reasons=to_json([ANSWERED]),
        started_at=now,
    )
    message = Message(
        attempt.pk,
        way.channel,
        point.value,
        "" if way.channel == Channel.SMS else subject,
        text,
        borrower.language,
        headers=one_click.headers(attempt.pk) if way.channel == Channel.EMAIL else {},
        devices=batch.devices.get(borrower.pk, ()) if way.channel == Channel.PUSH else (),
    )
    return Call(conversation.pk, way.provider, message)


def _said(words: Words, channel: str, language: str) -> texts.Rendered:
    """The approved words that say only that a message waits."""
    sender = context.sender()
    values = {"lender": sender.lender, "phone": sender.phone, "link": sender.link}
    text = texts.fill(words.short if channel == Channel.SMS else words.body, values)
    if channel == Channel.PUSH:
        text = push_words.body(language)
    elif channel == Channel.SMS and language == "en":
        text = sms_text.downgrade(text)
    return texts.Rendered(texts.fill(words.subject, values), text)


def _settle(calls: Sequence[Call], outcomes: dict[UUID, Outcome], now: datetime) -> None:
    """Write what became of each. Surely not sent, and perhaps later: again after a while, as long as it is of use."""
    for call in calls:
        outcome = outcomes[call.message.id]
        attempt = Attempt.objects.filter(
            pk=call.message.id, state__in=(AttemptState.CALLING, AttemptState.UNKNOWN)
        )
        match outcome:
            case Accepted(reference):
                attempt.update(
                    state=AttemptState.ACCEPTED, provider_reference=reference, detail="", settled_at=now
                )
            case RefusedForGood(why):
                attempt.update(state=AttemptState.REFUSED_FINAL, detail=why[:200], settled_at=now)
            case RefusedForNow(why):
                attempt.update(state=AttemptState.REFUSED_RETRYABLE, detail=why[:200], settled_at=now)
                still = Conversation.objects.filter(pk=call.conversation_id, last_at__gt=now - OF_USE)
                still.filter(messages__side="lender", messages__read_at=None).update(
                    notice_at=now + (outcome.retry_after or TRY_AGAIN)
                )
            case _:
                attempt.update(state=AttemptState.UNKNOWN, detail=outcome.why[:200], settled_at=now)
