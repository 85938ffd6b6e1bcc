"""The gate: may this reminder go now, later, or not at all? Pure: everything it knows is an argument.

The same function serves live sending, every retry, the borrower's preview and the simulation. The strictest of
law, lender and borrower wins: each rule may only push the instant forward or end the matter, never pull it back.
In the order of their weight: what is owed, holds, law, the borrower's category and channel, pause, hours, most
messages a week, lead days, and last the pace that suits their habit.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from notifications import local_time
from notifications.choice import Choice
from notifications.habit import NOBODY_KNOWS, Habit
from notifications.law import judge
from notifications.law.case import Case, Consent, Message, PriorContact
from notifications.law.rule import Rule, Rulebook
from notifications.pace import Drop, Keep, Rung, Soften, keeps
from notifications.reason import Reason

HORIZON = timedelta(days=31)  # nothing is put off longer; a reminder that late is no reminder
INBOX = "inbox"
# A point is used only once the person has proved it theirs, here, for messages about the account.
AGREED = (Consent("messages"),)
SAYS_NOTHING = Message()
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
    # manner of the words → channel → what they carry. Without discreet words nothing discreet is sent.
    messages: Mapping[Manner, Mapping[str, Message]] = field(default_factory=dict)
    rung: Rung | None = None  # the step as the pace sees it, and the ladder it stands on
    cadence: tuple[Rung, ...] = ()
    failed_channels: frozenset[str] = frozenset()  # refused for good, for this reminder
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
    law = _Law(contact, facts, rulebooks, history, said=_said(facts, choice, pace))
    channel, because = _channel(contact, facts, choice, law, now)
    if channel is None:
        return Suppress((because,))
    instant, reasons, home = now, list(facts.moved), contact.zones[0]
    because_soft = [pace.reason] if isinstance(pace, Soften) else []
    moves = _moves(contact, facts, choice, law, channel, pace)
    while instant < min(facts.expires_at, now + HORIZON):
        later, reason = next(((then, why) for then, why in moves(instant) if then > instant), (instant, None))
        if reason is None:
            if instant > now:
                return Defer(instant, _once(reasons))
            told = _once([_chosen(facts), *because_soft, because, *reasons])
            return Send(channel, told, is_soft=bool(because_soft), is_discreet=choice.hides(channel))
        same_day = later.astimezone(home).date() == instant.astimezone(home).date()
        reasons.append(Reason("opening") if same_day else reason)
        instant = later
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
    return tuple(hold for hold in contact.holds if hold.account in ("", facts.account))


def _pace(facts: Facts, choice: Choice, habit: Habit) -> Keep | Soften | Drop:
    if facts.rung is None:
        return Keep()
    ladder = tuple(
        rung for rung in facts.cadence if rung.offset_days > 0 or -rung.offset_days in choice.lead_days
    )
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
    ) -> None:
        self._contact, self._facts, self._books, self.history = contact, facts, rulebooks, history
        self._said = said
        self._known: dict[str, tuple[judge.Rules, Case]] = {}

    def _about(self, channel: str) -> tuple[judge.Rules, Case]:
        if channel not in self._known:
            contact, facts = self._contact, self._facts
            rules = judge.rules_for(self._books, binds=contact.binds, stage=facts.category, channel=channel)
            case = Case(
                zones=contact.zones,
                binds=contact.binds,
                stage=facts.category,
                channel=channel,
                message=self._said.get(channel, SAYS_NOTHING),
                debts=frozenset((facts.account,)),
                history=self.history,
                consents=AGREED,
                days_past_due=max(facts.offset_days, 0),
                product=facts.product,
                person_in_portal=channel == INBOX,  # what lies there is seen when the person comes
            )
            self._known[channel] = rules, case
        return self._known[channel]

    def bars(self, channel: str, now: datetime) -> Rule | None:
        """The first rule that forbids this reminder on this channel."""
        rules, case = self._about(channel)
        barring = judge.barring(rules, case, now) if rules.bars else ()
        return barring[0] if barring else None

    def delays(self, channel: str, instant: datetime) -> Iterator[tuple[datetime | None, Rule]]:
        rules, case = self._about(channel)
        for rule, later in judge.delaying(rules, case, instant):
            yield later, rule


def _channel(
    contact: Contact, facts: Facts, choice: Choice, law: _Law, now: datetime
) -> tuple[str | None, Reason]:
    """The first channel of the person's order that can reach them and that no law closes; else the inbox, which
    disturbs nobody. None where law closes that too.
    """
    order = choice.channels[facts.category]
    open_ways = contact.reachable - facts.failed_channels
    for channel in order:
        is_written = not choice.hides(channel) or "discreet" in facts.messages
        if channel in open_ways and is_written and not law.bars(channel, now):
            passed = list(order[: order.index(channel)])
            if passed:
                return channel, Reason("choice.next_channel", {"channel": channel, "passed": passed})
            return channel, Reason("choice.channel", {"channel": channel})
    if rule := law.bars(INBOX, now):
        return None, _ruled(rule, {})
    return INBOX, Reason("no_channel", {"passed": list(order)})


Moves = Callable[[datetime], Iterator[tuple[datetime, Reason]]]


def _moves(
    contact: Contact,
    facts: Facts,
    choice: Choice,
    law: _Law,
    channel: str,
    pace: Keep | Soften | Drop,
) -> Moves:
    """Each rule of time as "not before then, because": the instant itself where it has no objection."""
    home = contact.zones[0]
    never = HORIZON * 2  # beyond every reminder's use: the rule never opens

    def moves(instant: datetime) -> Iterator[tuple[datetime, Reason]]:
        for hold in _holds(contact, facts):
            if hold.until:
                facts_of_it = {
                    "holds": [hold.reason],
                    "until": hold.until.astimezone(home).date().isoformat(),
                }
                yield hold.until, Reason("hold", facts_of_it)
        for later, rule in law.delays(channel, instant):
            yield later or instant + never, _ruled(rule, _at(instant, home))
        if choice.paused_until:
            end = local_time.day_start(choice.paused_until, home)
            yield end, Reason("choice.pause", {"until": choice.paused_until.isoformat()})
        opening = local_time.next_common_opening(instant, choice.windows, contact.zones) or instant + never
        yield opening, Reason("choice.window", _closed(instant, home, choice))
        if channel != INBOX:  # it disturbs nobody, so no week counts it
            yield _week(instant, law.history, choice, home)
        if isinstance(pace, Soften) and pace.later_days:
            meant_for = facts.due_on + timedelta(days=facts.offset_days + pace.later_days)
            yield local_time.day_start(meant_for, home), pace.reason

    return moves


def _ruled(rule: Rule, facts: dict[str, object]) -> Reason:
    """A law's objection, with what is needed to explain and to prove it later."""
    known = {**facts, "kind": rule.kind, "version": rule.version}
    return Reason(rule.id, known, rule.citation)


def _at(instant: datetime, home: ZoneInfo) -> dict[str, object]:
    local = instant.astimezone(home)
    return {"at": local.isoformat("T", "minutes"), "weekday": local.weekday()}


def _closed(instant: datetime, home: ZoneInfo, choice: Choice) -> dict[str, object]:
    """When the person's own hours were closed, and whether they chose no message at all on that day."""
    known = _at(instant, home)
    return {**known, "day_off": True} if choice.windows[instant.astimezone(home).weekday()] is None else known


def _week(instant: datetime, history: History, choice: Choice, home: ZoneInfo) -> tuple[datetime, Reason]:
    """The first instant from `instant` on at which the last seven local days hold fewer messages than chosen.

    The newest ones bind: the day is free once the oldest of them has left the window. One in any seven days,
    a message on a Monday: free again as the next Monday begins.
    """
    why = Reason("choice.week", {"most": choice.max_per_week})
    sent = [one for one in history if not one.is_inbound]
    if len(sent) < choice.max_per_week:
        return instant, why
    oldest = sent[-choice.max_per_week].at.astimezone(home).date()
    return max(instant, local_time.day_start(oldest + timedelta(days=7), home)), why


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Each rule once: a reminder put off night after night says so once."""
    return tuple({reason.rule: reason for reason in reversed(reasons)}.values())[::-1]
