"""E-mail through Django's mail backend: SMTP, or any provider that django-anymail speaks to."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from anymail.exceptions import AnymailUnsupportedFeature
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from notifications.channels.base import Accepted, Message, Outcome, Provider, RefusedForGood, Unknown
from notifications.channels.email_errors import (
    OF_STATUS,
    SET_UP_WRONG,
    outcome_of_connecting,
    outcome_of_sending,
)
from notifications.channels.http import TOO_LATE

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 8  # at once; mail servers commonly allow ten from one sender
LONGEST_REFERENCE = 64  # characters of Attempt.provider_reference; a SHA-256 in hexadecimal has as many
MESSAGES_EACH = 25  # below this a further connection costs more than it saves


class Email(Provider):
    """Django's backends block, so each connection has a thread and sends its share of the batch in turn."""

    name = "email"

    async def deliver(self, messages: Sequence[Message]) -> dict[UUID, Outcome]:
        connections = min(MOST_CONNECTIONS, self.limits.open_calls, -(-len(messages) // MESSAGES_EACH))
        shares = [messages[first::connections] for first in range(connections)]
        calls = [asyncio.to_thread(_send_share, share, self.limits.timeout) for share in shares]
        outcomes: dict[UUID, Outcome] = {}
        for share in await asyncio.gather(*calls):
            outcomes |= share
        if SET_UP_WRONG in outcomes.values():
            logger.error("provider_set_up_wrong provider=%s", self.name)
        return outcomes


def _send_share(messages: Sequence[Message], timeout: timedelta) -> dict[UUID, Outcome]:
    """All over one connection. After an error it is made anew: what state it is in, nobody knows."""
    deadline = monotonic() + timeout.total_seconds()
    outcomes: dict[UUID, Outcome] = {}
    connection: BaseEmailBackend | None = None
    for message in messages:
        if monotonic() >= deadline:
            outcomes[message.id] = TOO_LATE
            continue
        try:
            connection = connection or _opened()
        except Exception as error:  # any backend, any error: nothing was sent
            outcomes[message.id] = outcome_of_connecting(error)
            continue
        outcome = _send(connection, message)
        outcomes[message.id] = outcome
        if not isinstance(outcome, Accepted):
            _close(connection)
            connection = None
    if connection:
        _close(connection)
    return outcomes


def _opened() -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection(fail_silently=False)
    connection.open()
    return connection


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError):  # what was sent is sent; a rude goodbye changes nothing
        connection.close()


def _send(connection: BaseEmailBackend, message: Message) -> Outcome:
    try:
        mail = composed(message, connection)
        mail.message()  # raises for an address or subject that no mail can carry, before anything is sent
    except ValueError:
        return RefusedForGood("not an address that mail can be sent to")
    try:
        taken = _taken(connection, mail)
    except Exception as error:  # backends differ in what they raise; the table knows what each proves
        return outcome_of_sending(error)
    if not taken:
        return Unknown("the mail backend did not say that it took the message")
    return _of_status(mail, message)


def _taken(connection: BaseEmailBackend, mail: AnymailMessage) -> int:
    """How many mails were taken. Where the provider has no place for our id, it goes without: nothing was sent yet."""
    try:
        return connection.send_messages([mail]) or 0
    except AnymailUnsupportedFeature:
        del mail.metadata  # an empty one would be refused as well
    return connection.send_messages([mail]) or 0


def _of_status(mail: AnymailMessage, message: Message) -> Outcome:
    """What the provider says of this recipient; SMTP says nothing and has taken it."""
    known = mail.anymail_status.recipients.get(message.to)
    if known is None:
        return Accepted(str(message.id))
    if known.status in ("queued", "sent"):
        return Accepted(reference_of(str(known.message_id or "")) or str(message.id))
    return OF_STATUS.get(known.status, Unknown("the mail provider did not say whether it took the message"))


def reference_of(message_id: str) -> str:
    """A provider's message id as we keep it: the id itself, or where it is too long for our column its digest."""
    return message_id if len(message_id) <= LONGEST_REFERENCE else sha256(message_id.encode()).hexdigest()


def composed(message: Message, connection: BaseEmailBackend | None = None) -> AnymailMessage:
    """The mail: the text as it is, the same text as HTML, a Message-ID that holds the attempt's id, and the id itself.

    The provider gives that id back with its receipts; of what a mail backend does not know of it, SMTP, it is left out.
    """
    mail = AnymailMessage(
        subject=" ".join(message.subject.split()),  # a header has one line
        body=f"{message.text}\n\n{_links(message)}" if message.links else message.text,
        to=[message.to],
        reply_to=[settings.REPLY_TO_EMAIL] if settings.REPLY_TO_EMAIL else None,
        headers={"Message-ID": message_id(message.id), **message.headers},
        metadata={"attempt": str(message.id)},
        connection=connection,
    )
    context = {"message": message, "lender_name": settings.LENDER_NAME}
    mail.attach_alternative(render_to_string("messages/email.html", context), "text/html")
    return mail


def _links(message: Message) -> str:
    return "\n".join(f"{label}: {address}" for label, address in message.links)


def message_id(attempt_id: UUID) -> str:
    """The Message-ID of an attempt's mail; the same for ever, so a mail program shows a double once."""
    return f"<{attempt_id}@{urlsplit(settings.PORTAL_URL).hostname or 'localhost'}>"
