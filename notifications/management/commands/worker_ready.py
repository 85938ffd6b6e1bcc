"""Does a worker work? For an orchestrator's probe: it starts one anew that hangs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import workers


class Command(BaseCommand):
    help = "Ends with 0 where the workers of this host, or the one that is named, give signs of life; else with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="as engine_status shows it; without it: all of this host")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        known = workers.seen(now=timezone.now())
        asked = [one for one in known if (one.name == name if name else one.host == workers.host())]
        if not asked:
            raise CommandError(
                f"No worker {f'named {name}' if name else 'of this host'} has given a sign of life."
            )
        if late := [f"{one.name} for {one.age:,.0f} s" for one in asked if one.is_late]:
            raise CommandError(f"Silent: {', '.join(late)}.")
        self.stdout.write(", ".join(one.name for one in asked))
