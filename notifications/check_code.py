"""Is this message real? A short mark in each message, and what we say of it to whoever asks. The mark says nothing.

It is the first 40 bits of the attempt's random id in base 32, so it needs no column and is found by the primary key.
Among a million messages the chance that any two share one is 37 % (by n² / 2⁴¹); then both days are told.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from notifications import base32, sms_text
from notifications.inbox import SENT_STATES
from notifications.local_time import zone
from notifications.models import Attempt
from notifications.words import Channel

LENGTH = 8
ANSWERED_FOR = timedelta(days=90)
_BITS, _ID_BITS = 5 * LENGTH, 128


class Sent(NamedTuple):
    """One message that went out with this mark."""

    day: date  # where its addressee lives
    channel: Channel


def of(attempt_id: UUID) -> str:
    """The mark of an attempt: K7QM2XP4."""
    return base32.written(number(attempt_id), length=LENGTH)


def number(attempt_id: UUID) -> int:
    """The bits of an attempt's id that make its mark."""
    return attempt_id.int >> (_ID_BITS - _BITS)


def ids_marked(number: int) -> tuple[UUID, UUID]:
    """The first and the last id with this mark."""
    return UUID(int=number << (_ID_BITS - _BITS)), UUID(int=((number + 1) << (_ID_BITS - _BITS)) - 1)


def find(typed: str, *, now: datetime) -> list[Sent]:
    """What we sent with this mark in the last 90 days. One query, whatever was typed."""
    meant = base32.read(typed, length=LENGTH)
    ids = (UUID(int=0), UUID(int=0)) if meant is None else ids_marked(meant)
    rows = Attempt.objects.filter(
        pk__range=ids, state__in=SENT_STATES, started_at__gt=now - ANSWERED_FOR
    ).exclude(channel=Channel.INBOX)
    found = rows.order_by("-started_at").values_list("started_at", "channel", "borrower__time_zone")
    return [Sent(at.astimezone(zone(place)).date(), Channel(channel)) for at, channel, place in found]


def marked(text: str, attempt_id: UUID, *, channel: str, language: str) -> str:
    """The text with its mark at its end. A text message gets it only where it costs no further segment: with its name
    where there is room, else bare. The inbox needs none, nor a push message, beside which the browser shows our
    address; and a provider that sends its own approved words has no place for it."""
    mark = of(attempt_id)
    if channel == Channel.EMAIL:
        return f"{text}\n\n{_sentence(language).format(mark=mark, address=page_address())}"
    if channel == Channel.SMS:
        return _that_fits(text, (f"{text} {_named(language).format(mark=mark)}", f"{text} {mark}"))
    return text


def page_address() -> str:
    return f"{settings.PORTAL_URL}{reverse('notifications:check')}"


def _that_fits(text: str, longer: Iterable[str]) -> str:
    most = sms_text.measure(text).segments
    return next((one for one in longer if sms_text.measure(one).segments <= most), text)


@cache
def _named(language: str) -> str:
    with override(language):
        return gettext("Ref. {mark}")


@cache
def _sentence(language: str) -> str:
    with override(language):
        return gettext("Is this message from us? Check its reference {mark} at {address}")
