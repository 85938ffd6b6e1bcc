"""What a person texts back: STOP, START, HELP in three languages; whatever else becomes part of the conversation."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import closing, letters
from accounts.models import Borrower, ContactPoint
from notifications import conversations, direct, lanes, stops
from notifications.context import KIND_OF_CHANNEL
from notifications.conversations import Said
from notifications.heard import Reply, reader
from notifications.models import Attempt, ProviderEvent
from notifications.reply_words import Wish, read
from notifications.words import Channel

Closed = ContactPoint.Closed

CONFIRMS_FOR = timedelta(minutes=5)  # a stop's confirmation counts as one, and is allowed, for so long


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> str:
    """Do once what a stored reply asks for. Returns the text to answer with, empty where none is due."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return ""
    reply = reader(event.provider).reply(event.payload)
    words = reply.text
    asked = _asked(reply)
    people = [] if reply.is_machines else list(_people(reply, asked))
    told = people[:1]  # who is answered
    for borrower in people:
        if asked is Wish.STOP:
            stops.stop(borrower, words=words, way=reply.channel, by=None, now=now)
        elif asked is Wish.START:
            stops.start(borrower, words=words, way=reply.channel, by=None, now=now)
        elif asked is Wish.WRONG_PERSON:
            _close(borrower, reply, now=now)
    if asked is Wish.OTHER and words.strip():
        writer = conversations.receive_from(people, said=_said(reply, people), now=now)
        told = [writer] if writer else []
    event.result = f"{asked.value}, {len(people)} borrowers"
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    if not told or reply.keyword:
        return ""
    with override(told[0].language):
        return answer(asked, channel=reply.channel, has_words=bool(words.strip()))


def _asked(reply: Reply) -> Wish:
    """What the person asks for. Whom an e-mail comes from anybody can write: it may silence us, not begin again."""
    asked = read(reply.keyword or reply.text)
    return Wish.OTHER if asked is Wish.START and reply.channel == Channel.EMAIL else asked


def answer_late(event: ProviderEvent, *, now: datetime) -> None:
    """A reply whose call is over: it came while the database was away, or the process died.

    Its wish is done whatever its age. The answer goes out as a message of its own, while it still confirms: what a
    network lets us say after a STOP is due within five minutes (47 CFR 64.1200(a)(12)).
    """
    text = apply_event(event, now=now)
    if text and now - event.received_at <= CONFIRMS_FOR:
        send_answer(reader(event.provider).reply(event.payload), text)


def send_answer(reply: Reply, text: str) -> None:
    """The answer as a message of its own, for a channel whose hook carries none."""
    if reply.channel == Channel.EMAIL:
        headers = {
            "Auto-Submitted": "auto-replied"
        }  # RFC 3834: two machines that answer each other never end
        mail = EmailMessage(settings.LENDER_NAME, text + "\n", to=[reply.address], headers=headers)
        transaction.on_commit(lambda: letters.post(mail, letter="reply"))
    elif reply.channel == Channel.SMS:
        direct.when_committed(phone=reply.address, text=text)
    else:
        direct.answer_when_committed(reply.channel, reply.address, text)


def _close(borrower: Borrower, reply: Reply, *, now: datetime) -> None:
    """Whoever reads this address is not whom we mean: nothing more goes there."""
    lanes.lock(borrower.pk)
    for point in _points(reply).filter(borrower=borrower):
        closing.close(point.pk, why=Closed.WRONG_PERSON, now=now)


def _people(reply: Reply, asked: Wish) -> QuerySet[Borrower]:
    """Whose address it is; a household may share one.

    Anyone who holds the phone, or our mail wherever it was forwarded to, may silence it. Only a verified and open
    address may end the silence.
    """
    points = _points(reply)
    if asked is Wish.START:
        points = points.filter(verified_at__isnull=False, closed_at=None)
    whose = Q(pk__in=points.values("borrower"))
    if asked is Wish.STOP and reply.answers:
        whose |= Q(attempts=reply.answers)
    return Borrower.objects.filter(whose).distinct().order_by("pk")


def _said(reply: Reply, people: Sequence[Borrower]) -> Said:
    answered = (
        Attempt.objects.filter(pk=reply.answers, borrower__in=people).first() if reply.answers else None
    )
    return Said(reply.text, reply.channel, answers=answered)


def _points(reply: Reply) -> QuerySet[ContactPoint]:
    """The address in our books. That our messages did not arrive there makes it no less theirs."""
    still_theirs = Q(closed_at=None) | Q(
        closed_reason__in=[Closed.BOUNCED, Closed.COMPLAINED, Closed.UNREACHABLE]
    )
    return ContactPoint.objects.filter(still_theirs, kind=KIND_OF_CHANNEL[reply.channel], value=reply.address)


def answer(asked: Wish, *, channel: str = Channel.SMS, has_words: bool = True) -> str:
    """The one text that answers, in the language in force. It confirms and says nothing of the account.

    has_words: false for a picture alone, which does not reach us.
    """
    lender = {"lender": settings.LENDER_NAME, "phone": settings.LENDER_PHONE, "url": settings.PORTAL_URL}
    if asked is Wish.STOP and channel == Channel.EMAIL:
        return _("%(lender)s: you will get no more reminders. To get them again, go to %(url)s.") % lender
    if asked is Wish.STOP:
        return _("%(lender)s: you will get no more reminders. To get them again, reply START.") % lender
    if asked is Wish.START:
        return _("%(lender)s: you will get reminders again. To stop them, reply STOP.") % lender
    if asked is Wish.HELP:
        return (
            _("%(lender)s: for help call %(phone)s or go to %(url)s. To stop reminders, reply STOP.") % lender
        )
    if asked is Wish.WRONG_PERSON:
        return _("%(lender)s: thank you. We will not write to you here again.") % lender
    if not has_words:
        return _("%(lender)s: we cannot read pictures here. Send them at %(url)s or call %(phone)s.") % lender
    return (
        _(
            "%(lender)s: we have your message. Our answer will be at %(url)s. If it cannot wait, call %(phone)s."
        )
        % lender
    )
