"""The gate: may this reminder go now, later, or not at all? Pure: everything it knows is an argument.

The same function serves live sending, every retry, the borrower's preview and the simulation. The strictest of
law, lender and borrower wins: each rule may only push the instant forward or end the matter, never pull it back.
In the order of their weight: what is owed, holds, law, the borrower's category and channel, pause, hours, most
messages a week, lead days, and last the pace that suits their habit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from notifications import local_time
from notifications.choice import Choice
from notifications.gate_law import SAYS_NOTHING, GateLaw
from notifications.gate_terms import (
    INBOX,
    Contact,
    Defer,
    Facts,
    History,
    Manner,
    Person,
    Send,
    Silence,
    Suppress,
    Verdict,
)
from notifications.habit import Habit, Kind
from notifications.law.case import Message
from notifications.law.rule import Rule
from notifications.pace import KEEP, Drop, Keep, Soften, keeps
from notifications.reason import Reason

HORIZON = timedelta(days=31)  # nothing is put off longer; a reminder that late is no reminder
NEVER = HORIZON * 2  # beyond every reminder's use: a rule that never opens
AWAITS_US = "conversation"  # a HoldReason value
OPENING = Reason("opening")  # put off once more within a day: which rule opens last tells nobody anything
DISCREET = Reason("choice.discreet")


def decide(person: Person, facts: Facts, *, now: datetime) -> Verdict:
    """Send, put off or drop one reminder, with every reason.

    now: UTC. Law and policy fail closed: with no common opening before the reminder expires it is suppressed. A
    put-off reminder keeps its reasons in `facts.moved`, so the final one tells the whole story.
    """
    contact, choice = person.contact, person.choice
    if stop := _forbidden(contact, facts, choice):
        return Suppress((stop,))
    pace = _pace(facts, choice, person.habit)
    if isinstance(pace, Drop):
        return Suppress((pace.reason,))
    law = GateLaw(person, facts, said=_said(facts, choice, pace), now=now)
    channel, because = _channel(person, facts, law, _unapproved(facts, choice, pace))
    if channel is None:
        return Suppress((because,))
    instant, day, reasons, home = now, law.today, list(facts.moved), contact.zones[0]
    because_soft = [pace.reason] if isinstance(pace, Soften) else []
    objection = _objections(person, facts, law, channel, pace)
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


def _channel(
    person: Person, facts: Facts, law: GateLaw, unapproved: frozenset[str]
) -> tuple[str | None, Reason]:
    """The first channel of the person's order that can reach them, whose provider carries the words and that no law
    closes; else the inbox, which disturbs nobody. None where law closes that too.
    """
    choice = person.choice
    order = choice.channels[facts.category]
    open_ways = person.contact.reachable - facts.failed_channels - unapproved
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
    person: Person, facts: Facts, law: GateLaw, channel: str, pace: Keep | Soften
) -> Callable[[datetime], Objection | None]:
    """What tells the first rule of time that objects to an instant."""
    contact, choice = person.contact, person.choice
    home = contact.zones[0]
    delays = law.delays(channel)
    puts_off = _put_off(contact, facts, choice, pace)
    counted = person.history if channel != INBOX else ()  # it disturbs nobody, so no week counts it

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


def _put_off(contact: Contact, facts: Facts, choice: Choice, pace: Keep | Soften) -> list[Objection]:
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
