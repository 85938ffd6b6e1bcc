"""A rulebook from its TOML file. Whatever is wrong is said with file, rule and reason, before anything is sent."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import holidays

from notifications import local_time
from notifications.law import rule as kinds
from notifications.law.rule import Rule, Rulebook
from notifications.law.values import Keys

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
PLACES = {"home", "work", "other", "none"}
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
    keys = Keys(book)
    if (schema := keys.take("schema")) != 1:
        raise ValueError(f"schema {schema!r} is not known here; expected 1.")
    book_id = keys.said("id")
    if f"{book_id}.toml" != name:
        raise ValueError(f"its id is {book_id!r}, which belongs into {book_id}.toml.")
    zones = keys.texts("zones")
    for zone in zones:
        local_time.zone(zone)
    if calendar := keys.text("holidays", ""):
        holiday_calendar(calendar)
    version = date.fromisoformat(keys.text("version")).isoformat()
    rules = tuple(_rule(raw, name, Of(book_id, version, calendar)) for raw in keys.take("rule", ()))
    found = Rulebook(
        id=book_id,
        name=keys.said("name"),
        jurisdiction=keys.text("jurisdiction"),
        version=version,
        summary=keys.said("summary"),
        zones=zones,
        rules=_with_wishes(rules),
        parent=keys.text("parent", ""),
        holidays=calendar,
        open_questions=keys.texts("open_questions"),
    )
    keys.done("of a rulebook")
    return found


class Of(NamedTuple):
    """What a rule takes from its file."""

    book_id: str
    version: str
    calendar: str  # empty: the file names none


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


def _rule(raw: Raw, name: str, of: Of) -> Rule:
    try:
        keys = Keys(raw)
        kind = keys.one("kind", _KINDS)
        found = _KINDS[kind](_common(keys, of), keys, of)
        keys.done(f"for the kind {kind}")
        return found
    except KeyError as error:
        raise RulebookError(f"{name}: rule {_id(raw)}: the key {error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise RulebookError(f"{name}: rule {_id(raw)}: {error}") from error


def _id(raw: Any) -> str:
    return str(raw.get("id", "?")) if isinstance(raw, dict) else "?"


Common = dict[str, Any]


def _with_kin(channels: frozenset[str]) -> frozenset[str]:
    """What binds texts binds web push and WhatsApp, also where a book does not name them: the strictest reading. A push
    message comes at once and lies on the locked screen as a text does; WhatsApp is an electronic text to a number."""
    return channels | {"push", "whatsapp"} if "sms" in channels else channels


def _common(keys: Keys, of: Of) -> Common:
    rule_id = keys.text("id")
    if not rule_id.startswith(f"{of.book_id}."):
        raise ValueError(f"its id does not start with “{of.book_id}.”")
    starts, ends = keys.day("effective_from"), keys.day("effective_to")
    if starts and ends and ends < starts:
        raise ValueError(f"it ends on {ends}, before it takes effect on {starts}")
    return {
        "id": rule_id,
        "binds": keys.at_least_one("binds", BINDS),
        "stages": keys.at_least_one("stages", STAGES),
        "channels": _with_kin(keys.at_least_one("channels", CHANNELS)),
        "force": keys.one("force", FORCES),
        "plain": keys.said("plain"),
        "citation": keys.said("citation"),
        "url": keys.text("url"),
        "confidence": keys.one("confidence", CONFIDENCES),
        "version": of.version,
        "effective_from": starts,
        "effective_to": ends,
        "unless": keys.some("unless", EXCEPTIONS),
        "notes": keys.text("notes", ""),
        "only_for": keys.one("only_for", ONLY_FOR, ""),
        "only_from_days_past_due": keys.whole("only_from_days_past_due"),
        "only_until_days_past_due": keys.whole("only_until_days_past_due"),
        "only_purposes": keys.some("only_purposes", PURPOSES),
        "only_first": keys.flag("only_first"),
        "only_places": keys.some("only_places", PLACES),
    }


def _contact_hours(common: Common, keys: Keys, of: Of) -> Rule:
    closed = keys.flag("closed_on_holidays")
    return kinds.ContactHours(**common, hours=keys.week("hours"), closed_on=_calendar(of) if closed else "")


def _holidays(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Holidays(**common, calendar=_calendar(of), hours=keys.window("hours"))


def _calendar(of: Of) -> str:
    if not of.calendar:
        raise ValueError("the file names no calendar in “holidays”")
    return of.calendar


def _cap(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Cap(**common, limit=keys.limit("cap"), consent_days=keys.whole("consent_days"))


def _content_required(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.ContentRequired(**common, keys=keys.at_least_one("keys", CONTENT_KEYS))


def _content_prohibited(common: Common, keys: Keys, of: Of) -> Rule:
    categories = keys.at_least_one("categories", CATEGORIES)
    return kinds.ContentProhibited(**common, categories=categories, public=keys.flag("public"))


def _links(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Links(**common, may=keys.one("may", kinds.LINKS))


def _consent(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.ConsentNeeded(
        **common,
        form=keys.one("form", CONSENT_FORMS),
        purpose=keys.one("for", CONSENT_PURPOSES),
        max_age_days=keys.whole("max_age_days"),
    )


def _opt_out(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.OptOut(
        **common,
        scope=keys.one("scope", {"address", "channel", "all", "marketing"}),
        keywords=keys.texts("keywords"),
        any_reasonable_means=keys.flag("any_reasonable_means"),
        honour_hours=keys.whole("honour_hours"),
        honour_business_days=keys.whole("honour_business_days"),
        confirmation=keys.flag("confirmation"),
        confirmation_within_minutes=keys.whole("confirmation_within_minutes"),
    )


def _third_party(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.ThirdParty(
        **common,
        allowed=keys.texts("allowed"),
        may_tell_debt=keys.flag("may_tell_debt", ...),
        may_ask=keys.flag("may_ask", True),
        once=keys.flag("once"),
    )


def _workplace(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Workplace(
        **common,
        allowed=keys.one("allowed", {"no", "unless_known_objection", "fallback_only"}),
        hours=keys.week("hours"),
        limit=keys.limit("cap"),
        oral_request_days=keys.whole("oral_request_days"),
    )


def _records(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Records(**common, keep_years=keys.years("keep_years"))


def _hold(common: Common, keys: Keys, of: Of) -> Rule:
    return kinds.Hold(
        **common,
        trigger=keys.one("trigger", TRIGGERS),
        effect=keys.one("effect", {"stop_all", "stop_debt", "stop_channel"}),
        until=keys.said("until"),
    )


_KINDS: dict[str, Callable[[Common, Keys, Of], Rule]] = {
    "contact_hours": _contact_hours,
    "holidays": _holidays,
    "cap": _cap,
    "content_required": _content_required,
    "content_prohibited": _content_prohibited,
    "links": _links,
    "consent": _consent,
    "opt_out": _opt_out,
    "third_party": _third_party,
    "workplace": _workplace,
    "records": _records,
    "hold": _hold,
}
