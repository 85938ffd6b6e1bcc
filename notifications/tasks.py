"""Celery's side of the engine. A task is a hint to look now; the rows say what is due."""

from time import monotonic
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_shutdown
from django.utils import timezone

from notifications import engine, webhooks, workers

BUDGET = 20  # seconds; with one batch's calls after it the task ends within its soft limit


@shared_task(ignore_result=True, soft_time_limit=55, time_limit=60)  # seconds
def tick() -> None:
    """Beat pokes this. Lost or doubled, it changes nothing."""
    stop = monotonic() + BUDGET
    engine.run(clock=timezone.now, until=lambda: monotonic() > stop)


@shared_task(ignore_result=True, soft_time_limit=55, time_limit=60)  # seconds
def send_webhooks() -> None:
    """Beat pokes this too: the lender's systems never wait behind reminders, nor reminders behind them."""
    webhooks.send_due(now=timezone.now())


@shared_task(bind=True, ignore_result=True, soft_time_limit=10, time_limit=15)  # seconds
def pulse(self: "Task[[], None]") -> None:
    """Sent by beat to every node at once: whoever runs it is alive."""
    workers.beat(str(self.request.hostname), now=timezone.now())


@worker_shutdown.connect
def leave(sender: Any, **kwargs: object) -> None:
    """A node that was told to stop is missed by nobody. In its main process, which forks no more."""
    workers.leave(str(sender.hostname))
