"""A rule of a rulebook in words for staff: its kind, its hours and numbers, and whom and what it is about."""

from collections.abc import Callable, Collection, Iterator
from datetime import time
from itertools import groupby

from django.utils import dates
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from notifications.law.rule import (
    Cap,
    ContactHours,
    Hold,
    Holidays,
    Limit,
    Links,
    Records,
    Rule,
    Week,
    Workplace,
)
from notifications.local_time import Window
from notifications.words import Category, Channel, HumanChannel

KINDS: dict[str, Promise] = {
    "contact_hours": _("hours of contact"),
    "holidays": _("public holidays"),
    "cap": _("how often"),
    "content_required": _("what must be said"),
    "content_prohibited": _("what may not be said"),
    "links": _("links in texts"),
    "consent": _("consent"),
    "opt_out": _("opting out"),
    "third_party": _("other people"),
    "workplace": _("place of work"),
    "records": _("what must be kept"),
    "hold": _("reason to be silent"),
}
FORCES: dict[str, Promise] = {
    "binding": _("law or regulation"),
    "presumption": _("crossing it is presumed a breach"),
    "code": _("code of conduct or policy"),
    "guidance": _("the regulator's view"),
    "safe_harbour": _("keeping to it protects"),
}
BINDS: dict[str, Promise] = {"creditor": _("the lender"), "collector": _("a debt collector")}
CHANNELS: dict[str, Promise | str] = {
    "all": _("every way"),
    **{value: Channel(value).label for value in Channel.values},
    **{value: HumanChannel(value).label for value in HumanChannel.values},
}
STAGES: dict[str, Promise | str] = {value: Category(value).label for value in ("upcoming", "due", "overdue")}
EXCEPTIONS: dict[str, Promise] = {
    "consent_direct": _("the person agreed to it"),
    "requested_by_person": _("the person asked for it"),
    "reply_to_person": _("it answers what the person wrote"),
    "opt_out_confirmation": _("it only confirms the opt-out"),
    "required_notice": _("it is a notice that the law demands"),
    "court_permission": _("a court allowed it"),
    "final_notice": _("it is the last notice"),
    "person_in_portal": _("the person is in the portal"),
    "emergency": _("it is an emergency"),
    "unreachable_otherwise": _("the person cannot be reached otherwise"),
}
ONLY_FOR: dict[str, Promise] = {
    "marketing": _("advertising"),
    "recorded_voice": _("recorded voices"),
    "card": _("credit cards"),
}
PER: dict[str, Promise] = {
    "debt": _("for each debt"),
    "person": _("for each person"),
    "contact_point": _("for each number or address"),
}
LINKS: dict[str, Promise] = {
    "none": _("none"),
    "address": _("our own address, none to a page of one's own"),
    "personal": _("also one to a page of one's own"),
}
Facts = Iterator[tuple[str, str]]


def facts(rule: Rule) -> list[tuple[str, str]]:
    """All that a rule says besides its sentence, as label and words in the active language."""
    return [*_numbers(rule), *_scope(rule)]


def _numbers(rule: Rule) -> Facts:
    match rule:
        case ContactHours():
            yield gettext("Hours"), week(rule.hours) if rule.hours else _no_number()
            if rule.closed_on:
                yield (
                    gettext("Public holidays"),
                    gettext("none (%(calendar)s)") % {"calendar": rule.closed_on},
                )
        case Holidays():
            hours = window(rule.hours) if rule.hours else gettext("none")
            yield gettext("Hours"), f"{hours} ({rule.calendar})"
        case Cap():
            yield gettext("At most"), limit(rule.limit) if rule.limit else _no_number()
        case Workplace():
            if rule.hours:
                yield gettext("Hours"), week(rule.hours)
            if rule.limit:
                yield gettext("At most"), limit(rule.limit)
        case Links() | Records() | Hold():
            yield _one_fact(rule)


def _one_fact(rule: Links | Records | Hold) -> tuple[str, str]:
    match rule:
        case Links():
            return gettext("Links"), str(LINKS[rule.may])
        case Records():
            return gettext("Years"), f"{rule.keep_years:g}"
    return gettext("Until"), rule.until


def _scope(rule: Rule) -> Facts:
    yield gettext("Binds"), _named(rule.binds, BINDS)
    yield gettext("Ways"), _named(rule.channels, CHANNELS)
    yield gettext("When"), _named(rule.stages, STAGES)
    if late := _late(rule):
        yield gettext("Days past due"), late
    if rule.only_first:
        yield gettext("Only for"), gettext("the first contact about a debt")
    if rule.only_for:
        yield gettext("Only for"), str(ONLY_FOR[rule.only_for])
    if rule.only_purposes:
        yield gettext("Only for"), gettext(", ").join(sorted(rule.only_purposes)).replace("_", " ")
    if rule.unless:
        yield gettext("Unless"), _named(rule.unless, EXCEPTIONS)
    yield gettext("Force"), str(FORCES[rule.force])
    if rule.effective_from or rule.effective_to:
        yield gettext("In force"), f"{rule.effective_from or '…'} – {rule.effective_to or '…'}"


def week(hours: Week) -> str:
    """ "Monday to Friday 08:00–21:00; Saturday 09:00–13:00": the days that are left out are closed."""
    parts = []
    for open_hours, run in groupby(range(7), key=hours.get):
        days = list(run)
        if open_hours:
            parts.append(f"{_days(days[0], days[-1])} {window(open_hours)}")
    return gettext("; ").join(parts) or gettext("none")


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return gettext("every day")
    if first == last:
        return str(dates.WEEKDAYS[first])
    return gettext("%(first)s to %(last)s") % {"first": dates.WEEKDAYS[first], "last": dates.WEEKDAYS[last]}


def window(hours: Window) -> str:
    """ "08:00–21:00"; the end of the day is 24:00."""
    start, end = hours
    return f"{start:%H:%M}–{'24:00' if end == time.max else f'{end:%H:%M}'}"


def limit(most: Limit) -> str:
    """ "7 tries in 7 days in a row, for each debt"."""
    if most.after:
        after = ngettext(
            "none for %(days)d day after a conversation",
            "none for %(days)d days after a conversation",
            most.window_days,
        )
        return f"{after % {'days': most.window_days}}{gettext(', ')}{PER[most.per]}"
    number = {"number": most.count}
    return gettext(", ").join([_COUNTED[most.counts](most.count) % number, _span(most), str(PER[most.per])])


_COUNTED: dict[str, Callable[[int], str]] = {
    "attempts": lambda count: ngettext("%(number)d try", "%(number)d tries", count),
    "contacts": lambda count: ngettext("%(number)d contact", "%(number)d contacts", count),
    "conversations": lambda count: ngettext("%(number)d conversation", "%(number)d conversations", count),
}


def _span(most: Limit) -> str:
    match most.window:
        case "calendar_week":
            return gettext("in a calendar week")
        case "calendar_month":
            return gettext("in a calendar month")
    if most.window_days == 1:
        return gettext("in one day")
    return gettext("in %(days)d days in a row") % {"days": most.window_days}


def _late(rule: Rule) -> str:
    after, until = rule.only_from_days_past_due, rule.only_until_days_past_due
    parts = []
    if after is not None:
        parts.append(gettext("more than %(days)d") % {"days": after})
    if until is not None:
        parts.append(gettext("at most %(days)d") % {"days": until})
    return gettext(", ").join(parts)


def _no_number() -> str:
    return gettext("no number: what is reasonable")


def _named(codes: Collection[str], names: "dict[str, Promise] | dict[str, Promise | str]") -> str:
    """In the table's order."""
    return gettext(", ").join(str(name) for code, name in names.items() if code in codes)
