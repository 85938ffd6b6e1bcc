"""Plan: write the reminders whose day has come. Set-based; the gate decides later what becomes of them."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Min

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications import lanes, local_time, queries
from notifications.choice import DEFAULT
from notifications.models import Lane, Reminder, Step
from notifications.words import ReminderState

log = logging.getLogger(__name__)

# A day begins up to 14 hours before it does in UTC (Kiritimati).
EARLIEST_ZONE = timedelta(hours=14)
ONE_DAY = timedelta(days=1)


class Useful(NamedTuple):
    """When (UTC) a step meant for a local day is worth sending in one zone."""

    begins: datetime  # the day itself
    opens: datetime  # the default hours of that day: the first look for who has chosen nothing
    ends: datetime


@lru_cache(maxsize=20_000)
def useful(day: date, useful_days: int, time_zone: str) -> Useful:
    zone = local_time.zone(time_zone)
    window = DEFAULT.windows[day.weekday()]
    opening = window[0] if window else time.min
    return Useful(
        begins=local_time.day_start(day, zone),
        opens=local_time.instant(datetime.combine(day, opening), zone),
        ends=local_time.day_start(day + (useful_days + 1) * ONE_DAY, zone),
    )


def plan(*, now: datetime, since: datetime | None) -> int:
    """Write every reminder whose day has begun somewhere, of every active step. Returns how many are new.

    since: the last time this was done (UTC). Days that were missed are planned too: what is still useful is
    sent once, what is stale is seen by the gate and expires with a reason.
    """
    zones = list(_zones_in_use())
    steps = Step.objects.filter(is_active=True, cadence__is_active=True).select_related("cadence")
    return sum(_plan_step(step, zones, now, since or now) for step in steps)


def _plan_step(step: Step, zones: list[str], now: datetime, since: datetime) -> int:
    last = (now + EARLIEST_ZONE).date()
    first = min(since, now).date() - (step.useful_days + 1) * ONE_DAY
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    hours = [(zone, day, *useful(day, step.useful_days, zone)) for zone in zones for day in days]
    if not hours:
        return 0
    zone_names, local_days, begins, opens, ends = (list(column) for column in zip(*hours, strict=True))
    offset = timedelta(days=step.offset_days)
    arguments: dict[str, Any] = {
        "zones": zone_names,
        "days": local_days,
        "begins": begins,
        "opens": opens,
        "ends": ends,
        "step": step.pk,
        "offset": step.offset_days,
        "first_due": first - offset,
        "last_due": last - offset,
        "product": step.cadence.product,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(queries.PLAN_STEP, arguments)
        return int(cursor.fetchone()[0])


def look_again(borrower: Borrower, *, now: datetime) -> None:
    """Have the gate decide anew about what is planned, because something changed for this borrower.

    A reminder put off to another hour may now go earlier; never before its own day, and a retry keeps its
    wait. Why it was put off falls away with that decision: a pause that was ended is no reason any more.
    """
    with transaction.atomic():
        lanes.lock(borrower.pk)
        waiting = Reminder.objects.filter(borrower=borrower, state=ReminderState.PLANNED, tries=0)
        for reminder in waiting.select_related("step"):
            begins = useful(reminder.step_day, reminder.step.useful_days, borrower.time_zone).begins
            reminder.next_attempt_at, reminder.reasons = max(now, begins), []
            reminder.save(update_fields=["next_attempt_at", "reasons"])
        planned = Reminder.objects.filter(borrower=borrower, state=ReminderState.PLANNED)
        Lane.objects.filter(borrower=borrower).update(
            next_at=planned.aggregate(at=Min("next_attempt_at"))["at"]
        )


def on_bills_moved(*, account: CreditAccount, bills: Sequence[int], now: datetime, **_: Any) -> None:
    """Forget what is planned for bills that are due on other days now: the next slot plans it anew for these.

    What was sent, or tried, stays: a step of a bill comes once, whatever becomes of its day.
    """
    lanes.lock(account.borrower_id)
    untouched = Reminder.objects.filter(bill__in=bills, state=ReminderState.PLANNED, attempts=None)
    untouched.delete()
    look_again(account.borrower, now=now)


def _zones_in_use() -> Iterable[str]:
    with connection.cursor() as cursor:
        cursor.execute(queries.ZONES_IN_USE)
        return list(_known(row[0] for row in cursor.fetchall()))


def _known(keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        try:
            local_time.zone(key)
        except ValueError:
            # Law fails closed: where the hour cannot be known nothing is planned, and staff must hear of it.
            log.error("zone_unknown zone=%s", key)
        else:
            yield key
