"""Which rulebooks are in force, and which texts they have had: kept at each release, and told apart."""

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from notifications.law import books
from notifications.law.rule import Rulebook
from notifications.models import RulebookText

AROUND = 3  # unchanged lines shown before and after a change


@dataclass(frozen=True)
class InForce:
    """A rulebook that the judge asks, and the text it was read from."""

    book: Rulebook
    text: str
    sha256: str

    @property
    def unverified(self) -> int:
        """How many of its rules nobody has checked."""
        return sum(rule.is_unverified for rule in self.book.rules)


@dataclass(frozen=True)
class Line:
    """A line of a comparison. change: "same", "removed", "added", or "gap" where unchanged lines are left out."""

    change: str
    text: str


@cache
def in_force() -> dict[str, InForce]:
    """The rulebooks by id, in the order of their names. RulebookError: a file cannot be trusted."""
    found = {}
    for book in sorted(books.all_books().values(), key=lambda book: book.name):
        text = (books.FOLDER / f"{book.id}.toml").read_text(encoding="utf-8")
        found[book.id] = InForce(book, text, digest(text))
    return found


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(*, now: datetime) -> None:
    """Keep the text of each rulebook in force, where it is not kept yet. One query."""
    RulebookText.objects.bulk_create(
        [
            RulebookText(
                book_id=book_id, version=known.book.version, text=known.text, sha256=known.sha256, seen_at=now
            )
            for book_id, known in in_force().items()
        ],
        ignore_conflicts=True,
    )


def compare(old: str, new: str) -> tuple[Line, ...]:
    """What changed from one text to another, line by line, with a little of what stayed around it."""
    return tuple(_lines(old.splitlines(), new.splitlines()))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            yield Line("gap", "")
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                yield from (Line("same", text) for text in old[i1:i2])
            else:
                yield from (Line("removed", text) for text in old[i1:i2])
                yield from (Line("added", text) for text in new[j1:j2])
