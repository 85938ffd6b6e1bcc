"""Write what is staged and checked, portion by portion; each is one transaction that also says how far it came."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from loans import signals
from loans.models import Bill, ImportRun
from loans.portfolio import statements
from loans.portfolio.reading import Progress
from loans.portfolio.staging import Taken, execute

# Accounts, or borrowers: some 100 MB of work in PostgreSQL, and what a kill makes it do again.
PORTION = 10_000

Schedules = Callable[[Iterable[tuple[Any, ...]]], Iterator[tuple[Any, ...]]]


class ImportBusy(RuntimeError):
    """Another import is running. The message says so."""


@dataclass(frozen=True)
class Kind:
    """How a set's accounts, bills and splits are written: names of `statements`, and what has no SQL."""

    accounts: str
    bills: str
    allocate: str
    follow: Sequence[str] = ()  # for accounts that the books had
    report: str = ""
    schedules: Schedules | None = None  # contracts → the bills of those for which the lender sent none


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """ImportBusy: another import has begun and not ended."""
    [(is_ours,)] = execute(statements.ONE_AT_A_TIME)
    if not is_ours:
        raise ImportBusy("Another import is running. Wait for its end and start this one again.")
    try:
        yield
    finally:
        execute(statements.LET_GO)


def begin(paths: Sequence[Path], *, now: datetime) -> ImportRun:
    """The run of just these files: the one that was killed, or a new one."""
    run = _run_of(paths, now)
    if run.finished_at:
        run.started_at, run.finished_at, run.borrowers_to, run.accounts_to = now, None, 0, 0
    run.refused_lines, run.problems = 0, ""
    run.save()
    return run


def refuse(paths: Sequence[Path], taken: Taken, *, now: datetime) -> None:
    """Leave word for staff of a file with wrong lines, by whom and whenever it was handed in."""
    run = _run_of(paths, now)
    run.started_at, run.refused_lines = now, taken.problems.count
    run.problems = "\n".join(f"{taken.name}:{line}: {problem}" for line, problem in taken.problems.lines)
    run.save()


def _run_of(paths: Sequence[Path], now: datetime) -> ImportRun:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    run, _ = ImportRun.objects.get_or_create(
        digest=digest.hexdigest(), defaults={"folder": str(paths[0].parent)[-300:], "started_at": now}
    )
    return run


@dataclass
class Writing:
    """What is staged, on its way into the books."""

    run: ImportRun
    kind: Kind
    now: datetime
    progress: Progress
    portion: int = PORTION

    def all(self, borrowers: Taken, accounts: Taken, bills: Taken, payments: Taken) -> None:
        """Write on from where the run stands, to its end."""
        execute(statements.PORTION_TABLES)
        execute(statements.PLACES)
        for low, high in self._portions(borrowers.name, statements.LAST_BORROWER, self.run.borrowers_to):
            with self._step(borrowers_to=high):
                _add(borrowers, self._upsert(statements.BORROWERS, low, high))
        for low, high in self._portions(accounts.name, statements.LAST_PLACE, self.run.accounts_to):
            with self._step(accounts_to=high):
                self._accounts(low, high, accounts, bills, payments)
        self.run.finished_at = self.now
        self.run.save()
        execute(statements.LOOK_AT_BOOKS)

    def _portions(self, name: str, last_one: str, done: int) -> Iterator[tuple[int, int]]:
        """Ranges (from, to] behind what is done. The books' statistics are renewed whenever these have doubled."""
        [(last,)] = execute(last_one)
        look_at = 1
        for number, low in enumerate(range(done, last, self.portion)):
            high = min(low + self.portion, last)
            yield low, high
            self.progress(f"writes {name}", high / last)
            if number + 1 == look_at:
                execute(statements.LOOK_AT_BOOKS)
                look_at *= 2

    @contextmanager
    def _step(self, **position: int) -> Iterator[None]:
        with transaction.atomic():
            execute(statements.ROOM_TO_SORT)
            yield
            ImportRun.objects.filter(pk=self.run.pk).update(**position)

    def _upsert(self, statement: str, low: int, high: int) -> tuple[int, int]:
        """Rows that are new, and rows that were changed. The statement returns whether each is new."""
        rows = execute(statement, low=low, high=high, now=self.now)
        created = sum(is_new for (is_new,) in rows)
        return created, len(rows) - created

    def _accounts(self, low: int, high: int, accounts: Taken, bills: Taken, payments: Taken) -> None:
        execute(statements.CLEAR_PORTION)
        known = [key for (key,) in execute(statements.KNOWN_ACCOUNTS, low=low, high=high)]
        _add(accounts, self._upsert(self.kind.accounts, low, high))
        execute(statements.PORTION, low=low, high=high)
        _run(self.kind.bills, known=known)
        if self.kind.schedules:
            loans = execute(statements.LOANS_WITHOUT_BILLS, known=known)
            _copy_bills(self.kind.schedules(loans))
        _run(statements.PAYMENTS, known=known)
        execute(statements.LOOK_AT_PORTION)
        anew = [key for (key,) in execute(statements.SPLIT_ANEW, known=known)] if known else []
        _run(self.kind.allocate, anew=anew)
        _add(bills, (_run(statements.WRITE_BILLS, now=self.now), 0))
        _add(payments, (_run(statements.WRITE_PAYMENTS, now=self.now), 0))
        if anew:
            _run(statements.FORGET_ALLOCATIONS, anew=anew)
        _run(statements.WRITE_ALLOCATIONS)
        if known:
            self._follow(known, anew)

    def _follow(self, known: list[int], anew: list[int]) -> None:
        """Bring bills that the books had up to date, and tell whoever planned a reminder of one that is closed now."""
        closed: set[int] = set()
        for statement in (statements.SUM_UP_BILLS, *self.kind.follow):
            rows = execute(statement, known=known, anew=anew, now=self.now)
            closed.update(account for account, is_closed in rows if is_closed)
        if self.kind.report:
            _run(self.kind.report, known=known, now=self.now)
        if closed:
            people = [key for (key,) in execute(statements.PEOPLE_OF, accounts=sorted(closed))]
            signals.bills_changed.send(sender=Bill, borrowers=people, now=self.now)


def _run(statement: str, **arguments: Any) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments or None)
        return int(cursor.rowcount)


def _add(taken: Taken, counts: tuple[int, int]) -> None:
    taken.created += counts[0]
    taken.changed += counts[1]


def _copy_bills(bills: Iterable[Sequence[Any]]) -> None:
    """Contract schedules: (account id, number, due on, amount, principal, interest, balance after)."""
    names = "account_id, number, due_on, amount, principal, interest, balance_after"
    copy = sql.SQL("COPY new_bill (" + names + ") FROM STDIN")
    with connection.cursor() as cursor, cursor.copy(copy) as target:
        for bill in bills:
            target.write_row(bill)
