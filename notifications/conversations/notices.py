"""Telling a borrower that we have answered: a note in the inbox, and once, outside, that a message waits.

Nothing of what was written leaves the portal: what goes outside is notices'.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override

from notifications import inbox, lanes, notices
from notifications.apart import apart
from notifications.inbox import Note
from notifications.material import Material, material
from notifications.models import Attempt, Conversation
from notifications.notices import Notice, Ready
from notifications.reason import Reason
from notifications.traffic.desk import Desk
from notifications.words import Side

ANSWERED = Reason("conversation.answered")
MOST = 200  # notices in one go


class Call(NamedTuple):
    """One notice on its way."""

    conversation_id: UUID
    ready: Ready


# ---------- in the inbox ----------


def put_note(conversation: Conversation, *, now: datetime) -> Attempt:
    """The inbox's note that an answer waits. By being committed it is delivered."""
    borrower = conversation.borrower
    with override(borrower.language):
        subject = gettext("We have answered your message")
        return inbox.put(borrower, Note(subject, _in_full(conversation), ANSWERED), now=now)


def _in_full(conversation: Conversation) -> str:
    """In the language in force."""
    text = gettext("You wrote to us about %(topic)s. Our answer is in the conversation.")
    return text % {"topic": conversation.get_topic_display()}


# ---------- outside ----------


def send_due(*, now: datetime) -> int:
    """Tell whoever has an answer to read and may be told now. Returns the calls made.

    Each attempt is committed before its call, in the borrower's lane, so a STOP that came first is seen. No transaction
    is open during the calls; what a killed process leaves is made unknown by the reaper, and is never sent again.
    """
    due = Conversation.objects.filter(notice_at__lte=now).order_by("notice_at")
    waiting = list(due.values_list("pk", "borrower_id")[:MOST])
    if not waiting:
        return 0
    known = material()
    desk = Desk(now=now)
    calls = [call for pk, borrower_id in waiting if (call := _claimed(pk, borrower_id, known, desk))]
    if calls:
        outcomes = notices.send([call.ready for call in calls], now=now)
        for call in calls:
            sent = call.ready.message.id
            if wait := notices.settle(sent, outcomes[sent], now=now):
                _try_again(call.conversation_id, now + wait, now)
    return len(calls)


def _claimed(conversation_id: UUID, borrower_id: int, known: Material, desk: Desk) -> Call | None:
    with apart("notice_not_decided", borrower=borrower_id):
        return _claim(conversation_id, borrower_id, known, desk)
    Conversation.objects.filter(pk=conversation_id).update(notice_at=desk.now + notices.TRY_AGAIN)
    return None


@transaction.atomic
def _claim(conversation_id: UUID, borrower_id: int, known: Material, desk: Desk) -> Call | None:
    """Commit the notice of one conversation, or put it off, or drop it."""
    lanes.lock(borrower_id)
    conversation = Conversation.objects.filter(pk=conversation_id, notice_at__lte=desk.now).first()
    if conversation is None:
        return None
    notice = Notice(borrower_id, ANSWERED, partial(_in_full, conversation))
    found = notices.claim(notice, known=known, desk=desk)
    conversation.notice_at = found if isinstance(found, datetime) else None
    conversation.save(update_fields=["notice_at"])
    return Call(conversation_id, found) if isinstance(found, Ready) else None


def _try_again(conversation_id: UUID, at: datetime, now: datetime) -> None:
    """Surely not sent, and perhaps later: again, as long as it is of use."""
    still = Conversation.objects.filter(pk=conversation_id, last_at__gt=now - notices.OF_USE)
    still.filter(messages__side=Side.LENDER, messages__read_at=None).update(notice_at=at)
