"""Import a lender's portfolio from a folder of CSV files."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from loans.portfolio.loading import Taken
from loans.portfolio.sets import Import

BAR = 30  # characters


class Command(BaseCommand):
    help = "Import a portfolio folder. A file is taken whole or not at all; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        started = time.monotonic()
        task = Import(folder, timezone.now(), self.progress)
        try:
            totals = task.run()
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error
        for taken in task.taken:
            self.report(taken)
        if refused := [taken.name for taken in task.taken if taken.problems.count]:
            raise CommandError(
                f"Not imported: {', '.join(refused)}, and nothing after it. Correct these lines and run it again."
            )
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
            self.stderr.write(f"\r{name:<22} {bar} {share:4.0%}", ending="\n" if share >= 1 else "")
