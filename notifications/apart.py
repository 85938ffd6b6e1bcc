"""What belongs to one person is done apart from the others': rows that our code trips over hold up nobody else.

The one place where any error of ours may be caught: it is logged with the ids that lead to its rows, and whoever works
through the rows finds these again. A transaction goes inside the block, so that what was half done is undone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass
class Work:
    """How it went, once the block is left."""

    is_broken: bool = False


@contextmanager
def apart(event: str, /, *, passing: tuple[type[Exception], ...] = (), **ids: object) -> Iterator[Work]:
    """Go on after the block, whatever breaks in it. passing: errors that are everybody's, and go on up."""
    work = Work()
    try:
        yield work
    except passing:
        raise
    except Exception:
        work.is_broken = True
        log.exception("%s %s", event, " ".join(f"{name}={value}" for name, value in ids.items()))
