"""Celery's side of the engine. A task is a hint to look now; the rows say what is due."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from notifications import engine

BUDGET = 20  # seconds; with one batch's calls after it the task ends within its soft limit


@shared_task(ignore_result=True, soft_time_limit=55, time_limit=60)  # seconds
def tick() -> None:
    """Beat pokes this. Lost or doubled, it changes nothing."""
    stop = monotonic() + BUDGET
    engine.run(clock=timezone.now, until=lambda: monotonic() > stop)
