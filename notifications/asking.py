"""May somebody of the lender call, visit or write to this person now? Pure: the law's judge, asked for a human.

The caller answers for their words, so the duties of content are told, not judged. The person's own hours and
channels are about messages; a hold is about every contact.
"""

from dataclasses import dataclass
from datetime import datetime

from notifications.gate_law import AGREED
from notifications.gate_terms import Person, Silence
from notifications.law import judge, scope
from notifications.law.case import Case, Held, Message
from notifications.law.judge import Decision
from notifications.law.reading import CONTENT_KEYS
from notifications.law.rule import ContentProhibited, ContentRequired, Rule, ThirdParty

# A reason of ours to be silent → the same as rulebooks name it. A promise and an open question are ours alone.
TRIGGERS = {
    "stop_request": "cease_request",
    "dispute": "dispute",
    "hardship": "hardship_request",
    "bereavement": "bereavement",
    "insolvency": "insolvency",
    "attorney": "attorney",
}
WHAT_IS_SAID = Message(keys=frozenset(CONTENT_KEYS))


@dataclass(frozen=True)
class Debt:
    """One account that something is owed on, as rules tell accounts apart."""

    account: str  # as holds and history name it
    reference: str
    product: str  # card or loan
    stage: str  # upcoming, due, overdue
    days_past_due: int  # of the oldest unpaid bill; 0: nothing is late


@dataclass(frozen=True)
class Answer:
    """Whether a contact may be made, and everything that says so."""

    channel: str
    decision: Decision
    until: datetime | None = None  # UTC; not before then
    holds: tuple[str, ...] = ()  # HoldReason values
    rules: tuple[Rule, ...] = ()  # of law and of the lender's policy


def ask(person: Person, debt: Debt, *, channel: str, now: datetime) -> Answer:
    """May this person be contacted about this debt in this way, at `now` (UTC)? The strictest of all wins."""
    held = [hold for hold in person.contact.holds if hold.account in ("", debt.account)]
    names = tuple(hold.reason for hold in held)
    case = _case(person, debt, channel, _triggers(held, now))
    ruling = judge.judge(person.rulebooks, case, at=now)
    if ruling.decision == Decision.FORBIDDEN or any(hold.until is None for hold in held):
        return Answer(channel, Decision.FORBIDDEN, holds=names, rules=ruling.rules)
    silent_until = max((hold.until for hold in held if hold.until), default=now)
    if silent_until <= now:
        return Answer(channel, ruling.decision, ruling.until, rules=ruling.rules)
    until = judge.earliest(_rules(person, debt, channel), case, silent_until)
    decision = Decision.DEFER if until else Decision.FORBIDDEN
    return Answer(channel, decision, until, names, ruling.rules)


def duties(person: Person, debt: Debt, *, channel: str, now: datetime) -> tuple[Rule, ...]:
    """What the rules ask of such a contact: what it must say, may not say, and to whom."""
    case = _case(person, debt, channel, ())
    return tuple(
        rule
        for rule in _rules(person, debt, channel).bars
        if isinstance(rule, ContentRequired | ContentProhibited | ThirdParty) and scope.bites(rule, case, now)
    )


def _rules(person: Person, debt: Debt, channel: str) -> judge.Rules:
    return judge.rules_for(person.rulebooks, binds=person.contact.binds, stage=debt.stage, channel=channel)


def _triggers(held: list[Silence], now: datetime) -> tuple[Held, ...]:
    """Lasting holds as the law knows them. As if learned of now: no consent of the person is newer."""
    lasting = [hold for hold in held if hold.until is None and hold.reason in TRIGGERS]
    return tuple(Held(TRIGGERS[hold.reason], since=now) for hold in lasting)


def _case(person: Person, debt: Debt, channel: str, holds: tuple[Held, ...]) -> Case:
    return Case(
        zones=person.contact.zones,
        binds=person.contact.binds,
        stage=debt.stage,
        channel=channel,
        message=WHAT_IS_SAID,
        debts=frozenset((debt.account,)),
        history=person.history,
        holds=holds,
        # Who proved a telephone theirs, for messages about the account, agreed to be called on it.
        consents=AGREED if channel != "call" or "sms" in person.contact.reachable else (),
        days_past_due=debt.days_past_due,
        product=debt.product,
    )
