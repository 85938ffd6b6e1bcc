"""A text that cannot wait behind reminders: a security code, an invitation."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from notifications.channels.base import Accepted, Limits, Message, RefusedForNow
from notifications.channels.deliver import deliver
from notifications.words import Channel

logger = logging.getLogger(__name__)

LIMITS = Limits(timeout=timedelta(seconds=5), open_calls=1)  # a person waits for it
# In threads: how long a page takes must not tell a stranger whether a number is known here.
POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="direct-text")


def send_text(phone: str, text: str) -> bool:
    """Send one text now, at most twice, and the second time only where the first was surely not sent.

    phone: E.164. True where the provider has it. A failure is logged without number or text: the person can
    ask for another code.
    """
    message = Message(uuid4(), Channel.SMS, phone, subject="", text=text, language="", wants_receipt=False)
    outcome = deliver([message], LIMITS)[message.id]
    if isinstance(outcome, RefusedForNow):
        outcome = deliver([message], LIMITS)[message.id]
    if isinstance(outcome, Accepted):
        return True
    logger.warning("direct_text_not_sent outcome=%s", type(outcome).__name__)
    return False


def when_committed(phone: str, text: str, **kwargs: Any) -> None:
    """Receiver of accounts.signals.sms_wanted: send it once what it speaks of is in the database."""
    transaction.on_commit(lambda: POOL.submit(send_text, phone, text))
