"""What a reply asks for, in English, Simplified and Traditional Chinese. Pure; the words are in reply_words.toml.

A reply is read in three ways, the surest first: it is nothing but one of our words; one of its sentences is; or one
of its sentences says it in a form that leaves no doubt ("please don't text me any more"). A single word inside a
sentence decides nothing, and a question decides nothing unless it asks us to do it: "when does it stop?" is for a
person to read, "could you stop texting me?" is a stop.

A consumer may revoke in any reasonable way (47 CFR 64.1200(a)(10)), so where a reply both stops and says something
else, it stops.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

LONGEST = (
    2_000  # characters that are read; a text message has at most 1,600, and who wants us gone says it early
)


class Wish(Enum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_PERSON = "wrong_person"  # who reads it is not whom we mean
    OTHER = "other"


# Of a reply that says several things, the one that keeps us quiet first.
SAFEST_FIRST = (Wish.STOP, Wish.WRONG_PERSON, Wish.HELP, Wish.START)
_SENTENCE = re.compile(r"[^.!?;:,\n。！？；：，、…]+[.!?;:,\n。！？；：，、…]*")
_REPEATED = re.compile(r"\b([a-z]+)(?: \1\b)+")  # "stop stop stop" is stop
_HAN = re.compile(r"([\u3400-\u9fff])")


@dataclass(frozen=True)
class Said:
    """One sentence of a reply."""

    plain: (
        str  # lower case; English words with one space between them, each Chinese character a word of its own
    )
    has_mark: bool  # ends with a question mark


@dataclass(frozen=True)
class Meaning:
    """How one wish is said."""

    words: frozenset[str]
    clauses: frozenset[str]
    sayings: tuple[re.Pattern[str], ...]
    never: tuple[re.Pattern[str], ...]

    def is_said_in(self, sentence: str) -> bool:
        if self.clauses & {_letters(sentence), _letters(_bare(sentence))}:
            return True
        return _any(self.sayings, sentence) and not _any(self.never, sentence)


def read(text: str) -> Wish:
    """What a reply asks for. Case, width, spaces and punctuation say nothing: "Ｓｔｏｐ." is STOP."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return _whole(text) or _by_sentence(list(_sentences(text))) or Wish.OTHER


def _whole(text: str) -> Wish | None:
    """The reply is nothing but the word."""
    known = _book()
    for letters in (_letters(text), _letters(_plain(text)), _letters(_bare(_plain(text)))):
        for wish, meaning in known.meanings.items():
            if letters and letters in meaning.words:
                return wish
    return None


def _by_sentence(sentences: list[Said]) -> Wish | None:
    """One of its sentences says it."""
    known = _book()
    told = [one for one in sentences if not known.is_question(one)]
    for wish in SAFEST_FIRST:
        meaning = known.meanings[wish]
        heard = sentences if wish is Wish.HELP else told
        if any(meaning.is_said_in(one.plain) for one in heard):
            return wish
    return None


@dataclass(frozen=True)
class Book:
    """reply_words.toml, ready for use."""

    meanings: dict[Wish, Meaning]
    courtesy: re.Pattern[str]
    openings: re.Pattern[str]
    requests: tuple[re.Pattern[str], ...]

    def is_question(self, said: Said) -> bool:
        """Whether the sentence asks, and not for what we could do."""
        asks = (
            said.has_mark or self.openings.match(_bare(said.plain)) or said.plain.endswith(("吗", "嗎", "呢"))
        )
        return bool(asks) and not _any(self.requests, said.plain)


@cache
def _book() -> Book:
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    names = raw["names"]
    openings = "|".join(map(_phrase, _longest_first(raw["asks"]["openings"])))
    courtesy = "|".join(map(_phrase, _longest_first(raw["courtesy"]["words"])))
    return Book(
        meanings={wish: _meaning(raw[wish.value], names) for wish in Wish if wish is not Wish.OTHER},
        courtesy=re.compile(rf"^(?:(?:{courtesy})(?: |$))+|(?:(?:^| )(?:{courtesy}))+$"),
        openings=re.compile(rf"(?:{openings})(?: |$)"),
        requests=tuple(_pattern(saying, names) for saying in raw["asks"]["requests"]),
    )


def _meaning(raw: dict[str, Any], names: dict[str, str]) -> Meaning:
    return Meaning(
        words=frozenset(map(_letters, raw["words"])),
        clauses=frozenset(map(_letters, raw["clauses"])),
        sayings=tuple(_pattern(saying, names) for saying in raw["sayings"]),
        never=tuple(_pattern(saying, names) for saying in raw["never"]),
    )


def _pattern(saying: str, names: dict[str, str]) -> re.Pattern[str]:
    """A saying as a regular expression over `plain` sentences, where a space follows each word."""
    for name, choices in names.items():
        saying = saying.replace(f"{{{name}}}", choices)
    parts = re.findall(r"\[[^\]]*\]|\([^)]*\)|[^\[\]() ]+", saying)
    return re.compile(r"(?:^|(?<= ))" + "".join(map(_part, parts)))


def _part(part: str) -> str:
    choices = part.strip("[]()").split("|")
    either = "|".join(map(_phrase, _longest_first(choices)))
    return rf"(?:(?:{either})(?: |$)){'?' if part.startswith('(') else ''}"


def _phrase(words: str) -> str:
    return re.escape(_plain(words)).replace(r"\ ", " ")


def _longest_first(choices: Iterable[str]) -> list[str]:
    return sorted(choices, key=len, reverse=True)


def _any(patterns: Iterable[re.Pattern[str]], sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in patterns)


def _sentences(text: str) -> Iterator[Said]:
    for piece in _SENTENCE.findall(text):
        if plain := _plain(piece):
            yield Said(plain, has_mark="?" in piece)


def _bare(plain: str) -> str:
    """Without the courtesies around it; a reply of nothing else stays as it is."""
    return _book().courtesy.sub("", plain).strip() or plain


def _plain(text: str) -> str:
    """Words with one space between them; an apostrophe is left out, a Chinese character is a word."""
    kept = (
        letter if letter.isalnum() else "" if letter in "'\u2019\u2018`\u00b4" else " " for letter in text
    )
    return _REPEATED.sub(r"\1", " ".join(_HAN.sub(r" \1 ", "".join(kept)).split()))


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
