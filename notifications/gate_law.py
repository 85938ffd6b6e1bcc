"""The law as the gate asks it: what the rulebooks of a place say of one reminder, channel by channel.

What depends on no person is found once and asked for each: that a rule forbids a sort of contact on a day.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifications import local_time
from notifications.gate_terms import INBOX, Facts, History, Person
from notifications.law import judge
from notifications.law.case import Case, Consent, Message, PriorContact
from notifications.law.rule import Rule, Rulebook

# A point is used only once the person has proved it theirs, here, for messages about the account.
AGREED = (Consent("messages"),)
SAYS_NOTHING = Message()
LOOKS_KEPT = 50_000  # answers that depend on no person: found once, asked for each


class _Sort(NamedTuple):
    """A contact by all that a bar may ask of one of ours. Whose it is makes no difference."""

    books: tuple[Rulebook, ...]
    binds: str
    stage: str
    channel: str
    message: Message
    product: str
    days_past_due: int
    was_told: bool  # the person has been written to about this debt
    zone: ZoneInfo
    day: date  # local

    def case(self, zones: tuple[ZoneInfo, ...], debts: frozenset[str], history: History) -> Case:
        return Case(
            zones=zones,
            binds=self.binds,
            stage=self.stage,
            channel=self.channel,
            message=self.message,
            debts=debts,
            history=history,
            consents=AGREED,
            days_past_due=self.days_past_due,
            product=self.product,
            person_in_portal=self.channel == INBOX,  # what lies there is seen when the person comes
        )


SOME_DEBT = frozenset({"debt"})


class _Standing(NamedTuple):
    """What the rulebooks say of a sort of contact, whoever it is with."""

    sort: _Sort
    bar: Rule | None  # the first rule that forbids it
    rules: judge.Rules


@lru_cache(maxsize=LOOKS_KEPT)
def _standing(sort: _Sort) -> _Standing:
    rules = judge.rules_for(sort.books, binds=sort.binds, stage=sort.stage, channel=sort.channel)
    start = local_time.day_start(sort.day, sort.zone)
    told = (PriorContact(start, sort.channel, debts=SOME_DEBT),) if sort.was_told else ()
    barring = judge.barring(rules, sort.case((sort.zone,), SOME_DEBT, told), start)
    return _Standing(sort, barring[0] if barring else None, rules)


class GateLaw:
    """What the rulebooks of the place say about one reminder, channel by channel."""

    def __init__(self, person: Person, facts: Facts, *, said: Mapping[str, Message], now: datetime) -> None:
        """said: what the words would carry that this person would be sent, by channel."""
        self._person, self._facts, self._said = person, facts, said
        self._known: dict[str, _Standing] = {}
        self._was_told = any(not one.is_inbound and facts.account in one.debts for one in person.history)
        self.today = local_time.wall_clock(now, person.contact.zones[0]).date()

    def _on(self, channel: str) -> _Standing:
        if channel not in self._known:
            contact, facts = self._person.contact, self._facts
            sort = _Sort(
                self._person.rulebooks,
                contact.binds,
                facts.category,
                channel,
                self._said.get(channel, SAYS_NOTHING),
                facts.product,
                max(facts.offset_days, 0),
                self._was_told,
                contact.zones[0],
                self.today,
            )
            self._known[channel] = _standing(sort)
        return self._known[channel]

    def bars(self, channel: str) -> Rule | None:
        """The first rule that forbids this reminder on this channel."""
        return self._on(channel).bar

    def delays(self, channel: str) -> Callable[[datetime], Iterator[judge.Delay]]:
        """The rules that put it off, each with its first instant, at any instant from now on."""
        known, debts, person = self._on(channel), frozenset((self._facts.account,)), self._person
        case = known.sort.case(person.contact.zones, debts, person.history)
        return partial(judge.delaying, known.rules, case)
