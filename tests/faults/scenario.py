"""What happens in a run, drawn from its seed: the same seed gives the same people, bills, faults and instants. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from notifications.sandbox.faults import Mode

SECONDS_PER_KILL = (
    0.8  # so that each of eight workers lives for six seconds: killed more often none would ever send
)
SHORTEST = 6.0  # seconds
WAVE = 0.5  # seconds between two instants at which bills fall due
FIRST_FAULT = 2.0  # seconds
# Where a clock jumps to, from the true one. An hour more or less stays within the hours of contact.
OFF = [timedelta(minutes=minutes) for minutes in (-60, -7, -2, 0, 2, 7, 60)]
LOWEST = Decimal(1000)  # of an amount; no sum of two is another bill's
PAYS, STOPS, HAS_EMAIL = 0.10, 0.06, 0.3  # shares of the people
TWO_TOGETHER, TWO_APART = 0.05, 0.10  # shares of the people with two bills, at once and one after the other


class Act(StrEnum):
    BILLS = "bills"  # some fall due
    PAY = "payments"
    STOP = "stops"  # on the lender's side: staff or page
    TEXT_STOP = "stops by text"
    KILL = "kills"
    KILL_BEAT = "kills of beat"
    JUMP = "clock jumps"
    FLUSH = "flushes of Valkey"
    RESTART_BROKER = "restarts of Valkey"
    RESTART = "restarts of PostgreSQL"


@dataclass(frozen=True)
class NewBill:
    person: int
    amount: Decimal  # USD; names the bill in whatever the provider received
    at: float  # seconds from the start


@dataclass(frozen=True)
class Event:
    at: float  # seconds from the start
    act: Act
    subject: int = 0  # the person
    name: str = ""  # the worker or beat
    bills: tuple[NewBill, ...] = ()
    off: timedelta = timedelta()  # from now on, its clock from the true one


@dataclass(frozen=True)
class Scenario:
    seed: int
    seconds: float
    people: int
    with_email: frozenset[int]
    bills: tuple[NewBill, ...]
    events: tuple[Event, ...]  # in order of time


def kinds(*, workers: int, beats: int) -> dict[str, str]:
    """Of each worker and beat, by name: two workers in three poll by themselves, the third is a Celery node."""
    places = {f"worker{place}": "engine" if place % 3 else "node" for place in range(workers)}
    return places | {f"beat{place}": "beat" for place in range(beats)}


def draw(*, reminders: int, kills: int, kinds: Mapping[str, str], seed: int) -> Scenario:
    """A run in which `reminders` bills fall due while `kills` workers are killed."""
    random = Random(seed)
    seconds = max(SHORTEST, kills * SECONDS_PER_KILL)
    bills = _bills(random, reminders, seconds)
    people = bills[-1].person + 1
    events = [
        *_waves(bills),
        *_interruptions(random, bills),
        *_disorder(random, kills, kinds, seconds),
    ]
    with_email = frozenset(person for person in range(people) if random.random() < HAS_EMAIL)
    return Scenario(seed, seconds, people, with_email, tuple(bills), tuple(sorted(events, key=_instant)))


def _instant(event: Event) -> float:
    return event.at


def _bills(random: Random, number: int, seconds: float) -> list[NewBill]:
    waves = int(seconds / WAVE)
    bills: list[NewBill] = []
    person = 0
    while len(bills) < number:
        first, chance = random.randrange(waves), random.random()
        times = [first]
        if chance < TWO_TOGETHER:
            times = [first, first]
        elif chance < TWO_TOGETHER + TWO_APART:
            times = [first, random.randrange(waves)]
        for wave in times[: number - len(bills)]:
            bills.append(NewBill(person, LOWEST + Decimal(len(bills)) / 100, wave * WAVE))
        person += 1
    return bills


def _waves(bills: list[NewBill]) -> list[Event]:
    instants = sorted({bill.at for bill in bills})
    return [Event(at, Act.BILLS, bills=tuple(bill for bill in bills if bill.at == at)) for at in instants]


def _disorder(random: Random, kills: int, kinds: Mapping[str, str], seconds: float) -> Iterator[Event]:
    """What befalls machines: kills at random instants, and the other faults in proportion, each once at the least."""
    beats = [name for name, kind in kinds.items() if kind == "beat"]
    workers = [name for name in kinds if name not in beats]
    for act, number in (
        (Act.KILL, kills),
        (Act.KILL_BEAT, max(1, kills // 10)),
        (Act.JUMP, max(2, kills // 5)),
        (Act.FLUSH, max(1, kills // 10)),
        (Act.RESTART_BROKER, max(1, kills // 20)),
        (Act.RESTART, max(1, kills // 20)),
    ):
        for _ in range(number):
            name = random.choice(beats if act is Act.KILL_BEAT else workers)
            off = random.choice(OFF) if act is Act.JUMP else timedelta()
            yield Event(random.uniform(FIRST_FAULT, seconds), act, name=name, off=off)


def _interruptions(random: Random, bills: list[NewBill]) -> list[Event]:
    """Payments and stops around the very moment at which the bill's reminder goes out."""
    events = []
    for bill in bills:
        chance, at = random.random(), bill.at + random.uniform(0, 2.5)
        if chance < PAYS:
            events.append(Event(at, Act.PAY, bill.person))
        elif chance < PAYS + STOPS:
            events.append(Event(at, random.choice([Act.STOP, Act.TEXT_STOP]), bill.person))
    return events


# ---------- how the provider misbehaves, call by call ----------


class Receipts(StrEnum):
    NONE = "none"
    USUAL = "usual"
    TWICE = "twice"
    EARLY = "early"  # before the answer


class Answers(StrEnum):
    ONCE = "once"
    TWICE = "twice"
    TWICE_LATER = "twice, the second one later"


@dataclass(frozen=True)
class Behaviour:
    mode: Mode
    answers: Answers
    receipts: Receipts
    latency: float  # seconds before the answer


MODES = {
    Mode.OK: 780,
    Mode.ERROR_500: 20,
    Mode.ERROR_500_AFTER_ACCEPT: 40,
    Mode.HANG: 5,
    Mode.RESET_AFTER_ACCEPT: 40,
    Mode.GARBAGE_201: 10,
    Mode.LYING_201: 10,
    Mode.RATE_LIMITED: 50,
    Mode.REFUSE_FOR_GOOD: 35,
    Mode.UNDELIVERED: 10,
}
ANSWERS = {Answers.ONCE: 90, Answers.TWICE: 5, Answers.TWICE_LATER: 5}
RECEIPTS = {Receipts.NONE: 85, Receipts.USUAL: 5, Receipts.TWICE: 5, Receipts.EARLY: 5}
LATENCY = (0.02, 0.4)  # seconds


def behaviour(seed: int, number: str, nth: int) -> Behaviour:
    """How the provider treats the nth call for this phone, in whatever order the calls arrive."""
    random = Random(f"{seed} {number} {nth}")
    [mode] = random.choices(list(MODES), list(MODES.values()))
    [answers] = random.choices(list(ANSWERS), list(ANSWERS.values()))
    [receipts] = random.choices(list(RECEIPTS), list(RECEIPTS.values()))
    return Behaviour(mode, answers, receipts, random.uniform(*LATENCY))
