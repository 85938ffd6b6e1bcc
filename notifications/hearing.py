"""From a hook to the consequence: an event is kept first and understood then, once.

A hook checks the signature and calls `hear`. The event's row is committed before anything is drawn from it; where the
database is away it goes into the spool on disk (notifications.hooks.spool), and the next tick, or the next hook, takes
it from there.
"""

import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from notifications import answers, receipts, replies
from notifications.answers import Answer
from notifications.apart import apart
from notifications.away import AWAY
from notifications.heard import INBOUND, Raw
from notifications.hooks import spool
from notifications.models import ProviderEvent

logger = logging.getLogger(__name__)

_NO_SIGN = re.compile("[\0\ud800-\udfff]")


def hear(raw: Raw, *, now: datetime) -> Answer | None:
    """Keep an event and draw its consequence. Returns the answer to a reply; None where none is due.

    When it returns, the event is on disk, here or in the database, and the provider may be told so. OSError: it is
    not, and the provider must send it again.
    """
    try:
        event = _row(raw, now=now)
    except AWAY:
        spool.append(folder(), _line(raw, now), limit=settings.HOOK_SPOOL_BYTES)
        logger.error("event_spooled provider=%s kind=%s", raw.provider, raw.kind)
        return None
    try:
        # The provider must not send it again and again where our own code trips over it; staff see that it waits.
        with apart("event_not_understood", passing=AWAY, event=event.pk):
            if spool.waits(folder()):  # the database is back
                drain()
            if raw.kind == INBOUND:
                return replies.apply_event(event, now=now)
            receipts.apply_event(event, now=now)
    except AWAY:  # it is kept, and the tick's sweep draws the consequence
        logger.error("event_waits provider=%s kind=%s", raw.provider, raw.kind)
    return None


def hear_reply(raw: Raw, *, now: datetime) -> None:
    """Hear what a person wrote and answer it by a message of its own: for a hook whose own answer carries none."""
    if answer := hear(raw, now=now):
        answers.send(answer)


def drain() -> int:
    """Give the database what came while it was away. Returns how many events; some may have been there already."""
    try:
        return spool.drain(folder(), _take)
    except OSError as error:
        logger.critical("spool_unusable error=%s", type(error).__name__)
        return 0


def folder() -> Path:
    return Path(settings.HOOK_SPOOL)


def _take(line: spool.Event) -> None:
    raw = Raw(line["provider"], line["kind"], line["key"], line["payload"])
    _row(raw, now=datetime.fromisoformat(line["at"]))


def _line(raw: Raw, now: datetime) -> spool.Event:
    return {
        "provider": raw.provider,
        "kind": raw.kind,
        "key": raw.key,
        "payload": raw.payload,
        "at": now.isoformat(),
    }


def _row(raw: Raw, *, now: datetime) -> ProviderEvent:
    """The event's row, committed; the same event again is the same row."""
    event, _ = ProviderEvent.objects.get_or_create(
        provider=raw.provider,
        event_key=raw.key,
        defaults={"kind": raw.kind, "payload": storable(raw.payload), "received_at": now},
    )
    return event


def storable(value: Any) -> Any:
    """The same JSON; PostgreSQL's has no place for NUL, nor for half a surrogate pair."""
    match value:
        case str():
            return _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            return {storable(name): storable(each) for name, each in value.items()}
        case list():
            return [storable(each) for each in value]
    return value
