"""Wall clocks and instants: which instant a local time is, and when local hours are open. Pure: no Django.

Two nights a year a wall clock lies: in the spring some times do not exist, in the autumn some exist twice.
Everything here follows from one definition: a local time means the first instant at which the wall clock of
the zone has reached it. A skipped 02:30 is the very moment of the jump, a repeated 02:30 is the first one.

Source of the zones: IANA time zone database, from the pinned package `tzdata`.
"""

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Governments change their clocks at a few weeks' notice. The machine's own zone files are as old as its image
# and differ between web, worker and test machines; one pinned database makes the same decision everywhere,
# and an update is a reviewed change. The path is the process's: every later ZoneInfo(key) reads the package.
zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()  # else a zone that was opened before this import would stay the machine's

Window = tuple[time, time]
"""Local hours [start, end) of one weekday, half-open.

An end of `time.max` is 24:00. An end at or before the start lies on the next day: 22:00 to 06:00 runs over
midnight and belongs to the day it starts on; 00:00 to 00:00 is the whole day.
"""

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# Yesterday's window may run over midnight. Ahead, a week has every weekday, but Samoa had no 30 December
# 2011: a weekday that never was comes again a week later.
DAYS_AROUND = tuple(number * DAY for number in range(-1, 16))
_CLOCK_YEARS = (2024, 2037)  # the pinned database tells no change after
DAYS_KEPT = 50_000  # of one zone, or of one window there: found once, asked for each person; some 20 MB
HORIZON = timedelta(days=31)  # hours that do not meet in a month never do


class Transition(NamedTuple):
    """A change of a zone's offset from UTC."""

    at: datetime  # UTC, the first instant of the new offset
    before: timedelta
    after: timedelta


@cache
def zone(key: str) -> ZoneInfo:
    """The zone of an IANA name such as "Europe/Berlin". ValueError: there is none of that name."""
    if key not in zoneinfo.available_timezones():
        raise ValueError(
            f"“{key}” is not a time zone. Write a name such as Europe/Berlin or America/New_York."
        )
    return ZoneInfo(key)


def today(time_zone: str, *, now: datetime) -> date:
    """The calendar day in a zone, by its IANA name, at an instant."""
    return now.astimezone(zone(time_zone)).date()


@cache
def different_clocks(keys: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """The zones of these names, of those that show the same time all year only the first."""
    by_clock = {_clock(zone(key)): zone(key) for key in reversed(keys)}
    kept = set(by_clock.values())
    return tuple(zone(key) for key in keys if zone(key) in kept)


@cache
def _clock(zone: ZoneInfo) -> tuple[tuple[Transition, ...], timedelta]:
    """What a zone's clock shows over the years that reminders are sent in."""
    start = datetime(_CLOCK_YEARS[0], 1, 1, tzinfo=UTC)
    return tuple(transitions(zone, *_CLOCK_YEARS)), _offset_at(start, zone)


def instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The UTC instants at which the wall clock shows `local` (naive): none if skipped, two if repeated."""
    first, second = (_before(local, _offset(local, zone, fold=fold)) for fold in (0, 1))
    if first == second:
        return (first,)
    return tuple(sorted(at for at in (first, second) if _wall(at, zone) == local))


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first UTC instant at which the wall clock has reached `local` (naive).

    A repeated time is its first occurrence. A skipped one is the end of the gap: in Berlin 02:30 on 29 March
    2026 is 01:00 UTC, when the clock goes from 01:59:59 to 03:00:00. (RFC 5545 would say 03:30; for the end
    of a borrower's hours that is half an hour too late.)
    """
    existing = instants(local, zone)
    return existing[0] if existing else _jump(local, zone)


@lru_cache(maxsize=DAYS_KEPT)
def wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock of the zone shows at an instant. A batch asks it of one instant for each person."""
    return at.astimezone(zone)


@lru_cache(maxsize=DAYS_KEPT)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first UTC instant of a local calendar day. Not always midnight: Cairo's summer starts at 00:00."""
    return instant(datetime.combine(day, time.min), zone)


def transitions(zone: ZoneInfo, start_year: int, end_year: int) -> list[Transition]:
    """The changes of offset from 1 January of `start_year` to 31 December of `end_year`, in UTC.

    The zone is looked at every six hours, so two changes within six hours that undo each other are not seen;
    the database has none.
    """
    step = timedelta(hours=6)
    first, end = datetime(start_year, 1, 1, tzinfo=UTC), datetime(end_year + 1, 1, 1, tzinfo=UTC)
    at, found = first - step, []  # a change may fall on the year's first instant
    while at < end:
        before, after = _offset_at(at, zone), _offset_at(at + step, zone)
        if before != after and first <= (change := _change(at, at + step, zone)) < end:
            found.append(Transition(change, before, after))
        at += step
    return found


@lru_cache(maxsize=DAYS_KEPT)
def openings(day: date, window: Window, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """The UTC intervals [from, to) in which a local day's window is open: mostly one.

    A start that the clock skips opens at the first instant after the gap; an end that it skips closes there.
    An end that is repeated closes the first time. Where a start is repeated, the clock goes back to before
    the start, and the window is shut until the clock reaches it again: two intervals.
    """
    start = datetime.combine(day, window[0])
    existing, closes = instants(start, zone), instant(_end(day, window), zone)
    opens, *again = existing or (_jump(start, zone),)
    found = []
    if again and again[0] < closes:
        found.append((opens, _change(opens, again[0], zone)))
        opens = again[0]
    if opens < closes:
        found.append((opens, closes))
    return tuple(found)


def next_opening(now: datetime, windows: Mapping[int, Window | None], zone: ZoneInfo) -> datetime | None:
    """The first instant, from `now` on, at which a weekday's window is open; `now` itself where one is.

    windows: by weekday, 0 is Monday; None or no entry: closed all day. None is returned if none ever opens.
    """
    there = wall_clock(now, zone)
    window = windows.get(there.weekday())
    # Nearly always the answer. In a repeated hour it may be shut though the clock shows an open time.
    if window and not there.fold and window[0] <= there.time() < window[1]:
        return now
    today = there.date()
    for distance in DAYS_AROUND:
        day = today + distance
        if window := windows.get(day.weekday()):
            for opens, closes in openings(day, window, zone):
                if closes > now:  # the earliest: no later day opens before an earlier one
                    return max(opens, now)
    return None


def next_common_opening(
    now: datetime, windows: Mapping[int, Window | None], zones: tuple[ZoneInfo, ...]
) -> datetime | None:
    """The first instant, from `now` on, that lies in the local hours of every zone; None where there is none.

    Where facts point to several places the hour must be right in all of them: 12 CFR 1006, official comment
    6(b)(1)(i)-2.
    """
    if len(zones) == 1:
        return next_opening(now, windows, zones[0])
    until = now + HORIZON
    while now < until:
        latest = now
        for zone in zones:
            opening = next_opening(now, windows, zone)
            if opening is None:
                return None
            latest = max(latest, opening)
        if latest == now:
            return now
        now = latest
    return None


def is_open(now: datetime, windows: Mapping[int, Window | None], zones: tuple[ZoneInfo, ...]) -> bool:
    """Is it surely open in every zone? False also in a repeated hour, where the clock alone cannot tell."""
    for zone in zones:
        there = wall_clock(now, zone)
        window = windows.get(there.weekday())
        if not window or there.fold or not window[0] <= there.time() < window[1]:
            return False
    return True


def _end(day: date, window: Window) -> datetime:
    start, end = window
    if end == time.max:
        return datetime.combine(day + DAY, time.min)
    return datetime.combine(day if end > start else day + DAY, end)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _offset(local: datetime, zone: ZoneInfo, *, fold: int) -> timedelta:
    """The offset of a wall clock time; in a gap or a repetition that before (0) or after (1) the change."""
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # noqa: S101  a ZoneInfo always has one
    return offset


def _offset_at(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101
    return offset


def _before(local: datetime, offset: timedelta) -> datetime:
    return (local - offset).replace(tzinfo=UTC, fold=0)


def _jump(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over the skipped time `local`."""
    old, new = _offset(local, zone, fold=0), _offset(local, zone, fold=1)
    return _change(_before(local, new), _before(local, old), zone)


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The change of offset in (start, end], found by halving; the database has whole seconds only."""
    old = _offset_at(start, zone)
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    low, high = 0, (end - start) // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(start + middle * SECOND, zone) == old:
            low = middle
        else:
            high = middle
    return start + high * SECOND
