"""What a person texts back: STOP, START, HELP in three languages; whatever else becomes part of the conversation."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import closing
from accounts.models import Borrower, ContactPoint
from notifications import answer_words, answers, lanes, stops
from notifications.answers import Answer
from notifications.context import KIND_OF_CHANNEL
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.heard import Reply, reader
from notifications.models import Attempt, ProviderEvent
from notifications.reply_words import Wish, read
from notifications.words import Channel

Closed = ContactPoint.Closed

CONFIRMS_FOR = timedelta(minutes=5)  # a stop's confirmation counts as one, and is allowed, for so long


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> Answer | None:
    """Do once what a stored reply asks for. Returns the answer, None where none is due, or none can go back."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return None
    reply = reader(event.provider).reply(event.payload)
    words = reply.text
    asked = _asked(reply)
    people = [] if reply.is_machines else list(_people(reply, asked))
    told = people  # of whom the first is answered
    for borrower in people:
        if asked is Wish.STOP:
            stops.stop(borrower, words=words, way=reply.channel, by=None, now=now)
        elif asked is Wish.START:
            stops.start(borrower, words=words, way=reply.channel, by=None, now=now)
        elif asked is Wish.WRONG_PERSON:
            _close(borrower, reply, why=Closed.WRONG_PERSON, now=now)
    if reply.has_moved:
        for borrower in _people(reply, asked):
            _close(borrower, reply, why=Closed.UNREACHABLE, now=now)
    if asked is Wish.OTHER and words.strip():
        writer = conversations.receive_from(people, said=_said(reply, people), now=now)
        told = [writer] if writer else []
    event.result = f"{asked.value}, {len(people)} borrowers"
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    if not told or reply.keyword:
        return None
    is_picture = asked is Wish.OTHER and not words.strip()
    name = answer_words.PICTURE if is_picture else answer_words.OF_WISH[asked]
    return _answer(event, reply, name, told, now)


def _asked(reply: Reply) -> Wish:
    """What the person asks for. Whom an e-mail comes from anybody can write: it may silence us, not begin again."""
    asked = read(reply.keyword or reply.text)
    return Wish.OTHER if asked is Wish.START and reply.channel == Channel.EMAIL else asked


def answer_late(event: ProviderEvent, *, now: datetime) -> None:
    """A reply whose call is over: it came while the database was away, or the process died."""
    if answer := apply_event(event, now=now):
        answers.send(answer)


def _answer(
    event: ProviderEvent, reply: Reply, name: str, people: Sequence[Borrower], now: datetime
) -> Answer | None:
    """The answer to the first of these people; None where they read it elsewhere.

    A wish is done whatever its age. What a network lets us say after a STOP is due within five minutes (47 CFR
    64.1200(a)(12)).
    """
    answer = answers.compose(name, language=people[0].language, reply=reply, provider=event.provider)
    if answer is None or now - event.received_at > CONFIRMS_FOR:
        answers.tell_elsewhere(name, people, reply=reply, now=now)
        return None
    return answer


def _close(borrower: Borrower, reply: Reply, *, why: str, now: datetime) -> None:
    """Whoever reads this address is not whom we mean, or nobody does: nothing more goes there."""
    lanes.lock(borrower.pk)
    for point in _points(reply).filter(borrower=borrower):
        closing.close(point.pk, why=why, now=now)


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
