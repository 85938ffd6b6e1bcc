"""Delete what is too old to be kept, once; beat orders the same each night."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import retention


class Command(BaseCommand):
    help = "Delete what is older than RETENTION_DAYS says. Safe at any time; killed, the next run goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, rows in retention.run(now=timezone.now()).items():
            self.stdout.write(f"{name}: {rows:,}")
