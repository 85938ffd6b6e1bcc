"""How the engine stands now, for a person at a terminal or for a program."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications import status
from notifications.status import Flow, Status
from notifications.traffic.snapshot import ProviderHealth


class Command(BaseCommand):
    help = "Show the clock, workers, queue, leases, what the last minutes sent, unknowns and receipts. Reads only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object in place of lines.")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        now = status.read(now=timezone.now())
        self.stdout.write(as_json(now) if json else "\n".join(lines(now)))


def as_json(now: Status) -> str:
    return json.dumps(now.to_json())


def lines(now: Status) -> list[str]:
    return [
        f"last tick      {_ago(now.tick_age)}",
        f"workers        {len(now.workers) - now.late_workers:,} at work, {now.late_workers:,} silent",
        *(f"  {one.name}  {_ago(one.age)}" for one in now.workers),
        f"queue          {now.due_lanes:,} borrowers due, the first for {_seconds(now.queue_age)}",
        f"leases         {now.leases:,} with a worker, {now.lapsed_leases:,} lapsed",
        f"set aside      {now.set_aside:,} borrowers: each was claimed again and again without an outcome",
        f"calls          {now.overdue_calls:,} without an answer for longer than a lease",
        f"planned        {now.per_minute(now.planned):,} a minute",
        *(f"attempts       {_rate(now, each)}" for each in now.flow),
        f"perhaps sent   {now.unknown:,} in the last day",
        f"open events    {now.open_events:,} receipts and replies, the first for {_seconds(now.event_age)}",
        *(
            f"receipts       {each.told:,} of {each.accepted:,} by {each.channel}, {each.provider}, half an hour ago"
            for each in now.receipts
        ),
        *(f"provider       {_provider(each)}" for each in now.providers),
    ]


def _provider(each: ProviderHealth) -> str:
    opens = "" if each.opens_in is None else f", probes in {_seconds(each.opens_in)}"
    bucket = "" if each.tokens is None else f", {each.tokens:,.0f} in the bucket"
    errors = f"{each.error_rate:.0%} faults"
    return f"{each.channel}, {each.provider}: {each.breaker}{opens}, {each.share:.0%} of the channel, {errors}{bucket}"


def _rate(now: Status, flow: Flow) -> str:
    return f"{now.per_minute(flow.number):,} a minute {flow.state} by {flow.channel}, {flow.provider}"


def _ago(age: float | None) -> str:
    return "never" if age is None else f"{_seconds(age)} ago"


def _seconds(age: float | None) -> str:
    return f"{age or 0:,.1f} s"
