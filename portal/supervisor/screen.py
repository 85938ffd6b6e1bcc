"""What the terminal shows: steps with their seconds, and each program's lines under its name."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

COLOURS = {"web": "36", "worker": "32", "beat": "35", "sandbox": "33", "portal": "1"}  # ANSI
WIDTH = max(map(len, COLOURS))

_turn = threading.Lock()  # lines of several programs must not meet inside a line


def paint(text: str, colour: str) -> str:
    """Coloured on a terminal; plain in a file, and where NO_COLOR asks for it (no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{colour}m{text}\033[0m"


def line(name: str, text: str) -> None:
    show(f"{paint(name.ljust(WIDTH), COLOURS.get(name, '0'))} | {text}")


def show(text: str = "") -> None:
    with _turn:
        print(text, flush=True)  # noqa: T201


def complain(text: str) -> None:
    with _turn:
        print(paint(text, "31"), file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def step(title: str) -> Iterator[None]:
    """Shows the title at once on a terminal, then the seconds it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {title}", end="\r", flush=True)  # noqa: T201
    yield
    show(f"  {paint('✓', '32')} {title:<50} {time.monotonic() - started:5.1f} s")
