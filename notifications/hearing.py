"""From a hook to the consequence: an event is kept first and understood then, once.

A hook checks the signature and calls `hear`. The event's row is committed before anything is drawn from it; where the
database is away it goes into the spool on disk (notifications.spool), and the next tick, or the next hook, takes it
from there.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from notifications import receipts, replies, spool
from notifications.heard import INBOUND, Raw
from notifications.models import ProviderEvent

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError)  # what Django raises where the database cannot be reached


def hear(raw: Raw, *, now: datetime) -> str:
    """Keep an event and draw its consequence. Returns the text to answer a reply with; empty where none is due.

    When it returns, the event is on disk, here or in the database, and the provider may be told so. OSError: it is
    not, and the provider must send it again.
    """
    try:
        event = _row(raw, now=now)
    except AWAY:
        spool.append(folder(), _line(raw, now), limit=settings.HOOK_SPOOL_BYTES)
        logger.error("event_spooled provider=%s kind=%s", raw.provider, raw.kind)
        return ""
    try:
        if spool.waits(folder()):  # the database is back
            drain()
        if raw.kind == INBOUND:
            return replies.apply_event(event, now=now)
        receipts.apply_event(event, now=now)
    except AWAY:  # it is kept, and the tick's sweep draws the consequence
        logger.error("event_waits provider=%s kind=%s", raw.provider, raw.kind)
    return ""


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
        defaults={"kind": raw.kind, "payload": without_nul(raw.payload), "received_at": now},
    )
    return event


def without_nul(value: Any) -> Any:
    """The same JSON; PostgreSQL's has no place for NUL."""
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case dict():
            return {without_nul(name): without_nul(each) for name, each in value.items()}
        case list():
            return [without_nul(each) for each in value]
    return value
