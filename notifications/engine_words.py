"""The engine's state in words for staff: what is wrong with it, if anything, and how long things have been so."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext, ngettext

from notifications import status, workers
from notifications.status import Receipts, Status
from notifications.traffic import snapshot
from notifications.traffic.breaker import State
from notifications.traffic.snapshot import ProviderHealth
from notifications.words import Channel

# From here on a figure is a trouble and no longer the day's work; docs/operation.md alerts on the same.
LONGEST_WAIT = 15 * 60  # seconds, of the first borrower who is due
LONGEST_EVENT = 10 * 60  # seconds, of the first receipt or reply
FEW = 20  # messages; of fewer a share says nothing
LEAST_RECEIPTS = 0.5  # of the messages that should have one


def troubles(now: Status) -> list[str]:
    """What needs a person, the gravest first. Empty: the engine works."""
    return list(_troubles(now))


def at_a_glance(*, now: datetime) -> list[str]:
    """Whether anything stands still, for a page that is about more: two queries and two round trips to Valkey."""
    late = sum(one.is_late for one in workers.seen(now=now))
    return [
        *_of_clock(status.tick_age(now)),
        *_of_workers(late),
        *_of_breakers(snapshot.read(now=now)),
    ]


def _of_clock(tick_age: float | None) -> Iterator[str]:
    if tick_age is None:
        yield gettext("The engine has never run: no worker has finished a slot.")
    elif tick_age > workers.late_after().total_seconds():
        yield gettext("The engine stands still: its last slot finished %(age)s ago.") % {"age": age(tick_age)}


def _of_workers(late: int) -> Iterator[str]:
    if late:
        yield (
            ngettext(
                "%(number)d worker gives no sign of life.", "%(number)d workers give no sign of life.", late
            )
            % {"number": late}
        )


def _of_breakers(providers: Iterable[ProviderHealth]) -> Iterator[str]:
    for shut in providers:
        if shut.breaker != State.CLOSED:
            way = {"provider": shut.provider, "channel": Channel(shut.channel).label}
            yield gettext("%(provider)s is not called for now (%(channel)s): its last calls failed.") % way


def _troubles(now: Status) -> Iterator[str]:
    yield from _of_clock(now.tick_age)
    yield from _of_workers(now.late_workers)
    if (now.queue_age or 0) > LONGEST_WAIT:
        yield gettext("Reminders wait: the first borrower has been due for %(age)s.") % {
            "age": age(now.queue_age or 0)
        }
    if now.overdue_calls:
        yield (
            ngettext(
                "%(number)d call has had no answer for longer than a worker may hold it.",
                "%(number)d calls have had no answer for longer than a worker may hold them.",
                now.overdue_calls,
            )
            % {"number": now.overdue_calls}
        )
    yield from _of_breakers(now.providers)
    yield from _of_receipts(now)
    if (now.event_age or 0) > LONGEST_EVENT:
        waiting = {"age": age(now.event_age or 0)}
        yield gettext("Receipts or replies are not heeded: the first has waited for %(age)s.") % waiting


def _of_receipts(now: Status) -> Iterator[str]:
    for each in now.receipts:
        if _is_silent(each):
            yield gettext(
                "Receipts stay away: of %(accepted)d messages by %(provider)s, %(told)d have one."
            ) % {
                "accepted": each.accepted,
                "provider": each.provider,
                "told": each.told,
            }


def _is_silent(each: Receipts) -> bool:
    """E-mail by SMTP has no receipts at all."""
    return each.channel != "email" and each.accepted > FEW and each.told < LEAST_RECEIPTS * each.accepted


def age(seconds: float) -> str:
    """90 s: "90 seconds"; 300 s: "5 minutes"; 7,300 s: "2 hours"; 200,000 s: "2 days". Rounded down."""
    whole = int(seconds)
    if whole < 120:
        return ngettext("%(number)d second", "%(number)d seconds", whole) % {"number": whole}
    if whole < 7200:
        return ngettext("%(number)d minute", "%(number)d minutes", whole // 60) % {"number": whole // 60}
    if whole < 2 * 86400:
        return ngettext("%(number)d hour", "%(number)d hours", whole // 3600) % {"number": whole // 3600}
    return ngettext("%(number)d day", "%(number)d days", whole // 86400) % {"number": whole // 86400}
