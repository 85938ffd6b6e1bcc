"""E-mail through Django's mail backend: SMTP, or any provider that django-anymail speaks to."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from notifications.channels.base import Accepted, Message, Outcome, Provider, RefusedForGood, Unknown
from notifications.channels.email_errors import SET_UP_WRONG, outcome_of_connecting, outcome_of_sending
from notifications.channels.http import TOO_LATE

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 8  # at once; mail servers commonly allow ten from one sender
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
        taken = connection.send_messages([mail])
    except Exception as error:  # backends differ in what they raise; the table knows what each proves
        return outcome_of_sending(error)
    if not taken:
        return Unknown("the mail backend did not say that it took the message")
    return Accepted(_reference(mail, message))


def _reference(mail: EmailMultiAlternatives, message: Message) -> str:
    """The provider's id where anymail learnt one, else the attempt's, which is in the Message-ID."""
    status = getattr(mail, "anymail_status", None)
    known = getattr(status, "message_id", None)
    return known if isinstance(known, str) and len(known) <= 64 else str(message.id)


def composed(message: Message, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail: the text as it is, the same text as HTML, and a Message-ID that holds the attempt's id."""
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),  # a header has one line
        body=message.text,
        to=[message.to],
        headers={"Message-ID": message_id(message.id), **message.headers},
        connection=connection,
    )
    context = {"message": message, "lender_name": settings.LENDER_NAME}
    mail.attach_alternative(render_to_string("messages/email.html", context), "text/html")
    return mail


def message_id(attempt_id: UUID) -> str:
    """The Message-ID of an attempt's mail; the same for ever, so a mail program shows a double once."""
    return f"<{attempt_id}@{urlsplit(settings.PORTAL_URL).hostname or 'localhost'}>"
