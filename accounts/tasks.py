"""Celery's side of what is deleted by age."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from accounts import retention

BUDGET = 240  # seconds; what is left goes the next night


@shared_task(ignore_result=True, soft_time_limit=280, time_limit=300)  # seconds
def delete_old() -> None:
    """Beat orders it each night. Lost or doubled, it changes nothing."""
    stop = monotonic() + BUDGET
    retention.run(now=timezone.now(), until=lambda: monotonic() > stop)
