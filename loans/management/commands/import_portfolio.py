"""Import a lender's portfolio from a folder of CSV files."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from loans.portfolio.loading import ImportBusy
from loans.portfolio.sets import Import
from loans.portfolio.staging import Taken

BAR = 30  # characters


class Command(BaseCommand):
    help = "Import a portfolio folder. Nothing is written where a line is wrong; a killed run goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        started = time.monotonic()
        task = Import(folder, timezone.now(), self.progress)
        try:
            totals = task.run()
        except (FileNotFoundError, ImportBusy) as error:
            raise CommandError(str(error)) from error
        for taken in task.taken:
            self.report(taken)
        if refused := [taken.name for taken in task.taken if taken.problems.count]:
            raise CommandError(
                f"Nothing is imported: {', '.join(refused)} has wrong lines. Correct them and run it again."
            )
        if task.went_on_after:
            self.stderr.write(f"Went on after {task.went_on_after} accounts that an earlier run had written.")
        files = {
            taken.name: {"rows": taken.rows, "created": taken.created, "changed": taken.changed}
            for taken in task.taken
        }
        seconds = round(time.monotonic() - started, 2)
        self.stdout.write(json.dumps({**totals, "files": files, "seconds": seconds}, ensure_ascii=False))

    def report(self, taken: Taken) -> None:
        for line, problem in taken.problems.lines:
            self.stderr.write(f"{taken.name}:{line}: {problem}")
        if more := taken.problems.count - len(taken.problems.lines):
            self.stderr.write(f"{taken.name}: {more} more lines are wrong.")

    def progress(self, name: str, share: float) -> None:
        if self.stderr.isatty():
            bar = ("█" * round(share * BAR)).ljust(BAR, "░")
            self.stderr.write(f"\r{name:<24} {bar} {share:4.0%}", ending="\n" if share >= 1 else "")
