"""Seal secrets anew under the newest SECRET_KEY, so that older ones can leave SECRET_KEY_FALLBACKS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import resealing


class Command(BaseCommand):
    help = "Seal secrets anew under SECRET_KEY. Safe at any time; killed, the next run goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        result = resealing.run()
        self.stdout.write(f"sealed anew: {result.renewed:,}")
        if result.lost:
            ids = ", ".join(map(str, result.lost))
            raise CommandError(
                f"No key opens {len(result.lost):,}: authenticators {ids}. Put the key that sealed them into"
                " SECRET_KEY_FALLBACKS and run it again, or remove these people's second factors."
            )
