"""One person's due reminders together: what is sent in which message, what waits, what falls away. Pure.

Live sending and the preview both decide here, so the preview is what would be sent.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeVar

from notifications.gate import decide
from notifications.gate_terms import INBOX, Defer, Facts, Person, Send, Suppress
from notifications.reason import Reason

Key = TypeVar("Key")

_URGENCY = {"upcoming": 0, "due": 1, "overdue": 2}
_REPLACED = Suppress((Reason("replaced"),))


class Due(NamedTuple, Generic[Key]):
    """One reminder that is due to be looked at, with the key the caller knows it by."""

    key: Key
    bill: int  # two reminders of one bill are never both sent at once
    facts: Facts


class Outgoing(NamedTuple, Generic[Key]):
    """One message to one person: usually one reminder, several where they fall together."""

    channel: str
    category: str  # of its most urgent reminder
    keys: tuple[Key, ...]  # most urgent first
    reasons: tuple[Reason, ...]
    is_soft: bool = False  # in softer words
    is_discreet: bool = False  # says only that a message waits


class Decisions(NamedTuple, Generic[Key]):
    outgoing: tuple[Outgoing[Key], ...]
    waiting: tuple[tuple[Key, Defer], ...]
    dropped: tuple[tuple[Key, Suppress], ...]


def decide_together(person: Person, due: Sequence[Due[Key]], *, now: datetime) -> Decisions[Key]:
    """Decide all that is due of one person at one instant.

    What may go now outside the inbox goes as one message, on the channel of its most urgent reminder: caps
    count messages, so bills that fall together share one instead of waiting for each other. Inbox notes go
    apart: they disturb nobody. Where two steps of one bill have come together, only the later one still says
    something new.
    """
    verdicts = [(one, decide(person, one.facts, now=now)) for one in due]
    sends = [(one, verdict) for one, verdict in verdicts if isinstance(verdict, Send)]
    sends.sort(key=lambda pair: pair[0].facts.offset_days)
    newest = {one.bill: one for one, _ in sends}
    replaced = tuple((one.key, _REPLACED) for one, _ in sends if newest[one.bill] is not one)
    sends = [pair for pair in sends if newest[pair[0].bill] is pair[0]]
    loud = [pair for pair in sends if pair[1].channel != INBOX]
    quiet = [pair for pair in sends if pair[1].channel == INBOX]
    return Decisions(
        outgoing=tuple(_merge(group) for group in (loud, quiet) if group),
        waiting=tuple((one.key, verdict) for one, verdict in verdicts if isinstance(verdict, Defer)),
        dropped=tuple((one.key, verdict) for one, verdict in verdicts if isinstance(verdict, Suppress))
        + replaced,
    )


def _urgency(pair: tuple[Due[Key], Send]) -> tuple[int, date, int]:
    """Most urgent first; of two that are alike the older bill, so that the same facts always give the same message."""
    one = pair[0]
    return -_URGENCY[one.facts.category], one.facts.due_on, one.bill


def _merge(group: list[tuple[Due[Key], Send]]) -> Outgoing[Key]:
    ordered = sorted(group, key=_urgency)
    first, lead = ordered[0]
    together = (Reason("digest", {"bills": len(group)}),) if len(group) > 1 else ()
    return Outgoing(
        channel=lead.channel,
        category=first.facts.category,
        keys=tuple(one.key for one, _ in ordered),
        reasons=lead.reasons + together,
        is_soft=lead.is_soft,
        is_discreet=lead.is_discreet,
    )
