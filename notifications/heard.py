"""What providers tell us, in our own words, and who understands which provider: provider → module, in the settings."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings

from notifications.words import Delivery

STATUS, INBOUND = "status", "inbound"  # ProviderEvent.kind


@dataclass(frozen=True, slots=True)
class Raw:
    """An event as it came."""

    provider: str  # a key of settings.PROVIDER_READERS
    kind: str  # STATUS or INBOUND
    key: str  # says "this event" at this provider, at most 120 characters
    payload: dict[str, Any]  # JSON


class Fault(IntEnum):
    """How surely an address is at fault, as the number of such receipts in a row that closes it; 0: not at all."""

    NONE = 0
    SURE = 1
    LIKELY = 2
    PERHAPS = 3


class Says(Enum):
    """What the person has let the provider say."""

    NOTHING = ""
    COMPLAINT = "complaint"  # it is spam to them
    NOT_HERE = "not_here"  # they unsubscribed at the provider's: no reminders over this channel


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says became of one message."""

    reference: str  # the provider's own id
    attempt: UUID | None = None  # ours, where the provider gives it back
    delivery: Delivery | None = None  # None: not a status we know
    detail: str = ""  # why it did not arrive, in our words
    fault: Fault = Fault.NONE
    says: Says = Says.NOTHING


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person wrote back."""

    channel: str  # notifications.words.Channel
    address: str  # whom it comes from: a number in E.164, or an e-mail address in lower case
    text: str
    answers: UUID | None = None  # the attempt it answers, where it says so
    is_machines: bool = False  # an out-of-office note: it says nothing, and answering it would go on for ever
    has_moved: bool = False  # it says that the address is not its owner's any more
    keyword: str = ""  # what the provider itself has understood and answered: then we do not answer


class Reader(Protocol):
    """How one provider's stored events are understood. Pure."""

    def receipt(self, payload: dict[str, Any]) -> Receipt: ...
    def reply(self, payload: dict[str, Any]) -> Reply: ...


def reader(provider: str) -> Reader:
    """The module that understands this provider's events. KeyError: none is in settings.PROVIDER_READERS."""
    return cast(Reader, import_module(settings.PROVIDER_READERS[provider]))
