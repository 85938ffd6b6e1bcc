"""What the gate is told of a person and a reminder, and what it answers. Frozen values; tuples where some are made for
each reminder, which takes a third of a frozen dataclass's time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from notifications.choice import Choice
from notifications.habit import NOBODY_KNOWS, Habit
from notifications.law.case import Message, PriorContact
from notifications.law.rule import Rulebook
from notifications.pace import Rung
from notifications.reason import Reason

INBOX = "inbox"
Manner = Literal["plain", "soft", "discreet"]  # of the words that are sent
NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Silence:
    """A hold in force: a reason to be silent."""

    reason: str  # a HoldReason value
    until: datetime | None = None  # UTC; None: until somebody lifts it
    account: str = ""  # the account it is about; empty: all


class Contact(NamedTuple):
    """How a person can be reached, where they may be, and who writes to them."""

    zones: tuple[ZoneInfo, ...]  # every zone they may be in; the first is the one they live by
    reachable: frozenset[str]  # channels with a verified, open contact point; the inbox always
    holds: tuple[Silence, ...] = ()
    binds: str = "creditor"  # whom the rulebooks see: creditor or collector


History = tuple[PriorContact, ...]  # the person's contacts outside the inbox, oldest first


class Person(NamedTuple):
    """What the gate knows of a person, the same for all their reminders."""

    contact: Contact
    choice: Choice
    history: History
    rulebooks: tuple[Rulebook, ...]  # of the place where they live, the careful default among them
    habit: Habit = NOBODY_KNOWS  # how they pay


class Facts(NamedTuple):
    """What one reminder is about, as it stands now."""

    category: str
    offset_days: int  # of the step: -3 is three days before the due date
    due_on: date
    is_owed: bool  # the bill is open and something of it is unpaid
    account_open: bool
    has_words: bool  # an approved template exists
    expires_at: datetime  # UTC; from then on the reminder is of no use
    account: str = ""  # names the account, also in holds and history
    product: str = ""  # card or loan, as rulebooks tell them apart
    has_autopay: bool = False  # the bank pays the account's bills by itself, and has not failed
    # manner of the words → channel → what they carry. Without discreet words nothing discreet is sent.
    messages: Mapping[Manner, Mapping[str, Message]] = NOTHING
    rung: Rung | None = None  # the step as the pace sees it, and the ladder it stands on
    cadence: tuple[Rung, ...] = ()
    failed_channels: frozenset[str] = frozenset()  # refused for good, for this reminder
    # manner of the words → channels whose provider has approved no template for them
    unapproved: Mapping[Manner, frozenset[str]] = NOTHING
    moved: tuple[Reason, ...] = ()  # why it was put off before


class Send(NamedTuple):
    channel: str
    reasons: tuple[Reason, ...]
    is_soft: bool = False  # in softer words: the pace asks for it
    is_discreet: bool = False  # says only that a message waits: the person asked for it


class Defer(NamedTuple):
    until: datetime  # UTC, later than now
    reasons: tuple[Reason, ...]


class Suppress(NamedTuple):
    reasons: tuple[Reason, ...]


Verdict = Send | Defer | Suppress
