"""The gate: may this reminder go now, later, or not at all? Pure: everything it knows is an argument.

The same function serves live sending, every retry, the borrower's preview and the simulation. The strictest of
law, lender and borrower wins: each rule may only push the instant forward or end the matter, never pull it back.
In the order of their weight: what is owed, holds, law, the borrower's category and channel, pause, hours, most
messages a week, lead days, and last the pace that suits their habit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from notifications import local_time
from notifications.choice import Choice
from notifications.habit import NOBODY_KNOWS, Habit, Kind
from notifications.law import judge
from notifications.law.case import Case, Consent, Message, PriorContact
from notifications.law.rule import Rule, Rulebook
from notifications.pace import KEEP, Drop, Keep, Rung, Soften, keeps
from notifications.reason import Reason

HORIZON = timedelta(days=31)  # nothing is put off longer; a reminder that late is no reminder
NEVER = HORIZON * 2  # beyond every reminder's use: a rule that never opens
INBOX = "inbox"
AWAITS_US = "conversation"  # a HoldReason value
# A point is used only once the person has proved it theirs, here, for messages about the account.
AGREED = (Consent("messages"),)
SAYS_NOTHING = Message()
OPENING = Reason("opening")  # put off once more within a day: which rule opens last tells nobody anything
DISCREET = Reason("choice.discreet")
LOOKS_KEPT = 50_000  # answers that depend on no person: found once, asked for each
Manner = Literal["plain", "soft", "discreet"]  # of the words that are sent


@dataclass(frozen=True)
class Silence:
    """A hold in force: a reason to be silent."""

    reason: str  # a HoldReason value
    until: datetime | None = None  # UTC; None: until somebody lifts it
    account: str = ""  # the account it is about; empty: all


@dataclass(frozen=True)
class Contact:
    """How a person can be reached, where they may be, and who writes to them."""

    zones: tuple[ZoneInfo, ...]  # every zone they may be in; the first is the one they live by
    reachable: frozenset[str]  # channels with a verified, open contact point; the inbox always
    holds: tuple[Silence, ...] = ()
    binds: str = "creditor"  # whom the rulebooks see: creditor or collector


@dataclass(frozen=True)
class Facts:
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
    messages: Mapping[Manner, Mapping[str, Message]] = field(default_factory=dict)
    rung: Rung | None = None  # the step as the pace sees it, and the ladder it stands on
    cadence: tuple[Rung, ...] = ()
    failed_channels: frozenset[str] = frozenset()  # refused for good, for this reminder
    # manner of the words → channels whose provider has approved no template for them
    unapproved: Mapping[Manner, frozenset[str]] = field(default_factory=dict)
    moved: tuple[Reason, ...] = ()  # why it was put off before


@dataclass(frozen=True)
class Send:
    channel: str
    reasons: tuple[Reason, ...]
    is_soft: bool = False  # in softer words: the pace asks for it
    is_discreet: bool = False  # says only that a message waits: the person asked for it


@dataclass(frozen=True)
class Defer:
    until: datetime  # UTC, later than now
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Suppress:
    reasons: tuple[Reason, ...]


Verdict = Send | Defer | Suppress
History = tuple[PriorContact, ...]  # the person's contacts outside the inbox, oldest first


def decide(
    contact: Contact,
    facts: Facts,
    choice: Choice,
    *,
    rulebooks: tuple[Rulebook, ...],
    history: History,
    now: datetime,
    habit: Habit = NOBODY_KNOWS,
) -> Verdict:
    """Send, put off or drop one reminder, with every reason.

    now: UTC. habit: how the person pays. Law and policy fail closed: with no common opening before the reminder
    expires it is suppressed. A put-off reminder keeps its reasons in `facts.moved`, so the final one tells the
    whole story.
    """
    if stop := _forbidden(contact, facts, choice):
        return Suppress((stop,))
    pace = _pace(facts, choice, habit)
    if isinstance(pace, Drop):
        return Suppress((pace.reason,))
    law = _Law(contact, facts, rulebooks, history, said=_said(facts, choice, pace), now=now)
    channel, because = _channel(contact, facts, choice, law, _unapproved(facts, choice, pace))
    if channel is None:
        return Suppress((because,))
    instant, day, reasons, home = now, law.today, list(facts.moved), contact.zones[0]
    because_soft = [pace.reason] if isinstance(pace, Soften) else []
    objection = _objections(contact, facts, choice, law, channel, pace)
    end = min(facts.expires_at, now + HORIZON)
    while instant < end:
        objected = objection(instant)
        if objected is None:
            if instant > now:
                return Defer(instant, _once(reasons))
            is_discreet = choice.hides(channel)
            manner = [*because_soft, DISCREET] if is_discreet else because_soft
            told = _once([_chosen(facts), *manner, because, *reasons])
            return Send(channel, told, is_soft=bool(because_soft), is_discreet=is_discreet)
        later, why = objected
        later_day = local_time.wall_clock(later, home).date()
        reasons.append(OPENING if later_day == day else why())
        instant, day = later, later_day
    if now < facts.expires_at and _awaits_us(contact, facts, now):
        return Defer(facts.expires_at, _once(reasons))
    return Suppress(_once([*reasons, Reason("too_late", {"until": facts.expires_at.isoformat()})]))


def _forbidden(contact: Contact, facts: Facts, choice: Choice) -> Reason | None:
    """The first rule that ends the matter, in the order of their weight."""
    if not facts.is_owed:
        return Reason("paid")
    if not facts.account_open:
        return Reason("account_closed")
    if lasting := [hold.reason for hold in _holds(contact, facts) if hold.until is None]:
        return Reason("hold", {"holds": lasting})
    if not facts.has_words:
        return Reason("no_words")
    if not choice.channels[facts.category]:
        return Reason("choice.category_off", {"category": facts.category})
    if facts.offset_days <= 0 and -facts.offset_days not in choice.lead_days:
        return Reason("choice.lead_day_off", {"days": -facts.offset_days})
    return None


def _holds(contact: Contact, facts: Facts) -> tuple[Silence, ...]:
    """The holds that speak of this reminder's account."""
    if not contact.holds:  # of nearly everybody
        return ()
    return tuple(hold for hold in contact.holds if hold.account in ("", facts.account))


def _awaits_us(contact: Contact, facts: Facts, now: datetime) -> bool:
    """Is the silence one that our own answer ends, today perhaps? What waits for it is not given up beforehand."""
    return any(
        hold.reason == AWAITS_US and hold.until and hold.until > now for hold in _holds(contact, facts)
    )


def _pace(facts: Facts, choice: Choice, habit: Habit) -> Keep | Soften | Drop:
    if facts.rung is None:
        return KEEP
    if facts.has_autopay:
        habit = replace(habit, kind=Kind.AUTOPAY)
    lead_days = choice.lead_days
    ladder = [rung for rung in facts.cadence if rung.offset_days > 0 or -rung.offset_days in lead_days]
    return keeps(choice.pace, habit, facts.rung, cadence=ladder, due_on=facts.due_on)


def _chosen(facts: Facts) -> Reason:
    if facts.offset_days > 0:
        return Reason("step.overdue", {"days": facts.offset_days, "due_on": facts.due_on.isoformat()})
    return Reason("choice.lead_day", {"days": -facts.offset_days, "due_on": facts.due_on.isoformat()})


def _said(facts: Facts, choice: Choice, pace: Keep | Soften) -> Mapping[str, Message]:
    """What the words would carry that this person would be sent, by channel."""
    in_full = facts.messages.get("soft" if isinstance(pace, Soften) else "plain", {})
    if not choice.is_discreet:
        return in_full
    return {**facts.messages.get("discreet", {}), INBOX: in_full.get(INBOX, SAYS_NOTHING)}


def _unapproved(facts: Facts, choice: Choice, pace: Keep | Soften) -> frozenset[str]:
    """The channels whose provider would not carry the words that this person would be sent."""
    if not facts.unapproved:  # nearly always
        return frozenset()
    manner: Manner = "discreet" if choice.is_discreet else "soft" if isinstance(pace, Soften) else "plain"
    return facts.unapproved.get(manner, frozenset())


class _Sort(NamedTuple):
    """A contact by all that a bar may ask of one of ours. Whose it is makes no difference."""

    books: tuple[Rulebook, ...]
    binds: str
    stage: str
    channel: str
    message: Message
    product: str
    days_past_due: int
    was_told: bool  # the person has been written to about this debt
    zone: ZoneInfo
    day: date  # local

    def case(self, zones: tuple[ZoneInfo, ...], debts: frozenset[str], history: History) -> Case:
        return Case(
            zones=zones,
            binds=self.binds,
            stage=self.stage,
            channel=self.channel,
            message=self.message,
            debts=debts,
            history=history,
            consents=AGREED,
            days_past_due=self.days_past_due,
            product=self.product,
            person_in_portal=self.channel == INBOX,  # what lies there is seen when the person comes
        )


SOME_DEBT = frozenset({"debt"})


class _Standing(NamedTuple):
    """What the rulebooks say of a sort of contact, whoever it is with."""

    sort: _Sort
    bar: Rule | None  # the first rule that forbids it
    rules: judge.Rules


@lru_cache(maxsize=LOOKS_KEPT)
def _standing(sort: _Sort) -> _Standing:
    rules = judge.rules_for(sort.books, binds=sort.binds, stage=sort.stage, channel=sort.channel)
    start = local_time.day_start(sort.day, sort.zone)
    told = (PriorContact(start, sort.channel, debts=SOME_DEBT),) if sort.was_told else ()
    barring = judge.barring(rules, sort.case((sort.zone,), SOME_DEBT, told), start)
    return _Standing(sort, barring[0] if barring else None, rules)


class _Law:
    """What the rulebooks of the place say about one reminder, channel by channel."""

    def __init__(
        self,
        contact: Contact,
        facts: Facts,
        rulebooks: tuple[Rulebook, ...],
        history: History,
        *,
        said: Mapping[str, Message],
        now: datetime,
    ) -> None:
        self._contact, self._facts, self._books, self.history = contact, facts, rulebooks, history
        self._said = said
        self._known: dict[str, _Standing] = {}
        self._was_told = any(not one.is_inbound and facts.account in one.debts for one in history)
        self.today = local_time.wall_clock(now, contact.zones[0]).date()

    def _on(self, channel: str) -> _Standing:
        if channel not in self._known:
            contact, facts = self._contact, self._facts
            sort = _Sort(
                self._books,
                contact.binds,
                facts.category,
                channel,
                self._said.get(channel, SAYS_NOTHING),
                facts.product,
                max(facts.offset_days, 0),
                self._was_told,
                contact.zones[0],
                self.today,
            )
            self._known[channel] = _standing(sort)
        return self._known[channel]

    def bars(self, channel: str) -> Rule | None:
        """The first rule that forbids this reminder on this channel."""
        return self._on(channel).bar

    def delays(self, channel: str) -> Callable[[datetime], Iterator[judge.Delay]]:
        """The rules that put it off, each with its first instant, at any instant from now on."""
        known, debts = self._on(channel), frozenset((self._facts.account,))
        return partial(judge.delaying, known.rules, known.sort.case(self._contact.zones, debts, self.history))


def _channel(
    contact: Contact, facts: Facts, choice: Choice, law: _Law, unapproved: frozenset[str]
) -> tuple[str | None, Reason]:
    """The first channel of the person's order that can reach them, whose provider carries the words and that no law
    closes; else the inbox, which disturbs nobody. None where law closes that too.
    """
    order = choice.channels[facts.category]
    open_ways = contact.reachable - facts.failed_channels - unapproved
    for channel in order:
        is_written = not choice.hides(channel) or "discreet" in facts.messages
        if channel in open_ways and is_written and not law.bars(channel):
            passed = list(order[: order.index(channel)])
            if passed:
                known = {"channel": channel, "passed": passed, **_told(passed, unapproved)}
                return channel, Reason("choice.next_channel", known)
            return channel, Reason("choice.channel", {"channel": channel})
    if rule := law.bars(INBOX):
        return None, _ruled(rule, {})
    return INBOX, Reason("no_channel", {"passed": list(order), **_told(order, unapproved)})


def _told(passed: Sequence[str], unapproved: frozenset[str]) -> dict[str, object]:
    """For staff: which of them were passed over for want of the provider's own template."""
    wanting = [channel for channel in passed if channel in unapproved]
    return {"unapproved": wanting} if wanting else {}


Why = Callable[[], Reason]  # told only where it is wanted
Objection = tuple[datetime, Why]  # not before then, because


def _objections(
    contact: Contact,
    facts: Facts,
    choice: Choice,
    law: _Law,
    channel: str,
    pace: Keep | Soften | Drop,
) -> Callable[[datetime], Objection | None]:
    """What tells the first rule of time that objects to an instant."""
    home = contact.zones[0]
    delays = law.delays(channel)
    puts_off = _put_off(contact, facts, choice, pace)
    counted = law.history if channel != INBOX else ()  # it disturbs nobody, so no week counts it

    def first(instant: datetime) -> Objection | None:
        for then, why in puts_off:
            if then > instant:
                return then, why
        for rule, later in delays(instant):
            return later or instant + NEVER, partial(_late, rule, instant, home)
        opening = local_time.next_common_opening(instant, choice.windows, contact.zones) or instant + NEVER
        if opening > instant:
            return opening, lambda: Reason("choice.window", _closed(instant, home, choice))
        if (free := _week(instant, counted, choice, home)) > instant:
            return free, lambda: Reason("choice.week", {"most": choice.max_per_week})
        return None

    return first


def _put_off(contact: Contact, facts: Facts, choice: Choice, pace: Keep | Soften | Drop) -> list[Objection]:
    """What puts the reminder off to an instant that is known beforehand."""
    home = contact.zones[0]
    found: list[Objection] = []
    for hold in _holds(contact, facts):
        if hold.until:
            until = hold.until.astimezone(home).date().isoformat()
            found.append((hold.until, partial(Reason, "hold", {"holds": [hold.reason], "until": until})))
    if choice.paused_until:
        end = local_time.day_start(choice.paused_until, home)
        found.append((end, partial(Reason, "choice.pause", {"until": choice.paused_until.isoformat()})))
    if isinstance(pace, Soften) and pace.later_days:
        meant_for, reason = facts.due_on + timedelta(days=facts.offset_days + pace.later_days), pace.reason
        found.append((local_time.day_start(meant_for, home), lambda: reason))
    return found


def _ruled(rule: Rule, facts: dict[str, object]) -> Reason:
    """A law's objection, with what is needed to explain and to prove it later."""
    known = {**facts, "kind": rule.kind, "version": rule.version}
    return Reason(rule.id, known, rule.citation)


def _late(rule: Rule, instant: datetime, home: ZoneInfo) -> Reason:
    return _ruled(rule, _at(instant, home))


def _at(instant: datetime, home: ZoneInfo) -> dict[str, Any]:
    local = local_time.wall_clock(instant, home)
    return {"at": local.isoformat("T", "minutes"), "weekday": local.weekday()}


def _closed(instant: datetime, home: ZoneInfo, choice: Choice) -> dict[str, Any]:
    """When the person's own hours were closed, and whether they chose no message at all on that day."""
    known = _at(instant, home)
    return {**known, "day_off": True} if choice.windows[known["weekday"]] is None else known


def _week(instant: datetime, history: History, choice: Choice, home: ZoneInfo) -> datetime:
    """The first instant from `instant` on at which the last seven local days hold fewer messages than chosen.

    The newest ones bind: the day is free once the oldest of them has left the window. One in any seven days,
    a message on a Monday: free again as the next Monday begins.
    """
    if len(history) < choice.max_per_week:  # nearly always
        return instant
    sent = [one for one in history if not one.is_inbound]
    if len(sent) < choice.max_per_week:
        return instant
    oldest = sent[-choice.max_per_week].at.astimezone(home).date()
    return max(instant, local_time.day_start(oldest + timedelta(days=7), home))


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Each rule once: a reminder put off night after night says so once."""
    return tuple({reason.rule: reason for reason in reversed(reasons)}.values())[::-1]
