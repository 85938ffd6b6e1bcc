"""The conversation between a borrower and the lender: write, answer, receive, close. Each owns its transaction.

While a borrower waits for our answer the hold `conversation` keeps reminders back: until we answer, until either side
closes, or, should nobody answer, until CONVERSATION_HOLD_DAYS are over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from accounts.models import Borrower, User
from notifications import holds, inbox, lanes, local_time
from notifications.conversations import notices as conversation_notices
from notifications.conversations.attachments import Checked
from notifications.holds import NewHold
from notifications.models import Attachment, Attempt, Conversation, ConversationMessage
from notifications.words import HoldReason, Side, Topic, Way

LONGEST_TEXT = 4000  # characters
REPLIES_TO = timedelta(days=14)  # a reply that names no message answers the last one of these days
_UNREAD = Q(side=Side.LENDER, read_at=None)  # by the borrower


class ConversationClosed(ValueError):
    """Nothing can be added; the text says so to staff."""


@dataclass(frozen=True)
class Said:
    """What one side says. text: 1 to LONGEST_TEXT characters."""

    text: str
    channel: str = Way.PORTAL
    answers: Attempt | None = None  # the message that it answers, one of this borrower's
    files: Sequence[Checked] = ()


# ---------- the borrower ----------


@transaction.atomic
def write(borrower: Borrower, *, said: Said, topic: str, now: datetime) -> ConversationMessage:
    """The borrower says something about a topic; it joins the open conversation about it, or opens one.

    The lane is locked first: what a worker is sending is committed before the hold is written, and every later
    decision sees it.
    """
    lanes.lock(borrower.pk)
    conversation = about(borrower, topic, now=now)
    by = borrower.user if said.channel == Way.PORTAL else None  # who holds a phone is not signed in
    message = _add(conversation, Side.BORROWER, said, by=by, now=now)
    conversation.last_at = now
    conversation.waiting_since = conversation.waiting_since or now
    conversation.save(update_fields=["last_at", "waiting_since"])
    _hold(conversation, said, by=by, now=now)
    return message


@transaction.atomic
def receive(borrower: Borrower, *, said: Said, now: datetime) -> bool:
    """A reply in free words that came over a channel. True where the wait for us begins with it.

    It answers `said.answers`, else the last message that went out over that channel; it joins the borrower's latest
    open conversation.
    """
    lanes.lock(borrower.pk)
    latest = borrower.conversations.filter(closed_at=None).order_by("-last_at").first()
    answers = said.answers or _last_sent(borrower, said.channel, now)
    topic = latest.topic if latest else Topic.REMINDERS if answers else Topic.OTHER
    write(
        borrower, said=Said(said.text[:LONGEST_TEXT], said.channel, answers, said.files), topic=topic, now=now
    )
    return latest is None or latest.waiting_since is None


def receive_from(people: Sequence[Borrower], *, said: Said, now: datetime) -> Borrower | None:
    """A reply from an address that several people may share; it is taken as of the one whom a message reached last.

    Whom to tell that we have it: nobody where the person waits for us already, or where it has no words.
    """
    if not people or not said.text.strip():
        return None
    reached = ((sent.started_at, one) for one in people if (sent := _last_sent(one, said.channel, now)))
    writer = max(reached, key=itemgetter(0), default=(now, people[0]))[1]
    return writer if receive(writer, said=said, now=now) else None


def _last_sent(borrower: Borrower, channel: str, now: datetime) -> Attempt | None:
    recent = borrower.attempts.filter(channel=channel, state__in=inbox.SENT_STATES)
    return recent.filter(started_at__range=(now - REPLIES_TO, now)).order_by("-started_at").first()


# ---------- the lender ----------


@transaction.atomic
def answer(
    staff: User, *, conversation: Conversation, said: Said, now: datetime, closes: bool = False
) -> ConversationMessage:
    """The lender answers; reminders are free again, and the borrower is told, once until they have read it.

    closes: nothing more is expected. ConversationClosed: it has been closed meanwhile.
    """
    conversation = _locked(conversation)
    if conversation.closed_at:
        raise ConversationClosed(gettext("This conversation has been closed meanwhile."))
    is_told = conversation.messages.filter(_UNREAD).exists()
    message = _add(conversation, Side.LENDER, said, by=staff, now=now)
    conversation.messages.filter(side=Side.BORROWER, read_at=None).update(read_at=now)
    conversation.last_at, conversation.waiting_since = now, None
    conversation.closed_at = now if closes else None
    if not is_told:
        message.note = conversation_notices.put_note(conversation, now=now)
        message.save(update_fields=["note"])
        conversation.notice_at = now
    conversation.save(update_fields=["last_at", "waiting_since", "closed_at", "notice_at"])
    _release(conversation, by=staff, way="staff", now=now)
    return message


# ---------- either side ----------


def about(borrower: Borrower, topic: str, *, now: datetime) -> Conversation:
    """The open conversation about a topic, else a new one. The caller holds the lane."""
    conversation, _is_new = Conversation.objects.get_or_create(
        borrower=borrower, topic=topic, closed_at=None, defaults={"opened_at": now, "last_at": now}
    )
    return conversation


@transaction.atomic
def close(conversation: Conversation, *, by: User, now: datetime) -> bool:
    """Nothing more is expected of anybody. True where it was open."""
    conversation = _locked(conversation)
    if conversation.closed_at:
        return False
    conversation.closed_at, conversation.waiting_since = now, None
    conversation.save(update_fields=["closed_at", "waiting_since"])
    _release(conversation, by=by, way="staff" if by.is_staff else "page", now=now)
    return True


@transaction.atomic
def mark_read(conversation: Conversation, *, by: Side, now: datetime) -> None:
    """One side has the thread before its eyes. Of the borrower: the note that told of it is read as well."""
    unread = conversation.messages.exclude(side=by).filter(read_at=None)
    notes: list[UUID] = list(unread.filter(note__isnull=False).values_list("note", flat=True))
    if unread.update(read_at=now) and by == Side.BORROWER:
        Conversation.objects.filter(pk=conversation.pk).update(notice_at=None)
        Attempt.objects.filter(pk__in=notes, read_at=None).update(read_at=now)


def of(borrower: Borrower) -> QuerySet[Conversation]:
    """The borrower's conversations, the latest first, each with `is_new`: it holds an answer not read yet."""
    unread = ConversationMessage.objects.filter(_UNREAD, conversation=OuterRef("pk"))
    return borrower.conversations.annotate(is_new=Exists(unread)).order_by("-last_at", "-pk")


def unread_of_login(user: Any) -> QuerySet[ConversationMessage]:
    """The answers that whoever signs in with it has not read. user: its id, or an expression."""
    return ConversationMessage.objects.filter(_UNREAD, conversation__borrower__user=user)


def expected_by(conversation: Conversation) -> datetime | None:
    """When our answer is expected (UTC); None: none is."""
    since = conversation.waiting_since
    return since + timedelta(hours=settings.CONVERSATION_ANSWER_HOURS) if since else None


def _locked(conversation: Conversation) -> Conversation:
    lanes.lock(conversation.borrower_id)
    return Conversation.objects.select_related("borrower").get(pk=conversation.pk)


def _add(
    conversation: Conversation, side: Side, said: Said, *, by: User | None, now: datetime
) -> ConversationMessage:
    if said.answers and said.answers.borrower_id != conversation.borrower_id:
        raise ValueError("A message answers only what was sent to the same borrower.")
    message = ConversationMessage.objects.create(
        conversation=conversation,
        side=side,
        text=said.text,
        channel=said.channel,
        answers=said.answers,
        written_by=by,
        at=now,
    )
    for each in said.files:
        kept = Attachment(message=message, name=each.name, kind=each.kind, size=each.file.size)
        kept.file.save(each.name, each.file, save=True)
    return message


# ---------- silence while we owe an answer ----------


def _hold(conversation: Conversation, said: Said, *, by: User | None, now: datetime) -> None:
    borrower = conversation.borrower
    today = local_time.today(borrower.time_zone, now=now)
    silence = NewHold(
        HoldReason.CONVERSATION,
        words=f"conversation {conversation.pk}",  # what was said stands there
        last_day=today + timedelta(days=settings.CONVERSATION_HOLD_DAYS),
        way="page" if said.channel == Way.PORTAL else said.channel,
    )
    holds.place(borrower, hold=silence, by=by, now=now)


def _release(conversation: Conversation, *, by: User, way: str, now: datetime) -> None:
    """Lift the hold, unless the borrower waits for us in another conversation."""
    borrower = conversation.borrower
    if borrower.conversations.filter(waiting_since__isnull=False).exists():
        return
    if hold := holds.current(borrower, reason=HoldReason.CONVERSATION, account=None, now=now):
        holds.lift(hold, words=f"conversation {conversation.pk}", by=by, now=now, way=way)
