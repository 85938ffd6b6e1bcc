"""What templates may not hold and what they must, as data: what content_words.toml says, checked when it is read."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Level = Literal["block", "review"]
Patterns = Mapping[str, tuple[re.Pattern[str], ...]]  # language, as the portal names it → patterns

PATH = Path(__file__).parent / "content_words.toml"
LANGUAGES = {"en": "en", "zh-Hans": "zh-hans", "zh-Hant": "zh-hant"}  # the file's name → the portal's
LEVELS = ("block", "review")


class WordListError(ValueError):
    """A list that cannot be trusted: names the file, the practice and what is wrong."""


@dataclass(frozen=True, eq=False)  # each is itself; its patterns cannot be hashed
class Practice:
    """Something a message may not do."""

    id: str
    category: str
    level: Level
    what: str
    source: str
    url: str
    confidence: str
    patterns: Patterns
    fields: frozenset[str]  # looked for only there; empty: everywhere
    only_placeholders: frozenset[str] | None  # the only ones that may stand there; None: any
    only_alone: bool  # a wide net: reported only where no other practice of words is found


@dataclass(frozen=True)
class Duty:
    """Something a message must hold: one of the placeholders, or words in its language."""

    key: str
    channels: frozenset[str]
    always_for: frozenset[str]  # categories that must have it under every law
    placeholders: frozenset[str]
    patterns: Patterns
    waived_when_discreet: bool  # a discreet message names no fact; what it leads to does
    source: str


@dataclass(frozen=True)
class Example:
    text: str
    language: str
    expect: frozenset[str]  # practice ids that must be found, and no other


@dataclass(frozen=True)
class WordList:
    version: str
    practices: tuple[Practice, ...]
    duties: tuple[Duty, ...]
    examples: tuple[Example, ...]


def parse(text: str, name: str) -> WordList:
    """A list from the text of its TOML file. WordListError: file `name`, practice and reason."""
    try:
        raw = tomllib.loads(text)
        if raw["schema"] != 1:
            raise WordListError(f"{name}: schema {raw['schema']} is not known here; expected 1.")
        practices = tuple(_practice(one, raw["categories"], name) for one in raw["practice"])
        duties = tuple(_duty(one, name) for one in raw.get("required", []))
        known = [practice.id for practice in practices]
        if twice := {one for one in known if known.count(one) > 1}:
            raise WordListError(f"{name}: practice {', '.join(sorted(twice))}: stands there twice.")
        examples = tuple(_example(one, known, name) for one in raw.get("example", []))
    except tomllib.TOMLDecodeError as error:
        raise WordListError(f"{name}: not TOML: {error}") from error
    except KeyError as error:
        raise WordListError(f"{name}: the key {error} is missing.") from error
    return WordList(str(raw["version"]), practices, duties, examples)


def _practice(raw: Mapping[str, Any], categories: Iterable[str], name: str) -> Practice:
    try:
        only = raw.get("only_placeholders")
        practice = Practice(
            id=raw["id"],
            category=_one_of(raw["category"], categories, "category"),
            level=_one_of(raw["level"], LEVELS, "level"),
            what=_told(raw, "what"),
            source=_told(raw, "source"),
            url=raw["url"],
            confidence=raw["confidence"],
            patterns=_patterns(raw),
            fields=frozenset(raw.get("fields", [])),
            only_placeholders=None if only is None else frozenset(only),
            only_alone=bool(raw.get("only_alone", False)),
        )
        if not practice.patterns and only is None:
            raise ValueError("it has neither patterns nor only_placeholders, so nothing would be found")
        return practice
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise _wrong(name, "practice", raw.get("id", "?"), error) from error


def _duty(raw: Mapping[str, Any], name: str) -> Duty:
    try:
        duty = Duty(
            key=raw["key"],
            channels=frozenset(raw["channels"]),
            always_for=frozenset(raw["always_for"]),
            placeholders=frozenset(raw["placeholders"]),
            patterns=_patterns(raw),
            waived_when_discreet=bool(raw.get("waived_when_discreet", False)),
            source=_told(raw, "source"),
        )
        if not duty.placeholders and not duty.patterns:
            raise ValueError("it has neither placeholders nor patterns, so no template could fulfil it")
        return duty
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise _wrong(name, "required", raw.get("key", "?"), error) from error


def _example(raw: Mapping[str, Any], known: Iterable[str], name: str) -> Example:
    try:
        language = LANGUAGES[_one_of(raw["language"], LANGUAGES, "language")]
        for one in raw["expect"]:
            _one_of(one, known, "practice")
        return Example(raw["text"], language, frozenset(raw["expect"]))
    except (KeyError, ValueError, TypeError) as error:
        raise _wrong(name, "example", str(raw.get("text", "?"))[:40], error) from error


def _patterns(raw: Mapping[str, Any]) -> Patterns:
    return {
        language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in raw[key])
        for key, language in LANGUAGES.items()
        if raw.get(key)
    }


def _one_of(value: Any, known: Iterable[str], what: str) -> Any:
    if value not in known:
        raise ValueError(f"the {what} '{value}' is not known; write one of {', '.join(known)}")
    return value


def _told(raw: Mapping[str, Any], key: str) -> str:
    if not str(raw[key]).strip():
        raise ValueError(f"the key '{key}' is empty")
    return str(raw[key])


def _wrong(name: str, what: str, which: str, error: Exception) -> WordListError:
    reason = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
    return WordListError(f"{name}: {what} {which}: {reason}.")


@cache
def word_list() -> WordList:
    """The list in force. WordListError: its file cannot be trusted."""
    return parse(PATH.read_text(encoding="utf-8"), PATH.name)
