"""The portal's own inbox: the attempt's row is the message, so committing it has delivered it."""

from collections.abc import Sequence
from uuid import UUID

from notifications.channels.base import Accepted, Limits, Message, Outcome, Provider


class Inbox(Provider):
    name = "inbox"

    async def deliver(self, messages: Sequence[Message], limits: Limits) -> dict[UUID, Outcome]:
        return {message.id: Accepted(reference="") for message in messages}
