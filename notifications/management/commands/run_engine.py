"""The engine without Celery and without a broker: the same work by polling PostgreSQL."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications import engine, webhooks, workers
from notifications.workers import Heart


class Command(BaseCommand):
    help = "Plan and send reminders by polling, with no broker. Any number may run beside each other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, then end.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        with workers.at_work("run_engine") as heart:
            while not self.stopping:
                calls = engine.run(clock=timezone.now, until=lambda: self.is_told_to_stop(heart))
                webhooks.send_due(now=timezone.now())
                if calls or once:
                    self.stdout.write(f"{calls} messages")
                if once:
                    break
                self.sleep(settings.ENGINE_TICK.total_seconds())

    def is_told_to_stop(self, heart: Heart) -> bool:
        """Asked before every batch, so a long queue silences no heart."""
        heart.beat()
        return self.stopping

    def stop(self, *args: object) -> None:
        """Finish the batch in hand, then end: an attempt in flight is settled, not lost."""
        self.stopping = True

    def sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < end:
            time.sleep(0.2)
