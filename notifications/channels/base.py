"""What goes to a provider, what may come back, and the duty of a provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one person over one channel."""

    id: UUID  # the attempt's; the provider is given it as its reference
    channel: str  # notifications.words.Channel
    to: str  # a number in E.164, or an e-mail address
    subject: str  # empty for a text message
    text: str
    language: str  # of the text, as in accounts.models.LANGUAGES
    wants_receipt: bool = True  # false for a code: no attempt waits for its receipt
    headers: Mapping[str, str] = field(default_factory=dict)  # of an e-mail, besides the usual ones


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it. Whether it arrives, the receipts tell."""

    reference: str  # the provider's own id, at most 64 characters; may be empty


@dataclass(frozen=True, slots=True)
class RefusedForNow:
    """Surely not sent; the same message may be taken later."""

    why: str  # in our words, nothing personal, at most 200 characters
    retry_after: timedelta | None = None  # where the provider asked for patience


@dataclass(frozen=True, slots=True)
class RefusedForGood:
    """Surely not sent, and this message to this address never will be."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps sent. Never resent: too much contact is worse than too little."""

    why: str


Outcome = Accepted | RefusedForNow | RefusedForGood | Unknown


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how broadly a provider may be called."""

    timeout: timedelta  # for one call, and for beginning a batch's calls
    open_calls: int  # at once, over all batches under way


class Provider:
    """A company, or a part of the house, that delivers for one channel.

    One object serves one event loop, and may keep its connections from one batch to the next.
    """

    name: ClassVar[str]

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    async def deliver(self, messages: Sequence[Message]) -> dict[UUID, Outcome]:
        """Send them all; an outcome for every one. A fault of the provider's is an outcome, not an error."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let the kept connections go."""
