"""A text that cannot wait behind reminders: a security code, an invitation.

Its lane has nothing in common with theirs but the providers: threads of its own in the process that was asked, a
connection of its own, no row in the queue, no task on the broker. Where contact law fails closed, codes fail open.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from notifications import provider_templates
from notifications.channels.base import Accepted, Approved, Limits, Message, Outcome, RefusedForNow
from notifications.channels.deliver import deliver
from notifications.traffic import bucket
from notifications.traffic.desk import Desk, Ended, sender, tell
from notifications.words import Channel

logger = logging.getLogger(__name__)

NOT_SENT = RefusedForNow("no provider serves this channel")
NOTHING: Mapping[str, Approved] = MappingProxyType({})
LIMITS = Limits(timeout=timedelta(seconds=5), open_calls=1)  # a person waits for it
# In threads: how long a page takes must not tell a stranger whether a number is known here.
POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="direct-text")


def send_text(phone: str, text: str, approved: Mapping[str, Approved] = NOTHING) -> bool:
    """Send one text now. True where a provider has it.

    phone: E.164. approved: the same words as those providers have them that send only templates of their own. A
    failure is logged without number or text: the person can ask for another code.
    """
    return _sent(_message(Channel.SMS, phone, text, approved=approved))


def _message(channel: str, to: str, text: str, **more: Any) -> Message:
    return Message(uuid4(), channel, to, subject="", text=text, language="", wants_receipt=False, **more)


def _sent(message: Message, first: str = "") -> bool:
    """At most two calls, and the second only where the first was surely not taken: by the next best provider, where
    the channel has one. No breaker and no rate holds it back; the reminders make up for the token it takes.

    first: the provider of the channel that is asked before the best one.
    """
    now = timezone.now()
    unable = provider_templates.unable(message)
    ranked = sorted(Desk(now=now).ranked(message.channel), key=lambda name: name != first)
    best = [name for name in ranked if name not in unable]
    outcome: Outcome = NOT_SENT
    for provider in (best * 2)[:2]:
        bucket.take_for_a_code(provider, sender(provider))
        outcome = deliver({provider: [message]}, LIMITS)[message.id]
        tell([Ended(message.channel, provider, outcome)], now=now)
        if not isinstance(outcome, RefusedForNow):
            break
    if isinstance(outcome, Accepted):
        return True
    logger.warning("direct_text_not_sent outcome=%s", type(outcome).__name__)
    return False


class Back(NamedTuple):
    """Where an answer goes."""

    channel: str
    to: str  # as in Message
    provider: str  # whose number the person wrote to: it is asked first


def answer_when_committed(back: Back, text: str, approved: Mapping[str, Approved] = NOTHING) -> None:
    """Answer what a person has just written, once what was done about it is in the database."""
    message = _message(back.channel, back.to, text, is_answer=True, approved=approved)
    transaction.on_commit(lambda: POOL.submit(_sent, message, back.provider))


def when_committed(phone: str, text: str, **letter: Any) -> None:
    """Receiver of accounts.signals.sms_wanted: send it once what it speaks of is in the database."""
    transaction.on_commit(lambda: POOL.submit(_send_letter, phone, text, letter))


def _send_letter(phone: str, text: str, letter: Mapping[str, Any]) -> bool:
    if not letter.get("letter") or not provider_templates.providers(Channel.SMS):
        return send_text(phone, text)
    try:
        approved = provider_templates.of_letter(letter["letter"], letter["language"], values=letter["words"])
    finally:
        connection.close()  # this thread has no other use for it
    return send_text(phone, text, approved)
