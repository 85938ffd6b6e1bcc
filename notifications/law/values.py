"""The values that a rulebook's keys may have. ValueError and TypeError say what is wrong with one."""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from notifications.law.rule import Limit, Week
from notifications.local_time import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOWS = {"rolling", "calendar_day", "calendar_week", "calendar_month"}


class Keys:
    """The keys of one table, each taken out as it is read: what nobody takes is not known.

    A key without a default must be there; KeyError names it.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._left = dict(raw)

    def done(self, of: str) -> None:
        """ValueError: keys are left that nobody read."""
        if self._left:
            raise ValueError(f"the keys {sorted(self._left)} are not known {of}")

    def take(self, key: str, default: Any = ...) -> Any:
        return self._left.pop(key) if default is ... else self._left.pop(key, default)

    def text(self, key: str, default: Any = ...) -> str:
        value = self.take(key, default)
        if not isinstance(value, str):
            raise ValueError(f"{key} = {value!r} is not a text")
        return value

    def said(self, key: str) -> str:
        """A text that may not be empty."""
        if not (value := self.text(key)).strip():
            raise ValueError(f"{key} is empty")
        return value

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        values = self.take(key, default)
        if isinstance(values, str) or not all(isinstance(value, str) for value in values):
            raise ValueError(f"{key} is not a list of texts")
        return tuple(values)

    def flag(self, key: str, default: Any = False) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise ValueError(f"{key} = {value!r} is neither true nor false")
        return value

    def one(self, key: str, known: Collection[str], default: Any = ...) -> str:
        return _known(self.text(key, default), known, key)

    def some(self, key: str, known: Collection[str]) -> frozenset[str]:
        return frozenset(_known(value, known, key) for value in self.texts(key))

    def at_least_one(self, key: str, known: Collection[str]) -> frozenset[str]:
        """A rule that names nobody would bind nobody, and nobody would notice."""
        if not (found := frozenset(_known(value, known, key) for value in self.texts(key, ...))):
            raise ValueError(f"{key} is empty, so the rule would never bind")
        return found

    def day(self, key: str) -> date | None:
        value = self.text(key, "")
        return date.fromisoformat(value) if value else None

    def whole(self, key: str, default: Any = None) -> int | None:
        value = self.take(key, default)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{key} = {value!r} is not a whole number from 0")
        return value

    def years(self, key: str) -> float:
        value = self.take(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{key} = {value!r} is not a number of years")
        return float(value)

    def week(self, key: str) -> Week | None:
        raw = self.take(key, None)
        if raw is None:
            return None
        if not isinstance(raw, dict):
            raise ValueError(f"{key} = {raw!r} does not tell days")
        if unknown := set(raw) - set(DAYS):
            raise ValueError(f"the days {sorted(unknown)} are not known; write {', '.join(DAYS)}")
        return {number: _window(raw.get(day, [])) for number, day in enumerate(DAYS)}

    def window(self, key: str) -> Window | None:
        return _window(self.take(key))

    def limit(self, key: str) -> Limit | None:
        raw = self.take(key, None)
        if raw is None:
            return None
        keys = Keys(raw)
        limit = Limit(
            count=keys.whole("count", ...) or 0,
            window_days=keys.whole("window_days", ...) or 0,
            window=keys.one("window", WINDOWS),
            per=keys.one("per", {"debt", "person", "contact_point"}),
            counts=keys.one("counts", {"attempts", "contacts", "conversations"}),
            after=keys.one("after", {"", "conversation"}, ""),
        )
        keys.flag("share")  # that its channels share the count goes without saying: they always do here
        keys.done(f"in {key}")
        if not limit.window_days:
            raise ValueError("the cap has no window_days")
        return limit


def _known(value: str, known: Collection[str], key: str) -> str:
    if value not in known:
        raise ValueError(f"{key} = {value!r} is not known; one of {', '.join(sorted(set(known) - {''}))}")
    return value


def _window(pair: Any) -> Window | None:
    if not isinstance(pair, list) or len(pair) not in (0, 2):
        raise ValueError(f"the hours {pair!r} are not [start, end]")
    if not pair:
        return None
    start, end = (time.max if clock == "24:00" else time.fromisoformat(clock) for clock in pair)
    if start >= end:
        raise ValueError(f"the hours {pair} do not end after they start")
    return start, end
