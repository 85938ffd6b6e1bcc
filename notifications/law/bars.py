"""The rules that say "no": content, consent, opt-outs, third persons, the workplace, holds. No later instant
that can be told from the facts would change their answer.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from notifications.law import scope
from notifications.law.case import Case, Held, OptedOut
from notifications.law.rule import (
    ConsentNeeded,
    ContentProhibited,
    ContentRequired,
    Hold,
    OptOut,
    Rule,
    ThirdParty,
    Workplace,
)

DEBT_DETAILS = frozenset({"amount", "due_date", "basis"})
EXPRESS = ("express", "express_written")
SAME_TRIGGER = {"refusal_to_pay": "cease_request"}  # 12 CFR 1006.6(c)(1): either ends contact


def can_forbid(rule: Rule) -> bool:
    """Could this rule ever say no? A duty that is met by belonging to the agreement, or by keeping records, not."""
    if isinstance(rule, ConsentNeeded):
        return rule.form in EXPRESS or (rule.form, rule.purpose) == ("opt_out", "marketing")
    return type(rule) in _BY_KIND


def forbids(rule: Rule, case: Case, at: datetime) -> bool:
    """Does a rule that binds this case forbid it?"""
    ask = _BY_KIND.get(type(rule))
    return ask(rule, case, at) if ask else False


def _lacks_content(rule: ContentRequired, case: Case, at: datetime) -> bool:
    message = case.message
    if message.purpose == "opt_out_confirmation":
        return False  # says nothing but that
    foreign = bool(message.disclosure_language) and message.disclosure_language != message.language
    if "language" in rule.keys and foreign:
        return True
    return not rule.keys - {"language"} <= message.keys


def _says_the_prohibited(rule: ContentProhibited, case: Case, at: datetime) -> bool:
    said = case.message.says
    seen_by_others = rule.public and case.message.is_public and "third_party" in said
    return bool(rule.categories & said) or seen_by_others


def _lacks_consent(rule: ConsentNeeded, case: Case, at: datetime) -> bool:
    if rule.form == "opt_out":
        return case.message.is_marketing and any(_closes(one, case, at) for one in case.opted_out)
    if (
        rule.force == "safe_harbour"
    ):  # tells which addresses are safe; one through which the debt leaked is not
        return rule.purpose == "messages" and case.address.known_disclosure
    if rule.purpose not in ("messages", "robocalls", "marketing"):
        return False  # about something else than making contact
    if rule.purpose == "robocalls" and not case.is_automated:
        return False
    if case.message.purpose in ("consent_request", "opt_out_confirmation") or case.address.consented:
        return False
    if case.consents is None:  # not known to be missing; an offer must know of it
        return rule.purpose == "marketing"
    given = scope.agreed(case, "messages" if rule.purpose == "robocalls" else rule.purpose)
    if given is None:
        return True
    if rule.max_age_days is None or given.at is None:
        return False
    return at - given.at > timedelta(days=rule.max_age_days)


def _was_opted_out(rule: OptOut, case: Case, at: datetime) -> bool:
    asked = [one for one in case.opted_out if _closes(one, case, at)]
    if rule.scope == "marketing":
        return bool(asked) and case.message.is_marketing
    if not asked or scope.answers_person(case, at):
        return False  # who writes again is answered, once
    return not (rule.confirmation and _only_confirms(rule, case, max(one.at for one in asked), at))


def _only_confirms(rule: OptOut, case: Case, asked: datetime, at: datetime) -> bool:
    within = rule.confirmation_within_minutes
    return case.message.purpose == "opt_out_confirmation" and (
        within is None or at - asked <= timedelta(minutes=within)
    )


def _closes(asked: OptedOut, case: Case, at: datetime) -> bool:
    """Does what the person asked for close this way? It holds for every debt (12 CFR 1006.14(h), comment -3.ii)."""
    if asked.at > at:
        return False
    match asked.scope:
        case "address":
            return asked.channel in ("", case.channel) and asked.address == case.address.value
        case "channel":
            return asked.channel == case.channel
        case "marketing":
            return case.message.is_marketing
    return True


def _tells_others(rule: ThirdParty, case: Case, at: datetime) -> bool:
    if case.address.known_disclosure:
        return True
    if not case.recipient or _may_be_told(case.recipient, rule.allowed):
        return False
    asks = rule.may_ask and case.message.purpose == "ask_to_pass_on"
    only_asks = asks and not case.message.keys & DEBT_DETAILS
    needed = case.person_unreachable or "unreachable_otherwise" not in rule.unless
    return not only_asks or case.recipient_objected or not needed


_CONDITION = re.compile(r"\b(where|of a|with)\b")


def _may_be_told(recipient: str, allowed: tuple[str, ...]) -> bool:
    """Is this person among those who may be told? A permission on a condition needs its own words."""
    wanted = set(recipient.lower().split()) - {"the"}
    for entry in allowed:
        words = set(re.findall(r"\w+", entry.lower())) - {"the"}
        if wanted == words or (wanted <= words and not _CONDITION.search(entry.lower())):
            return True
    return False


def _at_work(rule: Workplace, case: Case, at: datetime) -> bool:
    address = case.address
    match rule.allowed:
        case "no":
            return address.employer_provided and not (address.used_by_person or address.consented)
        case "fallback_only":
            return address.place == "work" and not case.person_unreachable
    at_work = "work" in (address.place, case.person_known_at)
    wish_binds = rule.oral_request_days is not None  # where the law has the person's own word suffice
    return at_work and (case.employer_objects or (wish_binds and _is_closed_place(case, at)))


def _is_held(rule: Hold, case: Case, at: datetime) -> bool:
    if rule.trigger == "inconvenient_time_or_place":
        wishes = case.opted_out if rule.covers_channels else ()
        no_contact = (one for one in wishes if one.scope != "marketing")
        return _is_closed_place(case, at) or any(_closes(one, case, at) for one in no_contact)
    return any(_in_force(held, rule, case, at) for held in case.holds)


def _is_closed_place(case: Case, at: datetime) -> bool:
    """A closed home closes its address and landline, not the mobile phone, unless the person is known to be
    there: 12 CFR 1006.6, comment 6(b)(1)(ii)-1. A place that is closed at certain hours only is a matter of time.
    """
    today = at.astimezone(case.zones[0]).date()
    return any(
        one.place in (case.address.place, case.person_known_at)
        for one in case.inconvenient
        if one.place and one.window is None and (one.last_day is None or today <= one.last_day)
    )


def _in_force(held: Held, rule: Hold, case: Case, at: datetime) -> bool:
    if SAME_TRIGGER.get(held.trigger, held.trigger) != rule.trigger or (held.since and held.since > at):
        return False
    if held.last_day and at.astimezone(case.zones[0]).date() > held.last_day:
        return False
    return rule.effect == "stop_all" or held.debts is None or bool(held.debts & case.debts)


_BY_KIND: dict[type[Rule], Callable[..., bool]] = {
    ContentRequired: _lacks_content,
    ContentProhibited: _says_the_prohibited,
    ConsentNeeded: _lacks_consent,
    OptOut: _was_opted_out,
    ThirdParty: _tells_others,
    Workplace: _at_work,
    Hold: _is_held,
}
