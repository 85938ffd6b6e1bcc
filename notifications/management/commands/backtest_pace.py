"""What fixed, gentle and habit-led reminders would have sent, on a lender's own card files."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.backtest import backtest, read_outcomes

ASSUMED = (0, 5)  # days before the due date on which payments on time came, where the files do not say


class Command(BaseCommand):
    help = "Count what each pace would have sent to a card portfolio: learns from its first months, judges by the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="holds statements.csv (or .csv.gz)")
        parser.add_argument("--learn", type=int, default=4, help="months to learn from (4)")
        parser.add_argument(
            "--days-before",
            type=int,
            nargs="+",
            default=ASSUMED,
            help="assumed day of payments on time (0 5)",
        )
        parser.add_argument("--json", action="store_true", help="all figures as JSON")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        started = time.monotonic()
        try:
            figures = backtest(
                read_outcomes(folder), learn=options["learn"], days_before=options["days_before"]
            )
        except (FileNotFoundError, ValueError) as error:
            raise CommandError(str(error)) from error
        figures["seconds"] = round(time.monotonic() - started, 2)
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
            return
        self.stdout.write(
            f"Learned from {', '.join(figures['learned'])}, judged by {', '.join(figures['judged'])}."
        )
        for result in figures["results"]:
            self.table(result)

    def table(self, result: dict[str, Any]) -> None:
        days = result["on_time_days_before_due"]
        late, people = result["accounts_late"], result["accounts_with_bills"]
        self.stdout.write(
            f"\nPayments on time came {days} days before the due date; {late} of {people} accounts late"
        )
        self.stdout.write(
            f"{'':16}{'contacts/account':>18}{'late, no reminder':>20}{'reminders if late':>20}"
        )
        for name, sent in result["paces"].items():
            self.stdout.write(
                f"{name:16}{sent['contacts_per_account']:>18.2f}{sent['share_late_without_reminder']:>20.2%}"
                f"{sent['reminders_before_a_late_payment']:>20.2f}"
            )
