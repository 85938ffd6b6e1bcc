"""Plays a scenario in a house, moves the clock on until nothing is left to do, and has the verdict passed."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from notifications import engine
from tests import leases
from tests.faults import acts, books
from tests.faults.house import House, flush_valkey, restart_postgres, restart_valkey, until
from tests.faults.scenario import Act, Event, Scenario
from tests.faults.verdict import Verdict, judge
from tests.waiting import PATIENCE

# The engine's clock goes on by so much once all have fallen due: who was refused is tried again.
JUMPS = [timedelta(hours=1, minutes=10) * number for number in (1, 2, 3)]
PEOPLE_AT_ONCE = 4  # with connections of their own
TAIL = 2  # seconds of work after the last event
LOOK_SECONDS = 0.1  # between two looks at the workers


def run(house: House, scenario: Scenario) -> tuple[Verdict, dict[str, Any]]:
    """The verdict, and what was done: fault → how many."""
    call_command("migrate", verbosity=0)
    call_command("load_defaults")
    began = timezone.now()
    acts.add_people(scenario, now=began)
    house.start_provider()
    house.start_web()
    house.start_all()
    until(lambda: all(map(house.is_at_work, house.kinds)), "workers and beats are at work")
    this = Run(house, scenario, acts.local_day(began) + timedelta(days=acts.DAYS_AHEAD))
    this.play()
    until(lambda: this.told_by_provider()["under_way"] == 0, "the portal has heard every receipt and reply")
    jumped = timezone.now()
    now = this.finish()
    received = books.received(house.received, scenario)
    return judge(books.read(this.due, this.said_stop, now=now), received, lag_until=jumped), this.faults()


@dataclass
class Run:
    house: House
    scenario: Scenario
    due_on: date  # of all bills
    due: dict[Decimal, datetime] = field(default_factory=dict)  # a bill's amount → when it was there
    done: Counter[str] = field(default_factory=Counter)
    said_stop: dict[int, str] = field(default_factory=dict)  # person → by what way
    people: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(PEOPLE_AT_ONCE))
    acts: list["Future[None]"] = field(default_factory=list)  # what people do, beside each other

    def play(self) -> None:
        """The scenario, instant by instant; what takes longer moves the rest back."""
        started = time.monotonic()
        for event in self.scenario.events:
            self.tend_until(started + event.at)
            self.act(event)
            self.done[event.act.value] += 1
        self.tend_until(time.monotonic() + TAIL)
        self.people.shutdown()
        for act in self.acts:
            act.result()

    def tend_until(self, end: float, is_so: Callable[[], bool] = lambda: False) -> None:
        """Keep the workers going until then, or until it is so."""
        while (wait := end - time.monotonic()) > 0 and not is_so():
            self.house.tend()
            time.sleep(min(wait, LOOK_SECONDS))

    def act(self, event: Event) -> None:
        match event.act:
            case Act.BILLS:
                acts.again(partial(acts.add_bills, event.bills, due_on=self.due_on))
                self.due |= dict.fromkeys((bill.amount for bill in event.bills), timezone.now())
            case Act.PAY:
                self.meanwhile(partial(acts.pay, event.subject))
            case Act.STOP:
                self.said_stop[event.subject] = "staff"
                self.meanwhile(partial(acts.stop, event.subject))
            case Act.TEXT_STOP:
                self.said_stop[event.subject] = "text"
                self.meanwhile(partial(acts.text_stop, event.subject, self.house.sandbox_url))
            case _:
                self.disturb(event)

    def meanwhile(self, act: Callable[[], None]) -> None:
        """Each waits for the decision that holds the person's lane; nobody else has to wait for that."""
        self.acts.append(self.people.submit(acts.by_another, act))

    def disturb(self, event: Event) -> None:
        match event.act:
            case Act.KILL:
                self.kill(event.name)
            case Act.KILL_BEAT:
                self.house.kill(event.name)
            case Act.JUMP:
                self.house.jump(event.name, event.off)
            case Act.FLUSH:
                flush_valkey()
            case Act.RESTART_BROKER:
                restart_valkey()
            case Act.RESTART:
                restart_postgres()

    def kill(self, name: str) -> None:
        """That worker, or, while it is only starting, the next that is at work."""
        self.tend_until(
            time.monotonic() + PATIENCE, lambda: any(map(self.house.is_at_work, self.house.workers))
        )
        place = self.house.workers.index(name)
        turn = self.house.workers[place:] + self.house.workers[:place]
        acts.again(self.note_calls_under_way)
        self.house.kill(next(filter(self.house.is_at_work, turn), name))

    def note_calls_under_way(self) -> None:
        self.done["kills while something was being called"] += acts.calls_under_way() > 0

    def finish(self) -> datetime:
        """No worker is left; leases lapse, the engine's clock moves on, and what is due then is done. Returns the clock
        of the last look, before which nothing may have been left waiting."""
        self.house.stop_workers()
        acts.again(leases.lapse)
        for ahead in JUMPS:
            now = acts.clock(ahead)()
            acts.again(partial(engine.run, clock=acts.clock(ahead), until=lambda: False))
        return now

    def faults(self) -> dict[str, Any]:
        self.done["workers and beats that ended by themselves"] = self.house.broken
        told = self.told_by_provider()
        self.done["stops by text asked for again"] = told["asked_again"]
        return {**self.done, "provider": dict(sorted(told["modes"].items()))}

    def told_by_provider(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.house.sandbox_url}/done", timeout=PATIENCE) as answer:
            return dict(json.load(answer))
