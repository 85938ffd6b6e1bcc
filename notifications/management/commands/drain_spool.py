"""Give the database what this computer's hooks kept on disk while it was away."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications import hearing


class Command(BaseCommand):
    help = "Drain the hooks' spool, on a computer that no worker runs on. Safe at any time and any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{hearing.drain():,} events")
