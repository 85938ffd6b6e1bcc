"""Compare the balances that the core system reports with the portal's own sums."""

import json
from argparse import ArgumentParser
from collections import Counter
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from loans import truth


class Command(BaseCommand):
    help = (
        "Name and mark the accounts whose reported balance differs from the portal's own sum, and count all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--least", type=Decimal, default=Decimal("0.01"), help="The least difference to name."
        )
        parser.add_argument("--json", action="store_true", help="Print the counts as one JSON object, last.")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter(checked=0, differing=0)
        differing: dict[str, Decimal] = {}
        for check in truth.all_checks():
            counts["checked"] += 1
            if abs(check.difference) >= options["least"]:
                counts["differing"] += 1
                differing[check.reference] = check.difference
                self.stdout.write(
                    f"{check.reference}: reported {check.reported}, ours {check.ours}, "
                    f"difference {check.difference} {check.currency}"
                )
        truth.keep(differing)
        self.stdout.write(json.dumps(counts) if options["json"] else f"{dict(counts)}")
