"""What the engine would send to the portfolio in the next weeks, and what that costs. Sends and writes nothing."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Borrower
from notifications import ahead, cadence_file, material, reasons, simulation
from notifications.ahead import Ladder, Span
from notifications.choice import CHANNELS
from notifications.simulation import Price, Told, Volume

MOST_DAYS = 366
BAR = 30  # characters


class Command(BaseCommand):
    help = "Run the portfolio on a virtual clock, by the functions that send: volume, reasons, cost. Writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help=f"1 to {MOST_DAYS} (30)")
        parser.add_argument("--borrower", metavar="REF", help="this one only, message by message")
        parser.add_argument("--cadence", type=Path, metavar="FILE", help="TOML; in place of the stored ones")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days is a number from 1 to {MOST_DAYS}.")
        now = timezone.now()
        self.span = Span(now, now + timedelta(days=options["days"]))
        self.price, ladder = _price(), _ladder(options["cadence"])
        borrowers = _borrowers(options["borrower"])
        self.count = borrowers.count()
        volume, lines = Volume(), []
        for told in simulation.simulate(borrowers, span=self.span, ladder=ladder, progress=self.progress):
            volume.add(told)
            if options["borrower"]:
                lines.append(told)
        seconds = round(time.monotonic() - started, 2)
        if options["json"]:
            self.write_json(volume, lines, seconds)
        else:
            self.write_tables(volume, lines, seconds)

    def progress(self, done: int) -> None:
        if self.stderr.isatty():
            share = done / max(done, self.count)
            bar = ("█" * round(share * BAR)).ljust(BAR, "░")
            self.stderr.write(f"\r{done:>9,} borrowers {bar} {share:4.0%}", ending="\n" if share >= 1 else "")

    def write_json(self, volume: Volume, lines: list[Told], seconds: float) -> None:
        head = {
            "from": self.span.start.isoformat(),
            "to": self.span.end.isoformat(),
            "borrowers": self.count,
        }
        plan = {"plan": [_line(told) for told in lines]} if lines else {}
        self.stdout.write(
            json.dumps({**head, **volume.to_json(self.price), **plan, "seconds": seconds}, ensure_ascii=False)
        )

    def write_tables(self, volume: Volume, lines: list[Told], seconds: float) -> None:
        days = (self.span.end - self.span.start).days
        self.stdout.write(
            f"{days} days from {self.span.start:%Y-%m-%d %H:%M} UTC: {volume.messages:,} messages about "
            f"{volume.reminders:,} reminders to {volume.people:,} of {self.count:,} borrowers ({seconds} s)"
        )
        self.stdout.write(
            f"Text messages: {volume.segments:,} segments at {self.price.amount} = "
            f"{volume.segments * self.price.amount:,.2f} {self.price.currency}"
        )
        for told in lines:
            line = _line(told)
            self.stdout.write(
                f"\n{line['at']}  {line['channel'] or 'not sent'}  {line['category']}  {line['why']}"
            )
        self.table("Channel", volume.channels.most_common())
        self.table("Category", volume.categories.most_common())
        self.table("Sent, shaped by (a message may have several)", volume.because.most_common())
        self.table("Not sent, because", volume.not_sent.most_common())
        self.stdout.write(f"\n{'Day':<15}" + "".join(f"{name:>10}" for name in CHANNELS) + f"{'all':>10}")
        for day, sent in sorted(volume.days.items()):
            cells = "".join(f"{sent[name]:>10,}" for name in CHANNELS)
            self.stdout.write(f"{day:%Y-%m-%d %a} {cells}{sent.total():>10,}")

    def table(self, title: str, rows: Iterable[tuple[str, int]]) -> None:
        lines = [f"  {name:<50}{count:>10,}" for name, count in rows]
        if lines:
            self.stdout.write("\n".join(["", title, *lines]))


def _price() -> Price:
    try:
        return Price.of_a_segment()
    except ValueError as error:
        raise CommandError(str(error)) from error


def _ladder(path: Path | None) -> Ladder:
    if path is None:
        return ahead.stored_ladder()
    codes = {code for code, _ in material.approved_words()}
    try:
        steps = cadence_file.read(path.read_text(encoding="utf-8"), codes=codes)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    return ahead.supposed_ladder(steps)


def _borrowers(reference: str | None) -> QuerySet[Borrower]:
    if not reference:
        return simulation.people()
    found = Borrower.objects.filter(reference=reference)
    if not found.exists():
        raise CommandError(f"There is no borrower {reference}. A reference is as the import's borrower_id.")
    return found


def _line(told: Told) -> dict[str, Any]:
    planned = told.planned
    return {
        "at": told.at.isoformat(timespec="minutes"),
        "channel": planned.channel,
        "category": planned.category,
        "due": [str(look.demand.due_on) for look in planned.looks],
        "why": reasons.sentence(planned.reasons, audience="staff"),
    }
