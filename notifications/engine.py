"""The engine's clock: what one poke does. Beat, a worker and `run_engine` all call the same two functions."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from notifications import closed_addresses, dispatch, hearing, plan, quarantine, receipts, reconcile, settle
from notifications.clock import Clock
from notifications.conversations import notices as conversation_notices
from notifications.help import journeys
from notifications.models import Tick

PLAN = "plan"
KEEP_TICKS = timedelta(days=30)


def tick(*, now: datetime) -> int:
    """Run the slot that `now` lies in, unless it has run: plan, reap, draw what is left to be drawn, drain the
    spool, match late receipts. Returns new reminders.

    The slot's row is written in the same transaction as its reminders. Its unique key makes any number of
    beats and workers run a slot once; a worker that dies in it leaves neither row nor reminders, and the next
    tick covers the slot from the watermark, the last slot that finished.
    """
    slot = _slot(now)
    if Tick.objects.filter(name=PLAN, slot=slot).exists():
        return 0
    with transaction.atomic():
        row, is_ours = Tick.objects.get_or_create(name=PLAN, slot=slot)
        if not is_ours:
            return 0
        done = Tick.objects.filter(name=PLAN, finished_at__isnull=False).order_by("-slot").first()
        row.planned = plan.plan(now=now, since=done.slot if done else None)
        row.finished_at = now
        row.save(update_fields=["planned", "finished_at"])
        Tick.objects.filter(name=PLAN, slot__lt=now - KEEP_TICKS).delete()
    settle.reap(now=now)
    closed_addresses.draw_left(now=now)
    quarantine.alarm()
    reconcile.run(now=now)
    hearing.drain()
    receipts.sweep(now=now, limit=500)
    journeys.judge_due(now=now)
    return row.planned


def run(*, clock: Clock, until: Callable[[], bool]) -> int:
    """Tick, then send what is due until nothing is, or `until` is true. Returns the calls made."""
    tick(now=clock())
    notices = conversation_notices.send_due(now=clock()) + closed_addresses.tell_due(now=clock())
    return notices + dispatch.send_due(clock=clock, until=until)


def _slot(now: datetime) -> datetime:
    seconds = int(settings.ENGINE_SLOT.total_seconds())
    return now - timedelta(seconds=int(now.timestamp()) % seconds, microseconds=now.microsecond)
