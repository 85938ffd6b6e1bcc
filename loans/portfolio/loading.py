"""Take one file: stream it into a staging table, ask the database what is wrong, then write it by sets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from loans.portfolio import statements
from loans.portfolio.columns import FileFormat
from loans.portfolio.reading import FileError, Problems, Progress, Row, rows

TABLES = ("accounts_borrower", "loans_creditaccount", "loans_bill", "loans_payment", "loans_allocation")

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
    """A file to take. extra: the columns that `prepare` adds, with their SQL types."""

    path: Path
    format: FileFormat
    checks: Sequence[str]  # SELECT line, problem FROM stage …
    label: str  # the SQL that names a row in a message about duplicates
    prepare: Prepare = lambda row: row
    observe: Observe = lambda row: None
    extra: tuple[tuple[str, str], ...] = ()


class _Refused(Exception):
    """Rolls the file's transaction back."""


def take(source: Source, write: Callable[["Stage"], tuple[int, int]], *, progress: Progress) -> Taken:
    """The whole file or nothing of it. write: the statements that follow; returns how many rows it made and changed."""
    taken = Taken(source.path.name)
    try:
        with transaction.atomic():
            stage = Stage(source)
            taken.rows = stage.fill(taken.problems, progress)
            stage.check(taken.problems)
            if taken.problems.count:
                raise _Refused
            taken.created, taken.changed = write(stage)
            stage.drop()
    except FileError as error:
        taken.problems.add(error.line, str(error))
    except _Refused:
        pass
    return taken


class Stage:
    """The staging table of one file, gone with its transaction."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.columns = {**source.format.kept, **dict(source.extra)}
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.columns.items())
        self.execute(f"CREATE TEMPORARY TABLE stage (line int, {columns}) ON COMMIT DROP")

    def fill(self, problems: Problems, progress: Progress) -> int:
        """Stream the file's good rows in. Returns how many."""
        number = 0
        names = list(self.columns)
        copy = sql.SQL("COPY stage ({}) FROM STDIN").format(
            sql.SQL(", ").join(map(sql.Identifier, ["line", *names]))
        )
        with connection.cursor() as cursor, cursor.copy(copy) as target:
            for line, row in rows(self.source.path, self.source.format, problems, progress):
                try:
                    full = self.source.prepare(row)
                except ValueError as error:  # cells that do not go together
                    problems.add(line, str(error))
                    continue
                self.source.observe(full)
                target.write_row((line, *(full.get(name) for name in names)))
                number += 1
        self.execute("ANALYZE stage")
        return number

    def check(self, problems: Problems) -> None:
        key = ", ".join(self.source.format.key)
        duplicates = statements.DUPLICATES.format(key=key, label=self.source.label)
        for check in (duplicates, *self.source.checks):
            with connection.cursor() as cursor:
                cursor.execute(check)
                for line, problem in cursor:
                    problems.add(line, problem)

    def has(self, column: str) -> bool:
        return column in self.columns

    def execute(self, statement: str, **arguments: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, arguments or None)
            return cursor.fetchall() if cursor.description else []

    def upsert(self, statement: str, **arguments: Any) -> tuple[int, int]:
        """Rows that are new, and rows that were changed. The statement returns whether each is new."""
        [(created, changed)] = self.execute(statements.COUNT.format(upsert=statement), **arguments)
        return created, changed

    def drop(self) -> None:
        self.execute("DROP TABLE stage")


def copy_bills(bills: Iterable[Sequence[Any]]) -> int:
    """Write contract schedules: (account id, number, due on, amount, principal, interest, balance after)."""
    number = 0
    names = "account_id, number, due_on, amount, principal, interest, balance_after, paid"
    copy = sql.SQL("COPY loans_bill (" + names + ") FROM STDIN")
    with connection.cursor() as cursor, cursor.copy(copy) as target:
        for bill in bills:
            target.write_row((*bill, 0))
            number += 1
    return number


def refresh_statistics() -> None:
    """Autovacuum would do it within minutes, and until then the planner takes the new tables for empty ones."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")


def allocate(accounts: list[int], how: str, *, now: datetime) -> None:
    """Split the accounts' payments anew and sum their bills up."""
    if not accounts:
        return
    arguments: dict[str, Any] = {"accounts": accounts, "now": now}
    with connection.cursor() as cursor:
        # Rows by the hundred thousand have just come; planned as if the tables were empty, the split takes minutes.
        cursor.execute("ANALYZE loans_bill, loans_payment, loans_allocation")
        for statement in (statements.FORGET_ALLOCATIONS, how, statements.SUM_UP_BILLS):
            cursor.execute(statement, arguments)
