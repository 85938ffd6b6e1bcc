"""What goes to a provider, what may come back, and the duty of a provider."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that takes push messages: what its subscription says (W3C Push API, 8)."""

    contact_point: int
    endpoint: str  # where its push service takes messages for it
    p256dh: str  # its public key, base64url
    auth: str = field(repr=False)  # its secret, base64url
    key: str = ""  # our public key that it was made for; empty: unknown


@dataclass(frozen=True, slots=True)
class Approved:
    """The words of a message as a provider has approved them: its own template, and what fills it."""

    code: str  # the provider's name for the template
    language: str  # as the provider spells it; empty where it asks for none
    values: tuple[tuple[str, str], ...]  # the provider's name of each gap and what stands there, in its order


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one person over one channel."""

    id: UUID  # the attempt's; the provider is given it as its reference
    channel: str  # notifications.words.Channel
    to: str  # a number in E.164, or an e-mail address
    subject: str  # of an e-mail; the title of a push message; else empty
    text: str
    language: str  # of the text, as in accounts.models.LANGUAGES
    wants_receipt: bool = True  # false for a code: no attempt waits for its receipt
    headers: Mapping[str, str] = field(default_factory=dict)  # of an e-mail, besides the usual ones
    devices: tuple[Device, ...] = ()  # of a push message: it goes to all of them
    approved: Mapping[str, Approved] = field(default_factory=dict)  # provider → its template for these words
    links: tuple[tuple[str, str], ...] = ()  # under an e-mail: what each does, and its address
    is_large: bool = False  # of an e-mail: in large print
    is_answer: bool = False  # to what the person has just written: a conversation takes free words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What every outcome may say besides."""

    gone: tuple[int, ...] = ()  # contact points that are no more


@dataclass(frozen=True, slots=True)
class Accepted(Told):
    """The provider has it. Whether it arrives, the receipts tell."""

    reference: str  # the provider's own id, at most 128 characters; may be empty


@dataclass(frozen=True, slots=True)
class RefusedForNow(Told):
    """Surely not sent; the same message may be taken later."""

    why: str  # in our words, nothing personal, at most 200 characters
    retry_after: timedelta | None = None  # where the provider asked for patience
    is_providers_fault: bool = False  # not this message's: another provider may take it at once


class About(Enum):
    """What a refusal for good speaks of."""

    MESSAGE = "message"
    ADDRESS = "address"  # nothing will ever reach it: it is closed
    CHANNEL = "channel"  # its owner wants nothing from us by this channel
    STOP = "stop"  # its owner has told the provider to stop us


@dataclass(frozen=True, slots=True)
class RefusedForGood(Told):
    """Surely not sent, and this message to this address never will be."""

    why: str
    about: About = About.MESSAGE

    @property
    def said_against(self) -> str:
        """What it speaks of besides the message, as the attempt keeps it; empty: nothing."""
        return "" if self.about is About.MESSAGE else self.about.value


@dataclass(frozen=True, slots=True)
class Unknown(Told):
    """Perhaps sent. Never resent: too much contact is worse than too little."""

    why: str


Outcome = Accepted | RefusedForNow | RefusedForGood | Unknown


@dataclass(frozen=True, slots=True)
class Question:
    """A message of which nobody knows whether the provider took it."""

    id: UUID  # the attempt's, which the provider was given as its reference
    to: str  # as in Message
    at: datetime  # UTC; when the call began


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how broadly a provider may be called."""

    timeout: timedelta  # for one call, and for beginning a batch's calls
    open_calls: int  # at once, over all batches under way


class Provider:
    """A company, or a part of the house, that delivers for one channel.

    One object serves one event loop, and may keep its connections from one batch to the next.
    """

    name: str
    needs_approved: ClassVar[bool] = False  # it sends only words that it has approved, by its own template
    answers_freely: ClassVar[bool] = False  # though: what a person has just written is answered in free words
    can_be_asked: ClassVar[bool] = False  # it can tell by our reference whether it took a message

    @classmethod
    def named(cls, name: str, limits: Limits) -> Self:
        """The provider of this name in the settings. name: matters only where one class serves several."""
        return cls(limits)

    @classmethod
    def sender(cls) -> str:
        """The number or address it sends from, by which providers count their rates. Empty: they count all alike."""
        return ""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        # Told of each outcome at once, where a provider can: the others of a batch may take their time.
        self.heard: Callable[[UUID, Outcome], None] = lambda _id, _outcome: None

    async def deliver(self, messages: Sequence[Message]) -> dict[UUID, Outcome]:
        """Send them all; an outcome for every one. A fault of the provider's is an outcome, not an error."""
        raise NotImplementedError

    async def ask(self, questions: Sequence[Question]) -> dict[UUID, Outcome]:
        """What became of messages whose outcome is unknown, by our own reference.

        Only what the provider knows for sure is in the answer: a message it does not list (yet) is left out and
        stays unknown. Empty from a provider that cannot be asked (`can_be_asked`).
        """
        return {}

    async def close(self) -> None:
        """Let the kept connections go."""
