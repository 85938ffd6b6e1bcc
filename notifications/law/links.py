"""Which links a text to somebody may carry, by the rulebooks of the places it goes to. Pure."""

from datetime import date
from functools import lru_cache

from notifications.law import scope
from notifications.law.rule import LINKS, Links, Rulebook

NONE, ADDRESS, PERSONAL = LINKS
UNKNOWN = ADDRESS  # where no rulebook speaks of links: as readable as a name, and the same for everybody


@lru_cache(maxsize=4096)
def allowed(
    books: tuple[Rulebook, ...], *, binds: str, stages: tuple[str, ...], channel: str, day: date
) -> str:
    """One of `LINKS`. The strictest rule holds; a personal link needs one that allows it.

    stages: that the text may be of. Found once for a day: it depends on no person.
    """
    rules = (
        rule
        for book in books
        for rule in book.rules
        if isinstance(rule, Links)
        and scope.is_in_force(rule, day)
        and any(scope.concerns(rule, binds=binds, stage=stage, channel=channel) for stage in stages)
    )
    return min((rule.may for rule in rules), key=LINKS.index, default=UNKNOWN)
