"""The rulebooks that ship with the portal, and which of them hold for a person."""

from functools import cache
from pathlib import Path

from notifications.law import reading
from notifications.law.reading import RulebookError
from notifications.law.rule import Rule, Rulebook

FOLDER = Path(__file__).resolve().parent.parent / "rulebooks"
CAREFUL = "careful"  # the lender's own policy, which holds for everyone
EU = "eu"
EU_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


@cache
def all_books() -> dict[str, Rulebook]:
    """Every rulebook by id. RulebookError: a file cannot be trusted; says which, where and why."""
    books = read_folder(FOLDER)
    if CAREFUL not in books:
        raise RulebookError(f"{FOLDER.name} holds no {CAREFUL}.toml, which holds for everyone.")
    return books


@cache
def _rules() -> dict[str, Rule]:
    return {rule.id: rule for book in all_books().values() for rule in book.rules}


def rule(rule_id: str) -> Rule | None:
    """The rule of that id as its rulebook has it today. None: no rulebook has it."""
    return _rules().get(rule_id)


def careful() -> Rulebook:
    """The lender's own policy, which holds for everyone."""
    return all_books()[CAREFUL]


def read_folder(folder: Path) -> dict[str, Rulebook]:
    """The rulebooks of a folder by id. RulebookError also for a rule's id used twice and an unknown parent."""
    books = {
        path.stem: reading.parse(path.read_text(encoding="utf-8"), path.name)
        for path in folder.glob("*.toml")
    }
    seen: set[str] = set()
    for book in books.values():
        if book.parent and book.parent not in books:
            raise RulebookError(f"{book.id}.toml: its parent {book.parent}.toml is not there.")
        if _is_above_itself(book, books):
            raise RulebookError(f"{book.id}.toml: it is its own parent, by way of {book.parent}.toml.")
        for rule in book.rules:
            if rule.id in seen:
                raise RulebookError(f"{book.id}.toml: rule {rule.id}: another rule has that id.")
            seen.add(rule.id)
    return books


def _is_above_itself(book: Rulebook, books: dict[str, Rulebook]) -> bool:
    above = [book.id]
    while (parent := books.get(above[-1])) and parent.parent:
        if parent.parent in above:
            return True
        above.append(parent.parent)
    return False


def with_parents(book_id: str) -> tuple[Rulebook, ...]:
    """A rulebook and all it is applied together with, the widest first. KeyError: there is none of that id."""
    book = all_books()[book_id]
    return (*with_parents(book.parent), book) if book.parent else (book,)


@cache
def for_place(country: str, region: str = "") -> tuple[Rulebook, ...]:
    """The rulebooks for a person of a place: the lender's careful default, then law from wide to narrow.

    country: ISO 3166-1. region: ISO 3166-2 without the country, "MA"; a city may follow, "NY-NYC". A place
    without a rulebook has the careful default alone.
    """
    books, known = (careful(),), all_books()
    parts = [part for part in (country, *region.split("-")) if part]
    for length in range(len(parts), 0, -1):
        book_id = "-".join(parts[:length]).lower()
        if book_id in known:
            return books + with_parents(book_id)
    return books + (with_parents(EU) if country in EU_COUNTRIES else ())
