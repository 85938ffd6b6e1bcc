"""What providers told us while the database was away: a file of JSON lines on this computer, until it is back.

An append is whole and on disk when it returns, or it raises: then the provider must be told to come again. Many
processes append and many drain; a lock on the file itself keeps them in turn, and the kernel drops a dead process's
locks. Whoever drains moves the file aside first, so nobody who appends waits for the database.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

LONGEST_LINE = 1 << 20  # bytes; a text has some 1,000, an e-mail's reply rarely 100,000
_WAITING, _TAKEN, _DRAINER = "events.jsonl", "events.draining.jsonl", "drainer"

Event = Mapping[str, Any]


class SpoolFull(OSError):
    """No room, or the event is too long: the provider must send it again later."""


def append(folder: Path, event: Event, *, limit: int) -> None:
    """Put one event at the end and wait until the disk has it. limit: bytes of the whole file.

    OSError: the disk does not take it. SpoolFull, which is one: it must not.
    """
    line = json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise SpoolFull(f"an event of {len(line):,} bytes")
    with _locked(folder / _WAITING) as file:
        size = os.fstat(file).st_size
        if size + len(line) > limit:
            raise SpoolFull(f"{size:,} bytes wait")
        try:
            _write(file, line)
        except OSError:
            os.ftruncate(file, size)  # half a line would spoil the next one
            raise


def waits(folder: Path) -> bool:
    """Whether anything is there to drain. Costs two looks at the folder."""
    return (folder / _WAITING).exists() or (folder / _TAKEN).exists()


def drain(folder: Path, take: Callable[[Event], None]) -> int:
    """Hand every event to `take`, oldest first, and forget them. Returns how many; 0 where another drains.

    `take` must bear an event twice: if it raises, all of them are kept and come again.
    """
    if not waits(folder):
        return 0
    with _locked(folder / _DRAINER, waiting=False) as file:
        if file is None:
            return 0
        taken = sum(_drain(folder / _TAKEN, take) for _ in _turns(folder))
    if taken:
        logger.warning("spool_drained events=%d", taken)
    return taken


def _turns(folder: Path) -> Iterator[None]:
    """What an earlier drain left behind; then what waits, moved aside."""
    if (folder / _TAKEN).exists():
        yield
    if (folder / _WAITING).exists():
        with _locked(folder / _WAITING):
            (folder / _WAITING).rename(folder / _TAKEN)
        yield


def _drain(path: Path, take: Callable[[Event], None]) -> int:
    taken = 0
    with path.open("rb") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:  # power failed in mid-line: nobody was told that we have it
                logger.error("spool_line_broken bytes=%d", len(line))
                continue
            take(event)
            taken += 1
    path.unlink()
    return taken


def _write(file: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.fsync(file)


@contextmanager
def _locked(path: Path, *, waiting: bool = True) -> Iterator[Any]:
    """The open file, ours alone and only its owner's to read. waiting: else None where somebody has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        is_new = not path.exists()
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if waiting else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if not _is_still(path, file):  # it was moved aside while we waited
                continue
            if is_new:
                _sync_folder(path.parent)
            yield file
            return
        finally:
            os.close(file)


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
