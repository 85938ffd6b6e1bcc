"""The gate: may this reminder go now, later, or not at all? Pure: everything it knows is an argument.

The same function serves live sending, every retry, and the borrower's preview. The strictest of law, lender
and borrower wins: each rule may only push the instant forward or end the matter, never pull it back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifications import local_time
from notifications.choice import Choice, Window
from notifications.reason import Reason
from notifications.rulebook import Cap, ContactHours, Rulebook, applies

HORIZON = timedelta(days=31)  # nothing is put off longer; a reminder that late is no reminder
INBOX = "inbox"


@dataclass(frozen=True)
class Contact:
    """How a person can be reached, and where they may be."""

    zones: tuple[ZoneInfo, ...]  # every zone they may be in; the first is the one they live by
    reachable: frozenset[str]  # channels with a verified, open contact point; the inbox always
    holds: tuple[str, ...] = ()  # HoldReason values in force


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
    failed_channels: frozenset[str] = frozenset()  # refused for good, for this reminder
    moved: tuple[Reason, ...] = ()  # why it was put off before


@dataclass(frozen=True)
class Send:
    channel: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Defer:
    until: datetime  # UTC, later than now
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Suppress:
    reasons: tuple[Reason, ...]


Verdict = Send | Defer | Suppress
History = tuple[datetime, ...]  # UTC instants of the person's contacts outside the inbox, oldest first


def decide(
    contact: Contact,
    facts: Facts,
    choice: Choice,
    *,
    rulebooks: tuple[Rulebook, ...],
    history: History,
    now: datetime,
) -> Verdict:
    """Send, put off or drop one reminder, with every reason.

    now, history: UTC. Law and policy fail closed: with no common opening before the reminder expires it is
    suppressed. A put-off reminder keeps its reasons in `facts.moved`, so the final one tells the whole story.
    """
    if stop := _forbidden(contact, facts, choice):
        return Suppress((stop,))
    channel, because = _channel(contact, facts, choice)
    moves = _moves(contact, choice, _rules(rulebooks, facts.category, channel), history, channel)
    instant, reasons, home = now, list(facts.moved), contact.zones[0]
    while instant < min(facts.expires_at, now + HORIZON):
        later, reason = next(((then, why) for then, why in moves(instant) if then > instant), (instant, None))
        if reason is None:
            if instant > now:
                return Defer(instant, _once(reasons))
            return Send(channel, _once([_chosen(facts), because, *reasons]))
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
    if contact.holds:
        return Reason("hold", {"holds": list(contact.holds)})
    if not facts.has_words:
        return Reason("no_words")
    if not choice.channels[facts.category]:
        return Reason("choice.category_off", {"category": facts.category})
    if facts.offset_days <= 0 and -facts.offset_days not in choice.lead_days:
        return Reason("choice.lead_day_off", {"days": -facts.offset_days})
    return None


def _chosen(facts: Facts) -> Reason:
    if facts.offset_days > 0:
        return Reason("step.overdue", {"days": facts.offset_days, "due_on": facts.due_on.isoformat()})
    return Reason("choice.lead_day", {"days": -facts.offset_days, "due_on": facts.due_on.isoformat()})


def _channel(contact: Contact, facts: Facts, choice: Choice) -> tuple[str, Reason]:
    """The first channel of the person's order that can reach them; else the inbox, which disturbs nobody."""
    order = choice.channels[facts.category]
    for channel in order:
        if channel in contact.reachable and channel not in facts.failed_channels:
            passed = list(order[: order.index(channel)])
            if passed:
                return channel, Reason("choice.next_channel", {"channel": channel, "passed": passed})
            return channel, Reason("choice.channel", {"channel": channel})
    return INBOX, Reason("no_channel", {"passed": list(order)})


def _rules(
    rulebooks: tuple[Rulebook, ...], category: str, channel: str
) -> tuple[list[ContactHours], list[Cap]]:
    rules = [
        rule for book in rulebooks for rule in book.rules if applies(rule, category=category, channel=channel)
    ]
    hours = [rule for rule in rules if isinstance(rule, ContactHours)]
    return hours, [rule for rule in rules if isinstance(rule, Cap)]


Moves = Callable[[datetime], Iterator[tuple[datetime, Reason]]]


def _moves(
    contact: Contact,
    choice: Choice,
    rules: tuple[list[ContactHours], list[Cap]],
    history: History,
    channel: str,
) -> Moves:
    """Each rule of time as "not before then, because": the instant itself where it has no objection."""
    hours, caps = rules
    home = contact.zones[0]
    never = HORIZON * 2  # beyond every reminder's use: the rule never opens

    def moves(instant: datetime) -> Iterator[tuple[datetime, Reason]]:
        if choice.paused_until:
            end = local_time.day_start(choice.paused_until, home)
            yield end, Reason("choice.pause", {"until": choice.paused_until.isoformat()})
        for rule in hours:
            opening = _opening(instant, rule.hours, contact.zones) or instant + never
            yield opening, _moved(rule.id, instant, home, rule.citation)
        opening = _opening(instant, choice.windows, contact.zones) or instant + never
        yield opening, _moved("choice.window", instant, home)
        if channel == INBOX:
            return  # the inbox disturbs nobody, so no cap counts it
        for cap in caps:
            yield (
                _free(instant, history, cap.count, cap.window_days, home),
                _moved(cap.id, instant, home, cap.citation),
            )
        week = Reason("choice.week", {"most": choice.max_per_week})
        yield _free(instant, history, choice.max_per_week, 7, home), week

    return moves


def _moved(rule: str, instant: datetime, home: ZoneInfo, source: str = "") -> Reason:
    local = instant.astimezone(home)
    facts = {"at": local.isoformat("T", "minutes"), "weekday": local.weekday()}
    return Reason(rule, facts, source)


def _opening(
    instant: datetime, hours: Mapping[int, Window | None], zones: tuple[ZoneInfo, ...]
) -> datetime | None:
    """The first instant from `instant` on that lies in the local hours of every zone, None where there is
    none.

    Where facts point to several places the hour must be right in all of them: 12 CFR 1006, official comment
    6(b)(1)(i)-2.
    """
    until = instant + HORIZON
    while instant < until:
        openings = [local_time.next_opening(instant, hours, zone) for zone in zones]
        known = [opening for opening in openings if opening is not None]
        if len(known) < len(openings):
            return None
        latest = max(known)
        if latest == instant:
            return instant
        instant = latest
    return None


def _free(instant: datetime, history: History, count: int, window_days: int, home: ZoneInfo) -> datetime:
    """The first instant from `instant` on whose last `window_days` local days hold fewer than `count`
    contacts.

    The newest `count` contacts bind: the day is free once the oldest of them has left the window. One in any
    seven days, contact on a Monday: free again as the next Monday begins.
    """
    if len(history) < count:
        return instant
    oldest = history[-count].astimezone(home).date()
    return max(instant, local_time.day_start(oldest + timedelta(days=window_days), home))


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Each rule once: a reminder put off night after night says so once."""
    return tuple({reason.rule: reason for reason in reversed(reasons)}.values())[::-1]
