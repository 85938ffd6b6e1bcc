"""The links of a reminder: signed, for a time, and bound to the one message they stand in."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from notifications.content import DISCREET
from notifications.inbox import SENT_STATES
from notifications.models import AnswerKind, Attempt

_SIGNER = signing.Signer(salt="notifications.reply_links")
GOOD_FOR = timedelta(days=30)
REMINDERS = ("upcoming", "due", "overdue")
# A discreet message says only that one waits: links about paying would tell what it is about.
TELL_NOTHING = (AnswerKind.WRONG, AnswerKind.STOP)
SIGNED_IN = (AnswerKind.PAID, AnswerKind.DATE, AnswerKind.HELP)  # the pages have the rest already


class LinkInvalid(Exception):
    """Nobody signed it, its time is over, or it does not fit the message. Which, is never told."""


class Link(NamedTuple):
    label: str
    address: str


def of_mail(attempt_id: UUID, *, language: str, is_discreet: bool) -> tuple[Link, ...]:
    """What stands under an e-mail, absolute, in its language."""
    token = sign(attempt_id)
    return tuple(
        Link(_label(kind, language), settings.PORTAL_URL + path(kind, token))
        for kind in (TELL_NOTHING if is_discreet else AnswerKind)
    )


def of_choice(attempt: Attempt) -> list[tuple[AnswerKind, Link]]:
    """What the page offers to which a text leads; in the language in force."""
    is_discreet = attempt.template is not None and attempt.template.code == DISCREET
    token = sign(attempt.pk)
    return [
        (kind, Link(str(kind.label), path(kind, token)))
        for kind in (TELL_NOTHING if is_discreet else AnswerKind)
        if _has_sense(kind, attempt)
    ]


def of_page(attempt: Attempt, *, now: datetime) -> list[Link]:
    """What its addressee, signed in, may answer to a message; in the language in force."""
    if not is_open(attempt, now):
        return []
    token = sign(attempt.pk)
    return [Link(str(kind.label), path(kind, token)) for kind in SIGNED_IN]


def sign(attempt_id: UUID) -> str:
    """66 characters that say nothing and that only we can have made."""
    return _SIGNER.sign(urlsafe_b64encode(attempt_id.bytes).decode().rstrip("="))


def path(kind: AnswerKind, token: str) -> str:
    return reverse("reply_links:page", args=[kind.value, token])


def opened(kind: str, token: str, *, now: datetime) -> tuple[AnswerKind, Attempt]:
    """What a link asks for, and of which message. LinkInvalid: it opens nothing, or nothing any more."""
    try:
        attempt_id = UUID(bytes=urlsafe_b64decode(_SIGNER.unsign(token) + "=="))
        attempt = Attempt.objects.select_related("borrower").get(pk=attempt_id)
        known = AnswerKind(kind)
    except (signing.BadSignature, ValueError, Attempt.DoesNotExist) as error:
        raise LinkInvalid from error
    if not is_open(attempt, now) or not _has_sense(known, attempt):
        raise LinkInvalid
    return known, attempt


def is_open(attempt: Attempt, now: datetime) -> bool:
    """May a message still be answered?"""
    return (
        attempt.category in REMINDERS and attempt.state in SENT_STATES and attempt.started_at > now - GOOD_FOR
    )


def _has_sense(kind: AnswerKind, attempt: Attempt) -> bool:
    """A wrong person is one whom an address reached."""
    return kind is not AnswerKind.WRONG or attempt.contact_point_id is not None


@cache
def _label(kind: AnswerKind, language: str) -> str:
    with override(language):
        return str(kind.label)
