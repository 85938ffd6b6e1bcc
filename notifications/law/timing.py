"""The rules that only say "not yet": hours, holidays, hours the person closed, and how often."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import TypeGuard
from zoneinfo import ZoneInfo

import holidays

from notifications import local_time
from notifications.law import reading
from notifications.law.case import CONNECTED, NOT_PLACED, REACHED, Case, Inconvenient, PriorContact
from notifications.law.rule import ALL, Cap, ContactHours, Hold, Holidays, Limit, Rule, Week, Workplace
from notifications.local_time import Window

DAY = timedelta(days=1)
WHOLE_WEEK = 8  # closed days in a row after which hours will not open again

ALWAYS: Week = dict.fromkeys(range(7), (time.min, time.max))

NotBefore = datetime | None
"""The first UTC instant from the one in question at which a rule has no objection; None: never by itself."""


def can_delay(rule: Rule) -> bool:
    """Could this rule ever say "not yet"? A duty without a number cannot."""
    match rule:
        case ContactHours():
            return rule.hours is not None
        case Cap():
            return rule.limit is not None
        case Hold():
            return rule.trigger == "inconvenient_time_or_place"
        case Workplace():
            return rule.hours is not None or rule.limit is not None
    return isinstance(rule, Holidays)


def is_about_hours_only(rule: Rule) -> TypeGuard[ContactHours]:
    """Does a rule that can delay ask for nothing but the hour of the week?"""
    return isinstance(rule, ContactHours) and not rule.closed_on


def common_hours(weeks: Iterable[Week | None]) -> Week:
    """The local hours that are open in every one of these weeks."""
    common = dict(ALWAYS)
    for week in weeks:
        for day, window in common.items():
            common[day] = _common(window, (week or ALWAYS).get(day))
    return common


def _common(one: Window | None, other: Window | None) -> Window | None:
    if not one or not other:
        return None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def not_before(rule: Rule, case: Case, at: datetime) -> NotBefore:
    """When a rule that binds this case allows it, from `at` on: `at` itself where it has no objection."""
    ask = _BY_KIND.get(type(rule))
    return ask(rule, case, at) if ask else at


def _hours(rule: ContactHours, case: Case, at: datetime) -> NotBefore:
    hours = rule.hours
    if hours is None:
        return at
    if not rule.closed_on:
        return local_time.next_common_opening(at, hours, case.zones)
    return _settled(
        at,
        lambda now: local_time.next_common_opening(now, hours, case.zones),
        lambda now: max(_past_holiday(rule.closed_on, None, case, now, zone) for zone in case.zones),
    )


def _settled(at: datetime, *moves: Callable[[datetime], NotBefore]) -> NotBefore:
    """The first instant from `at` on that none of these moves; None: they never agree."""
    for _ in range(2 * WHOLE_WEEK):
        start = at
        for move in moves:
            if (later := move(at)) is None:
                return None
            at = later
        if at == start:
            return at
    return None


def _holidays(rule: Holidays, case: Case, at: datetime) -> NotBefore:
    """On a public holiday its own hours, or none, take the weekday's place. In each zone: the strictest holds."""
    return _settled(
        at,
        lambda now: max(_past_holiday(rule.calendar, rule.hours, case, now, zone) for zone in case.zones),
    )


def _past_holiday(calendar: str, hours: Window | None, case: Case, at: datetime, zone: ZoneInfo) -> datetime:
    day = local_time.wall_clock(at, zone).date()
    if day not in case.holidays and day not in _calendar(calendar):
        return at
    for opens, closes in local_time.openings(day, hours, zone) if hours else ():
        if at < closes:
            return max(at, opens)
    return local_time.day_start(day + DAY, zone)


@cache
def _calendar(code: str) -> holidays.HolidayBase:
    return reading.holiday_calendar(code)


def _closed_by_person(rule: Hold, case: Case, at: datetime) -> NotBefore:
    """Hours that the person closed, in every zone they may be in; at a certain place, or everywhere."""
    if not case.inconvenient:
        return at
    here = ("", case.address.place, case.person_known_at)
    closed = [one for one in case.inconvenient if one.window and one.place in here]
    return _settled(
        at,
        lambda now: max((_past_closed(one, now, zone) for one in closed for zone in case.zones), default=now),
    )


def _past_closed(closed: Inconvenient, at: datetime, zone: ZoneInfo) -> datetime:
    today = local_time.wall_clock(at, zone).date()
    for day in (today - DAY, today):  # yesterday's hours may run over midnight
        if day.weekday() not in closed.days or (closed.last_day and day > closed.last_day):
            continue
        for starts, ends in local_time.openings(day, closed.window or _NOTHING, zone):
            if starts <= at < ends:
                return ends
    return at


_NOTHING = (datetime.min.time(), datetime.max.time())


def _work(rule: Workplace, case: Case, at: datetime) -> NotBefore:
    if case.address.place != "work":
        return at
    opens = local_time.next_common_opening(at, rule.hours, case.zones) if rule.hours else at
    if opens is None or rule.limit is None:
        return opens
    at_work = _counted(rule, rule.limit, case, opens, only_here=True)
    return max(opens, _free(rule.limit, at_work, case, opens))


def _cap(rule: Cap, case: Case, at: datetime) -> NotBefore:
    limit = rule.limit
    if limit is None:
        return at
    if limit.count == 0 and not limit.after:
        return None
    if len(case.history) < limit.fills or case.history[-limit.fills].at < at - limit.looks_back:
        return at  # mostly: too few contacts of any kind
    # What is bound at work is counted there; where else an earlier contact was made is not known.
    only_here = limit.per == "contact_point" or bool(rule.only_places and "none" not in rule.only_places)
    counted = list(_counted(rule, limit, case, at, only_here=only_here))
    if limit.per != "debt":
        return _free(limit, counted, case, at)
    return max((_free(limit, about, case, at) for about in _by_debt(counted, case)), default=at)


def _counted(
    rule: Rule, limit: Limit, case: Case, at: datetime, *, only_here: bool
) -> Iterator[PriorContact]:
    """The contacts that take a place in a limit, as far back as it looks, the newest first."""
    since = at - limit.looks_back
    for one in reversed(case.history):
        if one.at < since:
            return
        is_here = not only_here or one.address == case.address.value
        if is_here and _counts(rule, limit, one):
            yield one


def _by_debt(contacts: list[PriorContact], case: Case) -> Iterator[list[PriorContact]]:
    """The contacts about each debt of the case. Debts that the law counts as one are one."""
    for debt in case.debts:
        one = case.debt_group if debt in case.debt_group else frozenset({debt})
        yield [contact for contact in contacts if one & _spoke_of(contact)]


def _spoke_of(contact: PriorContact) -> frozenset[str]:
    return contact.debts if contact.conversation_debts is None else contact.conversation_debts


def _counts(rule: Rule, limit: Limit, contact: PriorContact) -> bool:
    """Does an earlier contact take a place in this cap?"""
    if (ALL not in rule.channels and contact.channel not in rule.channels) or contact.purpose in _exempt(
        rule
    ):
        return False
    if limit.after:  # a cool-down after a conversation, whoever began it
        return contact.outcome in CONNECTED
    if contact.is_inbound or (contact.under_consent and "consent_direct" in rule.unless):
        return False
    match limit.counts:
        case "conversations":
            return contact.outcome in CONNECTED
        case "contacts":
            return contact.outcome in REACHED
    return contact.outcome not in NOT_PLACED


@cache
def _exempt(rule: Rule) -> frozenset[str]:
    """Purposes that the rule itself lets pass take no place in it either."""
    named = rule.unless & {"opt_out_confirmation", "required_notice", "final_notice"}
    return named | {"reply"} if "reply_to_person" in rule.unless else named


def _free(limit: Limit, newest_first: Iterable[PriorContact], case: Case, at: datetime) -> datetime:
    """The first instant from `at` on at which one more keeps to the limit.

    The newest `count` bind: a place is free once the oldest of them has left the window. Seven calls in seven
    days, the first on 1 April: the eighth may be placed on the 8th (12 CFR 1006.14, comment 14(b)(2)(ii)-1).
    """
    zone = case.zones[0]
    binding = next(islice(newest_first, limit.fills - 1, None), None)
    if binding is None:
        return at
    oldest = binding.at.astimezone(zone).date()
    return max(at, local_time.day_start(_FREE_DAY[limit.window](oldest, limit), zone))


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1)


_FREE_DAY: dict[str, Callable[[date, Limit], date]] = {
    "rolling": lambda day, limit: day + limit.window_days * DAY,
    "calendar_day": lambda day, limit: day + limit.window_days * DAY,
    "calendar_week": lambda day, limit: day + (7 - day.weekday()) * DAY,
    "calendar_month": lambda day, limit: _next_month(day),
}
_BY_KIND: dict[type[Rule], Callable[..., NotBefore]] = {
    ContactHours: _hours,
    Holidays: _holidays,
    Hold: _closed_by_person,
    Workplace: _work,
    Cap: _cap,
}
