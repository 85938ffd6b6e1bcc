"""`python -m tests.acceptance.law FILE`: scenarios of contact law against our rulebooks."""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings

from notifications import local_time
from notifications.law import books, judge
from notifications.law.case import Address, Case, Consent, Held, Inconvenient, Message, OptedOut, PriorContact
from notifications.law.rule import Rulebook
from notifications.law.values import DAYS

Raw = Mapping[str, Any]
WHOLE_DAY = (time.min, time.max)


def rulings(path: Path) -> tuple[int, list[str]]:
    """How many scenarios of a file there are, and a line for each that we answer otherwise."""
    file = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(file, dict) or file.get("schema") != 1 or "cases" not in file:
        raise ValueError(f"{path.name} is not a file of law cases: expected schema 1 and a list “cases”.")
    return len(file["cases"]), [line for raw in file["cases"] for line in failure(raw)]


def failure(raw: Raw) -> list[str]:
    """A line where we answer a scenario otherwise; none where we agree."""
    try:
        ruling = judge.judge(_books(raw["rulebooks"]), case(raw["facts"]), at=_instant(raw["facts"]["at"]))
    except (KeyError, ValueError) as error:
        return [f"  {raw.get('id')}: {type(error).__name__}: {error}"]
    got = {"decision": str(ruling.decision), "rules": sorted(rule.id for rule in ruling.rules)}
    if ruling.until:
        got["until"] = ruling.until.strftime("%Y-%m-%dT%H:%M:%SZ")
    if got in [_answer(raw), *(_answer({**raw, **other}) for other in raw.get("also_accept", ()))]:
        return []
    why = " ".join(f"{rule.id}: {rule.plain} [{rule.citation}]" for rule in ruling.rules)
    return [f"  {raw['id']}: expected {json.dumps(_answer(raw))}, got {json.dumps(got)} {why}".rstrip()]


def _answer(raw: Raw) -> dict[str, Any]:
    answer = {"decision": raw["expected"], "rules": sorted(raw["rule_ids"])}
    return answer | ({"until": raw["defer_until"]} if raw.get("defer_until") else {})


def _books(ids: list[str]) -> tuple[Rulebook, ...]:
    """The named rulebooks and no others."""
    return tuple(books.all_books()[book_id] for book_id in ids)


def case(facts: Raw) -> Case:
    """A scenario's facts as a case. Its keys are described in the file itself."""
    zones = tuple(local_time.zone(key) for key in facts["zones"])
    at = _instant(facts["at"])
    return Case(
        zones=zones,
        binds=facts["binds"],
        stage=facts["stage"],
        channel=facts["channel"],
        message=_message(facts["message"]),
        debts=frozenset(facts.get("debts", ())),
        debt_group=frozenset(facts.get("debt_group", ())),
        history=tuple(sorted(map(_prior, facts.get("prior_contacts", ())), key=lambda one: one.at)),
        opted_out=tuple(map(_opted_out, facts.get("opted_out", ()))),
        holds=tuple(map(_held, facts.get("holds", ()))),
        inconvenient=tuple(map(_inconvenient, facts.get("inconvenient", ()))),
        consents=tuple(map(_consent, facts["consents"])) if "consents" in facts else None,
        address=_address(facts),
        days_past_due=facts.get("days_past_due"),
        product=facts.get("product", ""),
        holidays=frozenset({at.astimezone(zones[0]).date()} if facts.get("holiday") else ()),
        recipient=facts.get("recipient", ""),
        recipient_objected=facts.get("recipient_objected", False),
        person_in_portal=facts.get("person_in_portal", False),
        person_known_at=facts.get("person_known_at", ""),
        person_unreachable=facts.get("person_unreachable", False),
        employer_objects=facts.get("employer_objects", False),
        is_automated=facts.get("automated", False),
        is_recorded_voice=facts.get("recorded_voice", False),
        was_requested=facts.get("requested_by_person", False),
        has_court_permission=facts.get("court_permission", False),
        is_emergency=facts.get("emergency", False),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _prior(raw: Raw) -> PriorContact:
    spoke_of = raw.get("conversation_debts")
    return PriorContact(
        at=_instant(raw["at"]),
        channel=raw["channel"],
        outcome=raw["outcome"],
        is_inbound=raw["direction"] == "in",
        debts=frozenset(raw.get("debts", ())),
        conversation_debts=None if spoke_of is None else frozenset(spoke_of),
        address=raw.get("address", ""),
        under_consent=raw.get("under_consent", False),
        purpose=raw.get("purpose", "reminder"),
        is_answered=raw.get("answered_in_call", False),
    )


def _opted_out(raw: Raw) -> OptedOut:
    return OptedOut(raw["scope"], _instant(raw["at"]), raw.get("channel", ""), raw.get("address", ""))


def _held(raw: Raw) -> Held:
    since = raw.get("received_at") or raw.get("since")
    debts = frozenset(raw["debts"]) if "debts" in raw else None
    return Held(raw["trigger"], _instant(since) if since else None, debts, _day(raw.get("last_day")))


def _inconvenient(raw: Raw) -> Inconvenient:
    hours = (_clock(raw["from"]), _clock(raw["to"])) if "from" in raw else None
    window = hours or (None if raw.get("place") else WHOLE_DAY)
    days = frozenset(DAYS.index(day) for day in raw.get("days", DAYS))
    return Inconvenient(days, window, _day(raw.get("last_day")), raw.get("place") or "")


def _clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def _consent(raw: Raw) -> Consent:
    return Consent(raw["for"], raw["given_to"], _instant(raw["at"]) if raw.get("at") else None)


def _address(facts: Raw) -> Address:
    known = facts.get("address_facts", {})
    return Address(
        value=facts.get("address", ""),
        place=known.get("place") or "",
        employer_provided=known.get("employer_provided", False),
        used_by_person=known.get("used_by_person", False) or known.get("person_texted_from_it", False),
        consented=known.get("consented", False)
        or (known.get("given_in_portal", False) and known.get("portal_said_used_for_debt", False)),
        known_disclosure=known.get("known_disclosure", False),
    )


def _message(raw: Raw) -> Message:
    return Message(
        purpose=raw["purpose"],
        keys=frozenset(raw.get("keys", ())),
        says=frozenset(raw.get("says", ())),
        is_marketing=raw.get("marketing", False),
        is_public=raw.get("public", False),
        language=raw.get("language", ""),
        disclosure_language=raw.get("disclosure_language", ""),
    )


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m tests.acceptance.law FILE\n")
        return 2
    if not settings.configured:
        settings.configure(USE_I18N=False)
    try:
        number, failures = rulings(Path(arguments[0]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join([f"law: {number - len(failures)}/{number}", *failures]) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
