"""What a person texts back: STOP, START, HELP in three languages; whatever else becomes part of the conversation."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Borrower, ContactPoint
from notifications import conversations, direct, stops
from notifications.context import KIND_OF_CHANNEL
from notifications.conversations import Said
from notifications.heard import Reply, reader
from notifications.models import ProviderEvent
from notifications.reply_words import Wish, read

CONFIRMS_FOR = timedelta(minutes=5)  # a stop's confirmation counts as one, and is allowed, for so long


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> str:
    """Do once what a stored reply asks for. Returns the text to answer with, empty where none is due."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return ""
    reply = reader(event.provider).reply(event.payload)
    words = reply.text
    asked = read(reply.keyword or words)
    people = list(_people(reply, asked))
    told = people[:1]  # who is answered
    for borrower in people:
        if asked is Wish.STOP:
            stops.stop(borrower, words=words, way=reply.channel, by=None, now=now)
        elif asked is Wish.START:
            stops.start(borrower, words=words, way=reply.channel, by=None, now=now)
    if asked in (Wish.OTHER, Wish.WRONG_PERSON) and words.strip():
        writer = conversations.receive_from(people, said=Said(words, reply.channel), now=now)
        told = [writer] if writer else []
    event.result = f"{asked.value}, {len(people)} borrowers"
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    if not told or reply.keyword:
        return ""
    with override(told[0].language):
        return answer(asked, has_words=bool(words.strip()))


def answer_late(event: ProviderEvent, *, now: datetime) -> None:
    """A reply whose call is over: it came while the database was away, or the process died.

    Its wish is done whatever its age. The answer goes out as a message of its own, while it still confirms: what a
    network lets us say after a STOP is due within five minutes (47 CFR 64.1200(a)(12)).
    """
    text = apply_event(event, now=now)
    if text and now - event.received_at <= CONFIRMS_FOR:
        reply = reader(event.provider).reply(event.payload)
        direct.when_committed(phone=reply.address, text=text)


def _people(reply: Reply, asked: Wish) -> QuerySet[Borrower]:
    """Whose address it is; a household may share one.

    Anyone who holds the phone may silence it. Only a verified number may end the silence.
    """
    points = ContactPoint.objects.filter(
        kind=KIND_OF_CHANNEL[reply.channel], value=reply.address, closed_at=None
    )
    if asked is Wish.START:
        points = points.filter(verified_at__isnull=False)
    return Borrower.objects.filter(pk__in=points.values("borrower")).order_by("pk")


def answer(asked: Wish, *, has_words: bool = True) -> str:
    """The one text that answers, in the language in force. It confirms and says nothing of the account.

    has_words: false for a picture alone, which does not reach us.
    """
    lender = {"lender": settings.LENDER_NAME, "phone": settings.LENDER_PHONE, "url": settings.PORTAL_URL}
    if asked is Wish.STOP:
        return _("%(lender)s: you will get no more reminders. To get them again, reply START.") % lender
    if asked is Wish.START:
        return _("%(lender)s: you will get reminders again. To stop them, reply STOP.") % lender
    if asked is Wish.HELP:
        return (
            _("%(lender)s: for help call %(phone)s or go to %(url)s. To stop reminders, reply STOP.") % lender
        )
    if not has_words:
        return _("%(lender)s: we cannot read pictures here. Send them at %(url)s or call %(phone)s.") % lender
    return (
        _(
            "%(lender)s: we have your message. Our answer will be at %(url)s. If it cannot wait, call %(phone)s."
        )
        % lender
    )
