"""A text that cannot wait behind reminders: a security code, an invitation.

Its lane has nothing in common with theirs but the providers: threads of its own in the process that was asked, a
connection of its own, no row in the queue, no task on the broker. Where contact law fails closed, codes fail open.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from notifications.channels.base import Accepted, Limits, Message, Outcome, RefusedForNow
from notifications.channels.deliver import deliver
from notifications.traffic import bucket
from notifications.traffic.desk import Desk, Ended, sender, tell
from notifications.words import Channel

logger = logging.getLogger(__name__)

NOT_SENT = RefusedForNow("no provider serves this channel")
LIMITS = Limits(timeout=timedelta(seconds=5), open_calls=1)  # a person waits for it
# In threads: how long a page takes must not tell a stranger whether a number is known here.
POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="direct-text")


def send_text(phone: str, text: str) -> bool:
    """Send one text now. True where a provider has it.

    phone: E.164. A failure is logged without number or text: the person can ask for another code.
    """
    message = Message(uuid4(), Channel.SMS, phone, subject="", text=text, language="", wants_receipt=False)
    return _sent(message)


def _sent(message: Message) -> bool:
    """At most two calls, and the second only where the first was surely not taken: by the next best provider, where
    the channel has one. No breaker and no rate holds it back; the reminders make up for the token it takes.
    """
    now = timezone.now()
    best = Desk(now=now).ranked(message.channel)
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


def when_committed(phone: str, text: str, **kwargs: Any) -> None:
    """Receiver of accounts.signals.sms_wanted: send it once what it speaks of is in the database."""
    transaction.on_commit(lambda: POOL.submit(send_text, phone, text))
