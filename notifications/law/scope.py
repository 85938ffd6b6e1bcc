"""Does a rule speak of this case at all, and is there an exception that lifts it?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from notifications import local_time
from notifications.law.case import Case, Consent
from notifications.law.rule import ALL, Cap, ContentProhibited, Hold, Rule, ThirdParty, Workplace


def concerns(rule: Rule, *, binds: str, stage: str, channel: str) -> bool:
    """Is the rule about this kind of contact, whatever the day and the person?"""
    return binds in rule.binds and stage in rule.stages and (ALL in rule.channels or channel in rule.channels)


def is_in_force(rule: Rule, day: date) -> bool:
    """Does the rule hold on this local day?"""
    has_begun = rule.effective_from is None or rule.effective_from <= day
    return has_begun and (rule.effective_to is None or day <= rule.effective_to)


def bites(rule: Rule, case: Case, at: datetime) -> bool:
    """Does a rule that concerns this kind of contact bind this one, at this instant?"""
    if not is_in_force(rule, local_time.wall_clock(at, case.zones[0]).date()):
        return False
    if rule.only_for and not _ONLY_FOR[rule.only_for](rule, case):
        return False
    if rule.only_purposes and case.message.purpose not in rule.only_purposes:
        return False
    if rule.only_places and (case.address.place or "none") not in rule.only_places:
        return False
    if rule.only_first and any(not one.is_inbound and one.debts & case.debts for one in case.history):
        return False
    late = case.days_past_due
    if late is not None:  # unknown: law fails closed
        if rule.only_from_days_past_due is not None and late <= rule.only_from_days_past_due:
            return False
        if rule.only_until_days_past_due is not None and late > rule.only_until_days_past_due:
            return False
    return not any(_EXCEPTIONS[code](rule, case, at) for code in rule.unless)


def _is_about_cards(rule: Rule, case: Case) -> bool:
    """Of a debt of any product, what may not be said or told is taken as if it were a card's."""
    is_any = not case.product and isinstance(rule, ContentProhibited | ThirdParty)
    return case.product == "card" or is_any


_ONLY_FOR: dict[str, Callable[[Rule, Case], bool]] = {
    "marketing": lambda rule, case: case.message.is_marketing,
    "recorded_voice": lambda rule, case: case.is_recorded_voice,
    "card": _is_about_cards,
}


def answers_person(case: Case, at: datetime) -> bool:
    """Is this one answer to what the person wrote, by the medium they used? One to each message of theirs."""
    if case.message.purpose != "reply":
        return False
    exchange = [
        one for one in case.history if one.channel == case.channel and one.at <= at and not one.is_answered
    ]
    asked = sum(one.is_inbound for one in exchange)
    return asked > sum(not one.is_inbound and one.purpose == "reply" for one in exchange)


def agreed(case: Case, purpose: str, *, since: datetime | None = None) -> Consent | None:
    """The newest consent for a purpose that was given to the sender (a former creditor's does not carry over:
    12 CFR 1006.6(b)(4)(i), comment -2), after `since` where that is given.
    """
    found = [
        one
        for one in case.consents or ()
        if one.purpose == purpose
        and one.given_to == "sender"
        and (since is None or (one.at is not None and one.at > since))
    ]
    return found[-1] if found else None


def _consented(rule: Rule, case: Case, at: datetime) -> bool:
    """Consent given directly, to just what the rule guards."""
    match rule:
        case Cap():
            return case.channel == "call" and _agreed_to_calls(rule, case, at)
        case Hold() if rule.trigger != "inconvenient_time_or_place":
            since = max((one.since for one in case.holds if one.since), default=None)
            return agreed(case, "messages", since=since) is not None
        case ThirdParty():
            return agreed(case, "sharing") is not None
        case Workplace():
            return case.address.consented
    return agreed(case, "hours") is not None


def _agreed_to_calls(rule: Cap, case: Case, at: datetime) -> bool:
    """Consent to more calls. Reg F's lasts seven days, or until the next conversation: comment 14(b)(3)(i)-1 to -3."""
    consent = agreed(case, "calls")
    if consent is None or rule.consent_days is None:
        return consent is not None
    if consent.at is None:
        return False
    given, zone = consent.at, case.zones[0]
    spoke = any(one.outcome == "conversation" and given < one.at <= at for one in case.history)
    age = at.astimezone(zone).date() - given.astimezone(zone).date()
    return not spoke and age < timedelta(days=rule.consent_days)


def _purpose(purpose: str) -> Callable[[Rule, Case, datetime], bool]:
    return lambda rule, case, at: case.message.purpose == purpose


_EXCEPTIONS: dict[str, Callable[[Rule, Case, datetime], bool]] = {
    "consent_direct": _consented,
    "requested_by_person": lambda rule, case, at: case.was_requested,
    "reply_to_person": lambda rule, case, at: answers_person(case, at),
    "opt_out_confirmation": _purpose("opt_out_confirmation"),
    "required_notice": _purpose("required_notice"),
    "final_notice": _purpose("final_notice"),
    "court_permission": lambda rule, case, at: case.has_court_permission,
    "person_in_portal": lambda rule, case, at: case.person_in_portal,
    "emergency": lambda rule, case, at: case.is_emergency,
    "unreachable_otherwise": lambda rule, case, at: (
        # Of third persons the rule itself asks more than that the person cannot be reached.
        case.person_unreachable and not isinstance(rule, ThirdParty)
    ),
}
