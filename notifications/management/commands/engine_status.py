"""How the engine stands now, for a person at a terminal or for a program."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications import status
from notifications.status import Status


class Command(BaseCommand):
    help = "Show queue, leases, attempts of the last hour, unknowns and the age of the last tick. Reads only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object in place of lines.")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        now = status.read(now=timezone.now())
        self.stdout.write(as_json(now) if json else "\n".join(lines(now)))


def as_json(now: Status) -> str:
    return json.dumps(now.to_json())


def lines(now: Status) -> list[str]:
    attempts = ", ".join(f"{number:,} {state}" for state, number in now.attempts.items())
    return [
        f"last tick      {_ago(now.tick_age)}",
        f"queue          {now.due_lanes:,} borrowers due, the first for {_seconds(now.queue_age)}",
        f"leases         {now.leases:,} with a worker, {now.lapsed_leases:,} lapsed",
        f"calls          {now.overdue_calls:,} without an answer for longer than a lease",
        f"last hour      {attempts}",
        f"perhaps sent   {now.unknown:,} in the last hour",
        f"open events    {now.open_events:,} receipts and replies",
    ]


def _ago(age: float | None) -> str:
    return "never" if age is None else f"{_seconds(age)} ago"


def _seconds(age: float | None) -> str:
    return f"{age or 0:,.1f} s"
