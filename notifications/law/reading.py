"""A rulebook from its TOML file. Whatever is wrong is said with file, rule and reason, before anything is sent."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

import holidays

from notifications import local_time
from notifications.law import rule as kinds
from notifications.law.rule import Limit, Rule, Rulebook, Week
from notifications.local_time import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BINDS = {"creditor", "collector"}
STAGES = {"upcoming", "due", "overdue"}
CHANNELS = {"sms", "email", "push", "inbox", "whatsapp", "call", "visit", "letter", kinds.ALL}
FORCES = {"binding", "presumption", "code", "guidance", "safe_harbour"}
CONFIDENCES = {"verified", "secondary", "memory"}
ONLY_FOR = {"", "marketing", "recorded_voice", "card"}
PURPOSES = {
    "reminder",
    "reply",
    "opt_out_confirmation",
    "required_notice",
    "final_notice",
    "ask_to_pass_on",
    "consent_request",
    "arrears_notice",
    "outsourcing_notice",
    "plan_offer",
    "told_to_others",
}
PLACES = {"home", "work", "other"}
EXCEPTIONS = {
    "consent_direct",
    "requested_by_person",
    "reply_to_person",
    "opt_out_confirmation",
    "required_notice",
    "court_permission",
    "final_notice",
    "person_in_portal",
    "emergency",
    "unreachable_otherwise",
}
CONTENT_KEYS = {
    "sender_name",
    "lender_name",
    "contact",
    "opt_out",
    "collector_disclosure",
    "amount",
    "due_date",
    "basis",
    "rights",
    "how_to_pay",
    "how_to_dispute",
    "complaint_channel",
    "sender_code",
    "purpose",
    "consent_basis",
    "seal",
    "language",
}
CATEGORIES = {"threat", "insult", "shame", "false_legal", "third_party", "deception", "pressure"}
TRIGGERS = {
    "cease_request",
    "refusal_to_pay",
    "attorney",
    "dispute",
    "moratorium",
    "insolvency",
    "bereavement",
    "illness",
    "hardship_request",
    "inconvenient_time_or_place",
    "complaint",
}
CONSENT_FORMS = {"express", "express_written", "opt_out", "contract"}
CONSENT_PURPOSES = {
    "messages",
    "robocalls",
    "hours",
    "e_delivery",
    "sharing",
    "marketing",
    "automated_decisions",
}
WINDOWS = {"rolling", "calendar_day", "calendar_week", "calendar_month"}
BOOK_KEYS = {
    "schema",
    "id",
    "name",
    "jurisdiction",
    "parent",
    "version",
    "summary",
    "zones",
    "holidays",
    "open_questions",
    "rule",
}

Raw = Mapping[str, Any]


class RulebookError(ValueError):
    """A rulebook that cannot be trusted: names the file, the rule and what is wrong."""


def parse(text: str, name: str) -> Rulebook:
    """A rulebook from the text of the TOML file `name` ("us-ma.toml")."""
    try:
        book = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{name}: not TOML: {error}") from error
    try:
        return _book(book, name)
    except KeyError as error:
        raise RulebookError(f"{name}: the key {error} is missing.") from error
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, RulebookError):
            raise
        raise RulebookError(f"{name}: {error}") from error


def _book(book: Raw, name: str) -> Rulebook:
    if book["schema"] != 1:
        raise ValueError(f"schema {book['schema']} is not known here; expected 1.")
    if unknown := set(book) - BOOK_KEYS:
        raise ValueError(f"the keys {sorted(unknown)} are not known.")
    if f"{book['id']}.toml" != name:
        raise ValueError(f"its id is {book['id']!r}, which belongs into {book['id']}.toml.")
    for zone in book.get("zones", ()):
        local_time.zone(zone)
    calendar = book.get("holidays", "")
    if calendar:
        holiday_calendar(calendar)
    return Rulebook(
        id=book["id"],
        name=book["name"],
        jurisdiction=book["jurisdiction"],
        version=date.fromisoformat(book["version"]).isoformat(),
        summary=book["summary"],
        zones=tuple(book.get("zones", ())),
        rules=_with_wishes(tuple(_rule(raw, book, name) for raw in book.get("rule", ()))),
        parent=book.get("parent", ""),
        holidays=calendar,
        open_questions=tuple(book.get("open_questions", ())),
    )


def _with_wishes(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """A wish not to be called or written to on a channel is an opt-out; where a book has no such rule, its duty
    to respect times and places covers it.
    """
    if any(isinstance(rule, kinds.OptOut) and rule.scope != "marketing" for rule in rules):
        return rules
    return tuple(
        replace(rule, covers_channels=True)
        if isinstance(rule, kinds.Hold) and rule.trigger == "inconvenient_time_or_place"
        else rule
        for rule in rules
    )


def holiday_calendar(code: str) -> holidays.HolidayBase:
    """The public holidays of a place: "US", "BR-SP". ValueError: the library knows none."""
    country, _, subdivision = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise ValueError(f"the library `holidays` has no calendar {code}") from error


def _rule(raw: Raw, book: Raw, name: str) -> Rule:
    try:
        left = dict(raw)  # what nobody takes out of it is not known
        kind = left.pop("kind")
        if kind not in _KINDS:
            raise ValueError(f"the kind {kind!r} is not known; one of {', '.join(sorted(_KINDS))}")
        found = _KINDS[kind](_common(left, book), left, book)
        if left:
            raise ValueError(f"the keys {sorted(left)} are not known for the kind {kind}")
        return found
    except KeyError as error:
        raise RulebookError(f"{name}: rule {raw.get('id', '?')}: the key {error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise RulebookError(f"{name}: rule {raw.get('id', '?')}: {error}") from error


def _common(left: dict[str, Any], book: Raw) -> dict[str, Any]:
    rule_id = left.pop("id")
    if not rule_id.startswith(f"{book['id']}."):
        raise ValueError(f"its id does not start with “{book['id']}.”")
    return {
        "id": rule_id,
        "binds": _some(left.pop("binds"), BINDS, "binds"),
        "stages": _some(left.pop("stages"), STAGES, "stages"),
        "channels": _some(left.pop("channels"), CHANNELS, "channels"),
        "force": _one(left.pop("force"), FORCES, "force"),
        "plain": left.pop("plain"),
        "citation": left.pop("citation"),
        "url": left.pop("url"),
        "confidence": _one(left.pop("confidence"), CONFIDENCES, "confidence"),
        "version": str(book["version"]),
        "effective_from": _day(left.pop("effective_from", "")),
        "effective_to": _day(left.pop("effective_to", "")),
        "unless": _some(left.pop("unless", ()), EXCEPTIONS, "unless"),
        "notes": left.pop("notes", ""),
        "only_for": _one(left.pop("only_for", ""), ONLY_FOR, "only_for"),
        "only_from_days_past_due": _whole(left.pop("only_from_days_past_due", None)),
        "only_until_days_past_due": _whole(left.pop("only_until_days_past_due", None)),
        "only_purposes": _some(left.pop("only_purposes", ()), PURPOSES, "only_purposes"),
        "only_first": left.pop("only_first", False),
        "only_places": _some(left.pop("only_places", ()), PLACES, "only_places"),
    }


Common = dict[str, Any]


def _contact_hours(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.ContactHours(**common, hours=_week(left.pop("hours", None)))


def _holidays(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    if not book.get("holidays"):
        raise ValueError("the file names no calendar in “holidays”")
    return kinds.Holidays(**common, calendar=book["holidays"], hours=_window(left.pop("hours")))


def _cap(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.Cap(**common, limit=_limit(left.pop("cap", None)))


def _content_required(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.ContentRequired(**common, keys=_some(left.pop("keys"), CONTENT_KEYS, "keys"))


def _content_prohibited(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    categories = _some(left.pop("categories"), CATEGORIES, "categories")
    return kinds.ContentProhibited(**common, categories=categories, public=left.pop("public", False))


def _consent(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.ConsentNeeded(
        **common,
        form=_one(left.pop("form"), CONSENT_FORMS, "form"),
        purpose=_one(left.pop("for"), CONSENT_PURPOSES, "for"),
        max_age_days=_whole(left.pop("max_age_days", None)),
    )


def _opt_out(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.OptOut(
        **common,
        scope=_one(left.pop("scope"), {"address", "channel", "all", "marketing"}, "scope"),
        keywords=tuple(left.pop("keywords", ())),
        any_reasonable_means=left.pop("any_reasonable_means", False),
        honour_hours=_whole(left.pop("honour_hours", None)),
        honour_business_days=_whole(left.pop("honour_business_days", None)),
        confirmation=left.pop("confirmation", False),
        confirmation_within_minutes=_whole(left.pop("confirmation_within_minutes", None)),
    )


def _third_party(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.ThirdParty(
        **common,
        allowed=tuple(left.pop("allowed", ())),
        may_tell_debt=left.pop("may_tell_debt"),
        once=left.pop("once", False),
    )


def _workplace(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    allowed = _one(left.pop("allowed"), {"no", "unless_known_objection", "fallback_only"}, "allowed")
    return kinds.Workplace(
        **common,
        allowed=allowed,
        hours=_week(left.pop("hours", None)),
        limit=_limit(left.pop("cap", None)),
        oral_request_days=_whole(left.pop("oral_request_days", None)),
    )


def _records(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.Records(**common, keep_years=float(left.pop("keep_years")))


def _hold(common: Common, left: dict[str, Any], book: Raw) -> Rule:
    return kinds.Hold(
        **common,
        trigger=_one(left.pop("trigger"), TRIGGERS, "trigger"),
        effect=_one(left.pop("effect"), {"stop_all", "stop_debt", "stop_channel"}, "effect"),
        until=left.pop("until"),
    )


_KINDS: dict[str, Callable[[Common, dict[str, Any], Raw], Rule]] = {
    "contact_hours": _contact_hours,
    "holidays": _holidays,
    "cap": _cap,
    "content_required": _content_required,
    "content_prohibited": _content_prohibited,
    "consent": _consent,
    "opt_out": _opt_out,
    "third_party": _third_party,
    "workplace": _workplace,
    "records": _records,
    "hold": _hold,
}


def _one(value: str, known: set[str], key: str) -> str:
    if value not in known:
        raise ValueError(f"{key} = {value!r} is not known; one of {', '.join(sorted(known - {''}))}")
    return value


def _some(values: list[str], known: set[str], key: str) -> frozenset[str]:
    if isinstance(values, str):
        raise ValueError(f"{key} is a text, expected a list")
    return frozenset(_one(value, known, key) for value in values)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _week(raw: Mapping[str, list[str]] | None) -> Week | None:
    if raw is None:
        return None
    if unknown := set(raw) - set(DAYS):
        raise ValueError(f"the days {sorted(unknown)} are not known; write {', '.join(DAYS)}")
    return {number: _window(raw.get(day, [])) for number, day in enumerate(DAYS)}


def _window(pair: list[str]) -> Window | None:
    if not pair:
        return None
    if len(pair) != 2:
        raise ValueError(f"the hours {pair} are not [start, end]")
    start, end = (time.max if text == "24:00" else time.fromisoformat(text) for text in pair)
    if start >= end:
        raise ValueError(f"the hours {pair} do not end after they start")
    return start, end


def _limit(raw: Raw | None) -> Limit | None:
    if raw is None:
        return None
    left = dict(raw)
    count, days = _whole(left.pop("count")), _whole(left.pop("window_days"))
    limit = Limit(
        count=count or 0,
        window_days=days or 0,
        window=_one(left.pop("window"), WINDOWS, "window"),
        per=_one(left.pop("per"), {"debt", "person", "contact_point"}, "per"),
        counts=_one(left.pop("counts"), {"attempts", "contacts", "conversations"}, "counts"),
        after=_one(left.pop("after", ""), {"", "conversation"}, "after"),
    )
    left.pop("share", None)  # that its channels share the count goes without saying: they always do here
    if left:
        raise ValueError(f"the keys {sorted(left)} of cap are not known")
    if not limit.window_days:
        raise ValueError("the cap has no window_days")
    return limit
