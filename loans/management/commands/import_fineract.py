"""Bring borrowers, loans, schedules and payments from Apache Fineract up to date."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from loans.fineract.importing import Import, Run
from loans.fineract.mapping import Place
from loans.fineract.reading import Access, FineractError, Reader


class Command(BaseCommand):
    help = "Import from Apache Fineract. A loan is taken whole or not at all; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=_day,
            help="YYYY-MM-DD: skip loans that were taken on or after this day and look the same in Fineract's list",
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON and no sentences")

    def handle(self, *args: Any, since: date | None, json: bool, **options: Any) -> None:
        zone = ZoneInfo(settings.FINERACT_TIME_ZONE)
        place = Place(settings.FINERACT_COUNTRY, settings.FINERACT_REGION, settings.FINERACT_TIME_ZONE)
        run = Run()
        reader = None
        problem = ""
        try:
            reader = Reader(Access.from_settings())
            task = Import(reader, place, clock=lambda: timezone.now().astimezone(zone), since=since, run=run)
            for _state in task.all():
                self.progress(run, json)
        except FineractError as error:
            problem = str(error)
        finally:
            if reader:
                reader.close()
        self.report(run, json)
        if problem:
            raise CommandError(problem)
        if run.refused:
            raise CommandError(
                f"{run.loans['refused']} loans stay as they were. Correct what is named and run it again."
            )

    def progress(self, run: Run, as_json: bool) -> None:
        if self.stderr.isatty() and not as_json:
            self.stderr.write(f"\r{sum(run.loans.values())} loans", ending="")

    def report(self, run: Run, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(run.summary(), ensure_ascii=False))
            return
        for sentence in (*run.refused, *run.notes):
            self.stderr.write(sentence)
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(run.loans.items()))
        self.stdout.write(
            f"Loans: {counts or 'none'}. Payments booked: {run.payments}, taken back: {run.reversed}."
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no day; write it like 2027-03-15") from None
