"""Read one file line by line: every bad line is a problem with its number, and memory does not grow."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from loans.portfolio.columns import FileFormat

LONGEST_CELL = 10_000  # characters; a longer one is a broken quote
SHOWN = 1_000  # problems that are kept; more are counted
Progress = Callable[[str, float], None]  # the file's name, the share that is read
Row = dict[str, Any]


@dataclass
class Problems:
    """What is wrong with a file. Line 1 is the header."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, text: str) -> None:
        self.count += 1
        if len(self.lines) < SHOWN:
            self.lines.append((line, text))


class FileError(ValueError):
    """The file as a whole cannot be read; says where and what to do."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def rows(
    path: Path, expected: FileFormat, problems: Problems, progress: Progress
) -> Iterator[tuple[int, Row]]:
    """The good rows with their line numbers; the bad ones go to `problems`. FileError: not such a file."""
    csv.field_size_limit(LONGEST_CELL)
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        unpacked = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        lines = csv.reader(_text(unpacked), strict=True)
        try:
            header = _header(next(lines, []), expected)
            columns = [(name, expected.columns[name]) for name in header]
            line = lines.line_num
            for cells in lines:
                start, line = line + 1, lines.line_num
                if start % 5_000 == 0:
                    progress(path.name, raw.tell() / size)
                if len(cells) != len(columns):
                    problems.add(start, f"has {len(cells)} cells, the header has {len(columns)}")
                    continue
                row: Row = {}
                before = problems.count
                for cell, (name, column) in zip(cells, columns, strict=True):
                    try:
                        row[name] = column.read(cell)
                    except ValueError as error:
                        problems.add(start, f"{name} {error}")
                if problems.count == before:
                    yield start, row
        except (csv.Error, UnicodeError, EOFError, OSError) as error:
            raise FileError(lines.line_num + 1, _explain(error)) from error
    progress(path.name, 1.0)


def _text(file: Any) -> TextIO:
    return io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


def _explain(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return (
            f"is not UTF-8 (byte {error.object[error.start]:#04x}). Save the file as UTF-8 and run it again."
        )
    if isinstance(error, csv.Error):
        return f"is not CSV: {error}. Check the quotes."
    return f"cannot be read: {error}. Is the file complete?"


def _header(names: list[str], expected: FileFormat) -> list[str]:
    known = expected.columns
    if unknown := [name for name in names if name not in known]:
        raise FileError(1, f"has unknown columns: {', '.join(unknown)[:300]}. Known are {', '.join(known)}.")
    if missing := [name for name in known if name not in names and not known[name].is_optional]:
        raise FileError(1, f"lacks the columns: {', '.join(missing)}.")
    if len(set(names)) != len(names):
        raise FileError(1, "names a column twice.")
    return names


def find(folder: Path, name: str) -> Path | None:
    """`name`.csv or `name`.csv.gz in the folder."""
    for suffix in (".csv", ".csv.gz"):
        if (path := folder / f"{name}{suffix}").is_file():
            return path
    return None
