"""One contact that somebody wants to make, with all the facts that a rule may ask about. All have a default:
what is absent is false, none or unknown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifications.local_time import Window

CONNECTED = frozenset({"conversation"})
REACHED = frozenset(
    {"sent", "message", "voicemail", "limited_voicemail", "ringless_voicemail", "conversation", "reached"}
)
NOT_PLACED = frozenset({"not_connected", "wrong_number"})  # rang nowhere, or at somebody else's


@dataclass(frozen=True, slots=True)
class PriorContact:
    """A contact that was made, in either direction."""

    at: datetime  # UTC
    channel: str
    outcome: str = "sent"
    is_inbound: bool = False
    debts: frozenset[str] = frozenset()
    conversation_debts: frozenset[str] | None = None  # where they spoke of others than it was made for
    address: str = ""
    under_consent: bool = False
    purpose: str = "reminder"
    is_answered: bool = False  # an inbound one that got its answer at once


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The person asked not to be contacted this way."""

    scope: str  # address, channel, all, marketing
    at: datetime  # UTC
    channel: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A reason to be silent, as rulebooks name them (`trigger`)."""

    trigger: str
    since: datetime | None = None  # UTC; when we learned of it. None: it always was
    debts: frozenset[str] | None = None  # None: all
    last_day: date | None = None  # local, inclusive


@dataclass(frozen=True, slots=True)
class Inconvenient:
    """A time or a place that the person closed."""

    days: frozenset[int] = frozenset()  # weekdays, 0 is Monday
    window: Window | None = None  # local hours that are closed on these days
    last_day: date | None = None  # local, inclusive
    place: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """The person agreed: to messages, to other hours, to calls, to sharing."""

    purpose: str
    given_to: str = "sender"  # or "creditor", where another sends
    at: datetime | None = None  # UTC


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of the number or address that is used."""

    value: str = ""
    place: str = ""  # home, work, other
    employer_provided: bool = False
    used_by_person: bool = False
    consented: bool = False
    known_disclosure: bool = False  # the debt has leaked through it


NOWHERE = Address()


class Message(NamedTuple):
    """What would be said."""

    purpose: str = "reminder"
    keys: frozenset[str] = frozenset()  # what it carries, as rules of kind content_required name it
    says: frozenset[str] = frozenset()  # categories of prohibited words it falls in
    is_marketing: bool = False
    is_public: bool = False  # others can see it: a postcard, a lock screen
    language: str = ""
    disclosure_language: str = ""


class Case(NamedTuple):
    """A contact in question. A tuple, because one is made for every look at a reminder: three times as fast."""

    zones: tuple[ZoneInfo, ...]  # every zone the person may be in; the first is the default
    binds: str  # who sends: creditor or collector
    stage: str
    channel: str
    message: Message
    debts: frozenset[str] = frozenset()  # what it is about
    debt_group: frozenset[str] = frozenset()  # debts that the law counts as one
    history: tuple[PriorContact, ...] = ()  # oldest first
    opted_out: tuple[OptedOut, ...] = ()
    holds: tuple[Held, ...] = ()
    inconvenient: tuple[Inconvenient, ...] = ()
    consents: tuple[Consent, ...] | None = None  # None: unknown, and taken as met where one is needed
    address: Address = NOWHERE
    days_past_due: int | None = None  # None: unknown
    product: str = ""  # card, loan; empty: unknown
    holidays: frozenset[date] = frozenset()  # days that are known to be public holidays, besides the calendar
    recipient: str = ""  # empty: the person
    recipient_objected: bool = False
    person_in_portal: bool = False
    person_known_at: str = ""  # a place
    person_unreachable: bool = False
    employer_objects: bool = False
    is_automated: bool = False  # sent by an autodialer
    is_recorded_voice: bool = False
    was_requested: bool = False
    has_court_permission: bool = False
    is_emergency: bool = False
