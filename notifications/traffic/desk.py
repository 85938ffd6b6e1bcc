"""The desk: by which provider each message of a batch goes now, or until when it waits. One visit a batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import random
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Outcome, RefusedForNow, Unknown
from notifications.traffic import breaker, bucket, routing, shared
from notifications.traffic.breaker import State
from notifications.traffic.shared import Standing, Way

SPREAD = 5.0  # seconds over which those who waited for a breaker come back
PROBES_ANSWER = 5.0  # seconds until it is worth looking what came of them

NOBODY: Mapping[str, str] = MappingProxyType({})


class Parcel(NamedTuple):
    """What the desk must know of one message."""

    channel: str
    refused_by: Mapping[str, str] = NOBODY  # as Reminder.refused_by
    unable: frozenset[str] = frozenset()  # providers that have no approved template for its words


@dataclass(frozen=True)
class Waits:
    """Not now, and why: "provider_down" or "provider_busy", as reasons.SENTENCES knows them."""

    until: datetime
    rule: str


Place = str | Waits  # the provider's name, or not now


class Ended(NamedTuple):
    """One call's end, as the shares and breakers see it."""

    channel: str
    provider: str
    outcome: Outcome


class Desk:
    """Reads how all providers stand when it opens: one round trip. A probe or a token is asked for as it is needed."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self._at = now.timestamp()
        ways = [(channel, name) for channel, names in settings.CHANNEL_PROVIDERS.items() for name in names]
        self._standing: dict[Way, Standing] = shared.read(ways)
        self._shares: dict[tuple[str, frozenset[str]], dict[str, float]] = {}

    def place(self, parcels: Sequence[Parcel]) -> list[Place]:
        """For each message its provider; where none can take it now, until when it waits: that counts as no try."""
        places: list[Place] = [""] * len(parcels)
        by_channel: defaultdict[str, list[int]] = defaultdict(list)
        for number, parcel in enumerate(parcels):
            by_channel[parcel.channel].append(number)
        for channel, numbers in by_channel.items():
            self._route(channel, numbers, parcels, places)
        self._pace(places)
        return places

    def ranked(self, channel: str) -> list[str]:
        """The channel's providers for a message that cannot wait: those with a closed breaker first, best first."""
        parts = self._parts(channel, frozenset(settings.CHANNEL_PROVIDERS[channel]))
        return sorted(routing.by_rank(parts), key=lambda name: not self._is_closed((channel, name)))

    # ---------- routes ----------

    def _route(
        self, channel: str, numbers: Sequence[int], parcels: Sequence[Parcel], places: list[Place]
    ) -> None:
        names = frozenset(settings.CHANNEL_PROVIDERS[channel])
        closed = frozenset(name for name in names if self._is_closed((channel, name)))
        probing = self._probes(channel, names - closed, numbers, parcels, places)
        for number in numbers:
            if number in probing:
                continue
            refused, unable = parcels[number].refused_by, parcels[number].unable
            usable = closed - self._refusing(refused) if refused else closed
            usable = usable - unable if unable else usable
            chosen = routing.choose(self._parts(channel, usable), random()) if usable else None  # noqa: S311
            places[number] = chosen or self._until_somebody(channel, refused, unable)

    def _probes(
        self,
        channel: str,
        broken: frozenset[str],
        numbers: Sequence[int],
        parcels: Sequence[Parcel],
        places: list[Place],
    ) -> set[int]:
        """A few messages try whether a provider is back. Which ones: those of this batch."""
        trying: set[int] = set()
        for name in broken:
            way = channel, name
            if not breaker.is_due_for_probes(self._standing[way].breaker, now=self._at):
                continue
            may = [n for n in numbers if n not in trying and not self._is_closed_to(parcels[n], name)]
            for number in may[: shared.take_probes(way, len(may), now=self._at)]:
                places[number] = name
                trying.add(number)
        return trying

    def _parts(self, channel: str, names: frozenset[str]) -> dict[str, float]:
        if (channel, names) not in self._shares:
            weights = {
                name: weight for name, weight in settings.CHANNEL_PROVIDERS[channel].items() if name in names
            }
            healths = {name: self._standing[channel, name].health for name in names}
            self._shares[channel, names] = routing.shares(weights, healths, now=self._at)
        return self._shares[channel, names]

    def _is_closed(self, way: Way) -> bool:
        return self._standing[way].breaker.state is State.CLOSED

    def _is_closed_to(self, parcel: Parcel, name: str) -> bool:
        return name in parcel.unable or name in self._refusing(parcel.refused_by)

    def _refusing(self, refused_by: Mapping[str, str]) -> set[str]:
        """Who refused this very message, and was not yet given time."""
        return {name for name, until in refused_by.items() if datetime.fromisoformat(until) > self.now}

    def _until_somebody(self, channel: str, refused_by: Mapping[str, str], unable: frozenset[str]) -> Waits:
        """Until the first provider that could take it may be asked again, with some spread."""
        names = settings.CHANNEL_PROVIDERS[channel].keys()
        instants = []
        for name in names - unable or names:
            standing = self._standing[channel, name].breaker
            opens = standing.until if standing.state is State.OPEN else 0.0
            opens = max(opens, self._at + PROBES_ANSWER) if standing.state is not State.CLOSED else self._at
            if text := refused_by.get(name):
                opens = max(opens, datetime.fromisoformat(text).timestamp())
            instants.append(opens)
        return Waits(_instant(min(instants) + SPREAD * random()), "provider_down")  # noqa: S311

    # ---------- pace ----------

    def _pace(self, places: list[Place]) -> None:
        """Give back what is beyond a provider's rate: the later ones of the batch."""
        going: defaultdict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(places):
            if isinstance(place, str):
                going[place].append(number)
        for name, numbers in going.items():
            granted = bucket.take(name, sender(name), len(numbers))
            for turn, number in enumerate(numbers[granted.tokens :]):
                later = self.now + timedelta(seconds=granted.wait + turn / granted.rate)
                places[number] = Waits(later, "provider_busy")


def sender(provider: str) -> str:
    """The number or address that a provider sends from."""
    return str(import_string(settings.PROVIDERS[provider]).sender())


def tell(calls: Iterable[Ended], *, now: datetime) -> None:
    """What came of a batch's calls: one change for each provider and channel."""
    by_way: defaultdict[Way, list[Outcome]] = defaultdict(list)
    for channel, provider, outcome in calls:
        by_way[channel, provider].append(outcome)
    for way, outcomes in by_way.items():
        patiences = [
            one.retry_after for one in outcomes if isinstance(one, RefusedForNow) and one.retry_after
        ]
        shared.tell_calls(
            way,
            calls=len(outcomes),
            faults=_count(is_fault, outcomes),
            now=now.timestamp(),
            patience=max(patiences, default=timedelta()).total_seconds(),
        )


def is_fault(outcome: Outcome) -> bool:
    """Does it speak against the provider?"""
    return isinstance(outcome, Unknown) or (isinstance(outcome, RefusedForNow) and outcome.is_providers_fault)


def others(channel: str, provider: str, refused_by: Mapping[str, str], *, now: datetime) -> list[str]:
    """Who may take at once what this provider has surely not taken."""
    waiting = {name for name, until in refused_by.items() if datetime.fromisoformat(until) > now}
    return [name for name in settings.CHANNEL_PROVIDERS[channel] if name != provider and name not in waiting]


def _count(is_so: Callable[[Outcome], bool], outcomes: Iterable[Outcome]) -> int:
    return sum(map(is_so, outcomes))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
