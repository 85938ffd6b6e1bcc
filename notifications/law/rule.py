"""What a rulebook can say: one frozen class per kind of rule. The format is described in rulebooks/README.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import ClassVar

from notifications.local_time import Window

Week = Mapping[int, Window | None]  # weekday, 0 is Monday → local hours; None: closed all day
ALL = "all"
LINKS = (
    "none",
    "address",
    "personal",
)  # what a text may hold: no link, our own address, one to one's own page


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """What every rule has. Compared by identity: a rule is read once."""

    kind: ClassVar[str]

    id: str
    binds: frozenset[str]  # creditor, collector
    stages: frozenset[str]  # upcoming, due, overdue
    channels: frozenset[str]  # or {"all"}
    force: str
    plain: str
    citation: str
    url: str
    confidence: str
    version: str = ""  # of the rulebook it stands in
    effective_from: date | None = None  # None: not known, taken as in force
    effective_to: date | None = None  # the last day
    unless: frozenset[str] = frozenset()  # exception codes
    notes: str = ""
    only_for: str = ""  # marketing, recorded_voice, card
    only_from_days_past_due: int | None = None  # binds once the account is more than this many days past due
    only_until_days_past_due: int | None = None  # binds until it is more than this many
    only_purposes: frozenset[str] = frozenset()  # binds messages of these purposes; empty: of any
    only_places: frozenset[str] = (
        frozenset()
    )  # binds addresses at these places, "none": a mobile; empty: at any
    only_first: bool = False  # binds the first contact about a debt

    @property
    def is_unverified(self) -> bool:
        return self.confidence == "memory"


@dataclass(frozen=True, kw_only=True, eq=False)
class ContactHours(Rule):
    kind = "contact_hours"
    hours: Week | None = None  # None: a duty of reasonableness without numbers
    closed_on: str = (
        ""  # the calendar on whose public holidays there are no hours; empty: they are as any day
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Holidays(Rule):
    kind = "holidays"
    calendar: str  # as the `holidays` library names it: US, BR-SP
    hours: Window | None = None  # None: no contact on a public holiday


@dataclass(frozen=True)
class Limit:
    """At most `count` contacts in a window."""

    count: int
    window_days: int
    window: str  # rolling, calendar_day, calendar_week, calendar_month
    per: str  # debt, person, contact_point
    counts: str  # attempts, contacts, conversations
    after: str = ""  # "conversation": none for `window_days` after one

    @property
    def fills(self) -> int:
        """How many contacts leave no place for one more."""
        return self.count or 1  # after a conversation: that one

    @cached_property
    def looks_back(self) -> timedelta:
        """From an instant on, how far back contacts may count. A day more than the window, for the hours before the
        first of its days and for clock changes."""
        match self.window:
            case "calendar_week":
                return timedelta(days=8)
            case "calendar_month":
                return timedelta(days=32)
        return timedelta(days=self.window_days + 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cap(Rule):
    kind = "cap"
    limit: Limit | None = None  # None: a duty without a number
    consent_days: int | None = (
        None  # days a consent to more calls lasts, its own the first; None: until withdrawn
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ContentRequired(Rule):
    kind = "content_required"
    keys: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class ContentProhibited(Rule):
    kind = "content_prohibited"
    categories: frozenset[str]
    public: bool = False  # the ban is on being seen by others


@dataclass(frozen=True, kw_only=True, eq=False)
class Links(Rule):
    kind = "links"
    may: str  # one of LINKS


@dataclass(frozen=True, kw_only=True, eq=False)
class ConsentNeeded(Rule):
    kind = "consent"
    form: str  # express, express_written, opt_out, contract
    purpose: str  # messages, robocalls, hours, e_delivery, sharing, marketing, automated_decisions
    max_age_days: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class OptOut(Rule):
    kind = "opt_out"
    scope: str  # address, channel, all, marketing
    keywords: tuple[str, ...] = ()
    any_reasonable_means: bool = False
    honour_hours: int | None = None
    honour_business_days: int | None = None
    confirmation: bool = False  # one message that only confirms is allowed
    confirmation_within_minutes: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ThirdParty(Rule):
    kind = "third_party"
    allowed: tuple[str, ...]  # who may be told, in words
    may_tell_debt: bool = False
    may_ask: bool = True  # others, how to reach the person, without a word of the debt
    once: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Workplace(Rule):
    kind = "workplace"
    allowed: str  # no, unless_known_objection, fallback_only
    hours: Week | None = None  # at work, where contact there is allowed
    limit: Limit | None = None
    oral_request_days: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Records(Rule):
    kind = "records"
    keep_years: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Hold(Rule):
    kind = "hold"
    trigger: str
    effect: str  # stop_all, stop_debt, stop_channel
    until: str  # in words
    covers_channels: bool = (
        False  # also a wish not to be contacted on a channel, as no other rule of the book
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """One file. A book with a parent is applied together with it, never instead of it."""

    id: str
    name: str
    jurisdiction: str
    version: str  # the date of its content
    summary: str
    zones: tuple[str, ...]
    rules: tuple[Rule, ...]
    parent: str = ""
    holidays: str = ""
    open_questions: tuple[str, ...] = ()
