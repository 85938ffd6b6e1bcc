"""Take one file into a staging table of this session and find out, by line, what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from loans.portfolio import statements
from loans.portfolio.columns import FileFormat
from loans.portfolio.reading import FileError, Problems, Progress, Row, rows

Prepare = Callable[[Row], Row]  # adds derived columns to a good row
Observe = Callable[[Row], None]  # counts a row for the summary


@dataclass
class Taken:
    """What became of one file."""

    name: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    problems: Problems = field(default_factory=Problems)


@dataclass(frozen=True)
class Source:
    """A file to take, into the table `stage_<table>`.

    account: the file's column that names the account; it is `account` in the table. extra: the columns that `prepare`
    adds, with their SQL types. indexes: how the portions look rows up.
    """

    path: Path
    format: FileFormat
    table: str
    label: str  # the SQL that names a row in a message about duplicates
    checks: Sequence[str] = ()  # SELECT line, problem FROM stage_… …
    indexes: Sequence[str] = ()  # their columns
    account: str = ""
    prepare: Prepare = lambda row: row
    observe: Observe = lambda row: None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> Mapping[str, str]:
        """What is kept of a row: the name in the file → the SQL type."""
        return {**self.format.kept, **dict(self.extra)}

    def staged(self, name: str) -> str:
        return "account" if name == self.account else name


def take(source: Source, *, progress: Progress) -> Taken:
    """Stage the whole file, and check it against what is staged and in the books. Nothing is written to these."""
    taken = Taken(source.path.name)
    try:
        with transaction.atomic():
            _create(source)
            taken.rows = _fill(source, taken.problems, progress)
            _prepare_to_look_up(source)
            _check(source, taken.problems)
    except FileError as error:
        taken.problems.add(error.line, str(error))
    return taken


def execute(statement: str, **arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments or None)
        return cursor.fetchall() if cursor.description else []


def _create(source: Source) -> None:
    columns = ", ".join(f'"{source.staged(name)}" {kind}' for name, kind in source.columns.items())
    execute(f"DROP TABLE IF EXISTS stage_{source.table}")
    execute(f"CREATE TEMPORARY TABLE stage_{source.table} (line int, {columns})")


def _fill(source: Source, problems: Problems, progress: Progress) -> int:
    """Stream the file's good rows in. Returns how many."""
    number = 0
    names = list(source.columns)
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(f"stage_{source.table}"),
        sql.SQL(", ").join(map(sql.Identifier, ["line", *map(source.staged, names)])),
    )
    with connection.cursor() as cursor, cursor.copy(copy) as target:
        for line, row in rows(source.path, source.format, problems, progress):
            try:
                full = source.prepare(row)
            except ValueError as error:  # cells that do not go together
                problems.add(line, str(error))
                continue
            source.observe(full)
            target.write_row((line, *map(full.get, names)))
            number += 1
    return number


def _prepare_to_look_up(source: Source) -> None:
    execute(statements.ROOM_TO_SORT)
    for columns in source.indexes:
        execute(f"CREATE INDEX ON stage_{source.table} ({columns})")
    execute(f"ANALYZE stage_{source.table}")


def _check(source: Source, problems: Problems) -> None:
    key = ", ".join(map(source.staged, source.format.key))
    duplicates = statements.DUPLICATES.format(table=source.table, key=key, label=source.label)
    for check in (duplicates, *source.checks):
        with connection.cursor() as cursor:
            cursor.execute(check)
            for line, problem in cursor:
                problems.add(line, problem)
