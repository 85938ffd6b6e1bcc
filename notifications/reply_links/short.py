"""The link of a text message: one, short, to the page that offers all answers.

Its token is made from the attempt's id and stored nowhere: the 40 bits that also make the message's reference find the
row by its primary key, and 80 bits that only we can have made prove it. Whoever reads our records sees a stand-in.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from notifications import base32, check_code
from notifications.channels.base import Approved
from notifications.models import Attempt
from notifications.reply_links.links import LinkInvalid, is_open

PROOF_BITS = 80
LENGTH = check_code.LENGTH + PROOF_BITS // 5  # signs
STAND_IN = "*" * LENGTH  # as long, so that segments are counted right


def address() -> str:
    """A link yet to be made: with the stand-in in its token's place."""
    return f"{settings.PORTAL_URL}{_path()}"


def path(attempt_id: UUID) -> str:
    return reverse("reply_links:choose", args=[token(attempt_id)])


@cache
def _path() -> str:
    return reverse("reply_links:choose", args=[STAND_IN])


def token(attempt_id: UUID) -> str:
    """24 signs of base 32: no sign is lost at the end of a link, and none is hard to tell from another."""
    return _token(attempt_id, settings.SECRET_KEY)


def filled(text: str, attempt_id: UUID) -> str:
    """The words of a message as they are sent: with the link that leads to this attempt, if there is one."""
    return text.replace(STAND_IN, token(attempt_id)) if STAND_IN in text else text


def filled_gaps(approved: Mapping[str, Approved], attempt_id: UUID) -> Mapping[str, Approved]:
    """The same for the providers' own templates."""
    return {
        provider: replace(one, values=tuple((name, filled(value, attempt_id)) for name, value in one.values))
        for provider, one in approved.items()
    }


def opened(typed: str, *, now: datetime) -> Attempt:
    """The message that a link stands in. LinkInvalid: it opens nothing, or nothing any more."""
    number = base32.read(typed, length=LENGTH)
    if number is None:
        raise LinkInvalid
    ids = check_code.ids_marked(number >> PROOF_BITS)
    for attempt in Attempt.objects.select_related("borrower", "template").filter(pk__range=ids):
        if _is_ours(number, attempt.pk) and is_open(attempt, now):
            return attempt
    raise LinkInvalid


def _is_ours(number: int, attempt_id: UUID) -> bool:
    given = base32.written(number, length=LENGTH)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(given, _token(attempt_id, key)) for key in keys)


def _token(attempt_id: UUID, secret: str) -> str:
    proof = hmac.digest(_key(secret), attempt_id.bytes, "sha256")[: PROOF_BITS // 8]
    number = check_code.number(attempt_id) << PROOF_BITS | int.from_bytes(proof, "big")
    return base32.written(number, length=LENGTH)


@cache
def _key(secret: str) -> bytes:
    """A key for this alone: what signs something else signs no link."""
    return hashlib.sha256(f"notifications.reply_links.short:{secret}".encode()).digest()
