"""Contact law and policy as data: what a rulebook file says, checked when it is read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

from notifications.choice import Window

FOLDER = Path(__file__).parent / "rulebooks"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class RulebookError(ValueError):
    """A rulebook that cannot be trusted: names the file, the rule and what is wrong."""


@dataclass(frozen=True)
class ContactHours:
    """Local hours in which a person may be contacted; a day without hours is a closed day."""

    id: str
    citation: str
    stages: frozenset[str]
    channels: frozenset[str]  # {"all"}: every one
    hours: Mapping[int, Window | None]  # weekday, 0 is Monday → [start, end)


@dataclass(frozen=True)
class Cap:
    """At most `count` contacts of one person in `window_days` calendar days in a row, the day itself being
    one."""

    id: str
    citation: str
    stages: frozenset[str]
    channels: frozenset[str]
    count: int
    window_days: int


Rule = ContactHours | Cap


@dataclass(frozen=True)
class Rulebook:
    id: str
    version: str
    rules: tuple[Rule, ...]


def applies(rule: Rule, *, category: str, channel: str) -> bool:
    """Does the rule speak of this kind of message on this channel?"""
    return category in rule.stages and ("all" in rule.channels or channel in rule.channels)


def parse(text: str, name: str) -> Rulebook:
    """A rulebook from the text of its TOML file. RulebookError: file `name`, rule and reason."""
    try:
        book = tomllib.loads(text)
        if book["schema"] != 1:
            raise RulebookError(f"{name}: schema {book['schema']} is not known here; expected 1.")
        rules = tuple(_rule(raw, name) for raw in book["rule"])
        return Rulebook(id=book["id"], version=str(book["version"]), rules=rules)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{name}: not TOML: {error}") from error
    except KeyError as error:
        raise RulebookError(f"{name}: the key {error} is missing.") from error


def _rule(raw: Mapping[str, Any], name: str) -> Rule:
    try:
        common = {
            "id": raw["id"],
            "citation": raw["citation"],
            "stages": frozenset(raw["stages"]),
            "channels": frozenset(raw["channels"]),
        }
        match raw["kind"]:
            case "contact_hours":
                hours = {day: _window(raw["hours"].get(key)) for day, key in enumerate(DAYS)}
                return ContactHours(**common, hours=hours)
            case "cap":
                cap = raw["cap"]
                return Cap(**common, count=int(cap["count"]), window_days=int(cap["window_days"]))
            case kind:
                raise ValueError(f"the kind '{kind}' is not known")
    except (KeyError, ValueError, TypeError) as error:
        raise RulebookError(f"{name}: rule {raw.get('id', '?')}: {error}") from error


def _window(pair: list[str] | None) -> Window | None:
    if not pair:
        return None
    start, end = (time.max if text == "24:00" else time.fromisoformat(text) for text in pair)
    if start >= end:
        raise ValueError(f"the hours {pair} do not end after they start")
    return start, end


@cache
def careful_default() -> Rulebook:
    """The rulebook that holds for everyone."""
    path = FOLDER / "careful.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)
