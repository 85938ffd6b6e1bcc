"""A short notice of the service category: one message outside that says only that something waits in the portal.

The words are those of discreet messages, approved by staff. It keeps to the person's own order of channels and hours
and to the hours of the law; after a STOP there is none. Each attempt is committed before its call, in the borrower's
lane.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import override

from notifications import (
    check_code,
    content,
    context,
    local_time,
    one_click,
    provider_templates,
    sms_text,
    texts,
)
from notifications.channels.base import Accepted, Message, Outcome, RefusedForGood, RefusedForNow
from notifications.channels.deliver import deliver
from notifications.choice import CATEGORIES
from notifications.context import Batch
from notifications.gate_terms import INBOX, Person
from notifications.law import judge, links
from notifications.law.case import Case
from notifications.law.case import Message as Content
from notifications.material import Material
from notifications.models import Attempt
from notifications.provider_templates import Mapped
from notifications.push import devices as push_devices
from notifications.reason import Reason, to_json
from notifications.texts import Words
from notifications.traffic.desk import Desk, Ended, Parcel, Waits, tell
from notifications.words import AttemptState, Category, Channel, HoldReason

TRY_AGAIN = timedelta(minutes=10)  # after a provider's refusal for now, or where nothing could be decided
OF_USE = timedelta(days=2)  # later the note in the inbox is enough


@dataclass(frozen=True)
class Notice:
    """What is to be told to whom."""

    borrower_id: int
    why: Reason
    in_full: Callable[[], str]  # what it stands for, in the language in force; shown in the inbox only


class Ready(NamedTuple):
    """One notice whose attempt is written; its call begins once that is committed."""

    provider: str
    message: Message


class Way(NamedTuple):
    """How one notice goes out."""

    channel: str
    provider: str
    words: Words  # the approved ones that say only that a message waits
    mapped: Mapping[str, Mapped]  # provider → its own template for them


def way_of(person: Person, *, passed: Set[str] = frozenset()) -> str | None:
    """The channel for a notice: the first of the person's own order that reaches them. None: the inbox is enough.

    passed: channels that nobody carries these words over.
    """
    if any(hold.reason == HoldReason.STOP for hold in person.contact.holds):
        return None
    order = next(filter(None, person.choice.channels.values()), ())
    channel = next((each for each in order if each in person.contact.reachable - passed), INBOX)
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


def claim(notice: Notice, *, known: Material, desk: Desk) -> Ready | datetime | None:
    """The notice, ready to go; or the instant from which it may. The caller holds the borrower's lane.

    None: none is due, the inbox is enough.
    """
    now = desk.now
    batch = context.about([notice.borrower_id], now=now, known=known)
    person, language = batch.person(notice.borrower_id), batch.people[notice.borrower_id].language
    words = known.templates.get((content.DISCREET, language))
    if not words:
        return None
    mapped = known.mapped.get(words.template_id or 0, {})
    bound = provider_templates.bound_channels()
    channel = way_of(person, passed={one for one, names in bound.items() if not names & mapped.keys()})
    if not channel:
        return None
    if (at := opening(person, channel, now=now)) != now:
        return at
    unable = provider_templates.providers(channel) - mapped.keys()
    place = desk.place([Parcel(channel, unable=unable)])[0]
    if isinstance(place, Waits):
        return place.until
    if batch.may_link(notice.borrower_id, channel, *CATEGORIES) == links.NONE:
        words = words.without_links()
    with override(language):
        return _written(notice, batch, Way(channel, place, words, mapped), now=now)


def send(calls: Sequence[Ready], *, now: datetime) -> dict[UUID, Outcome]:
    """Make the calls and tell everybody how they went. No transaction is open."""
    by_provider: defaultdict[str, list[Message]] = defaultdict(list)
    for call in calls:
        by_provider[call.provider].append(call.message)
    outcomes = deliver(by_provider)
    push_devices.retire([point for one in outcomes.values() for point in one.gone], now=now)
    tell([Ended(call.message.channel, call.provider, outcomes[call.message.id]) for call in calls], now=now)
    return outcomes


def settle(attempt_id: UUID, outcome: Outcome, *, now: datetime) -> timedelta | None:
    """Write what became of it. Returns the wait after which it may be tried again; None where it must not be."""
    attempt = Attempt.objects.filter(pk=attempt_id, state__in=(AttemptState.CALLING, AttemptState.UNKNOWN))
    match outcome:
        case Accepted(reference):
            attempt.update(
                state=AttemptState.ACCEPTED, provider_reference=reference, detail="", settled_at=now
            )
        case RefusedForGood(why):
            attempt.update(
                state=AttemptState.REFUSED_FINAL,
                detail=why[:200],
                said_against=outcome.said_against,
                settled_at=now,
            )
        case RefusedForNow(why):
            attempt.update(state=AttemptState.REFUSED_RETRYABLE, detail=why[:200], settled_at=now)
            return outcome.retry_after or TRY_AGAIN
        case _:
            attempt.update(state=AttemptState.UNKNOWN, detail=outcome.why[:200], settled_at=now)
    return None


def _written(notice: Notice, batch: Batch, way: Way, *, now: datetime) -> Ready:
    """Commit the attempt. In the borrower's language, which is in force."""
    borrower = batch.people[notice.borrower_id]
    point = batch.points[borrower.pk][way.channel]
    attempt_id = uuid.uuid4()
    subject, text = _said(way.words, way.channel, borrower.language)
    text = check_code.marked(text, attempt_id, channel=way.channel, language=borrower.language)
    attempt = Attempt.objects.create(
        id=attempt_id,
        borrower=borrower,
        category=Category.SERVICE,
        channel=way.channel,
        provider=way.provider,
        contact_point_id=point.pk,
        language=borrower.language,
        subject=subject,
        body=text,
        full_text=notice.in_full(),
        segments=sms_text.measure(text).segments if way.channel == Channel.SMS else 0,
        template_id=way.words.template_id,
        reasons=to_json([notice.why]),
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
        approved={provider: template.filled(_values()) for provider, template in way.mapped.items()},
        is_large=batch.person(borrower.pk).choice.is_large,
    )
    return Ready(way.provider, message)


def _values() -> dict[str, str]:
    """All that may stand in words that say only that a message waits."""
    sender = context.sender()
    return {"lender": sender.lender, "phone": sender.phone, "link": sender.link, "answer": sender.link}


def _said(words: Words, channel: str, language: str) -> texts.Rendered:
    """The approved words that say only that a message waits."""
    values = _values()
    text = texts.fill(words.short if channel in texts.SHORT else words.body, values)
    return texts.Rendered(
        texts.fill(words.subject, values), context.as_sent(text, channel=channel, language=language)
    )
