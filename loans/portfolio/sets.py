"""The two kinds of portfolio: which files make one, in which order, and what follows from each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts import places
from loans import signals
from loans.cards import minimum_due
from loans.currency import unit
from loans.portfolio import columns, loading, statements
from loans.portfolio.loading import Source, Stage, Taken
from loans.portfolio.reading import Progress, Row, find
from loans.portfolio.totals import CardTotals, LoanTotals
from loans.schedule import MonthlyLoan, contract_schedule

# Where the lender's file says nothing: the statement is of the month's last day and due 15 days later, a payment
# of which only the month is known came on the 15th, and the least payment is a tenth of the balance.
CARD_DUE_AFTER = timedelta(days=15)
PAYMENT_DAY = 15
MINIMUM_SHARE = Decimal("0.10")
MINIMUM_FLOOR = {"TWD": Decimal(1000)}
USUAL_FLOOR = Decimal(25)

Shift = Callable[[str, date], date]  # an account's reference and a day → the day to book


def as_written(reference: str, day: date) -> date:
    return day


@dataclass
class Import:
    """One folder's import. shift: for the demo, whose days are moved to around today."""

    folder: Path
    now: datetime
    progress: Progress
    shift: Shift = as_written
    taken: list[Taken] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Take every file in order, up to the first that is refused. Returns the summary.

        FileNotFoundError: the folder holds no portfolio; says what it should hold.
        """
        totals: LoanTotals | CardTotals
        if find(self.folder, "loans"):
            totals = LoanTotals()
            steps = _loan_files(self, totals)
        elif find(self.folder, "accounts"):
            totals = CardTotals()
            steps = _card_files(self, totals)
        else:
            raise FileNotFoundError(
                f"{self.folder} holds neither loans.csv nor accounts.csv (or .csv.gz). Name a portfolio's folder."
            )
        for source, write in steps:
            taken = loading.take(source, write, progress=self.progress)
            self.taken.append(taken)
            if taken.problems.count:
                break
        else:
            loading.refresh_statistics()
            with transaction.atomic():
                signals.bills_changed.send(sender=Import, now=self.now)
        return totals.summary()

    def path(self, name: str) -> Path:
        path = find(self.folder, name)
        if path is None:
            raise FileNotFoundError(f"{self.folder} lacks {name}.csv (or {name}.csv.gz).")
        return path


Step = tuple[Source, Callable[[Stage], tuple[int, int]]]


def _borrowers(task: Import, observe: Callable[[Row], None]) -> Step:
    def prepare(row: Row) -> Row:
        zone = places.time_zone(row["country"], row["region"])
        return {**row, "time_zone": zone, "language": places.language(row["country"])}

    source = Source(
        task.path("borrowers"),
        columns.BORROWERS,
        checks=(),
        label="borrower_id",
        prepare=prepare,
        observe=observe,
        extra=(("time_zone", "text"), ("language", "text")),
    )
    return source, lambda stage: stage.upsert(statements.BORROWERS, now=task.now)


def _payments(task: Import, source: Source, account: str, how: str) -> Step:
    def write(stage: Stage) -> tuple[int, int]:
        new = stage.execute(statements.PAYMENTS.format(account=account), booked=task.now)
        loading.allocate([key for key, _ in new], how, now=task.now)
        stage.execute(statements.CLOSE_BILLS_OF_ENDED_ACCOUNTS, now=task.now)
        return sum(count for _, count in new), 0

    return source, write


def _account_checks(account: str) -> tuple[str, str]:
    return statements.NO_ACCOUNT.format(account=account), statements.OTHER_CURRENCY.format(account=account)


def _loan_files(task: Import, totals: LoanTotals) -> Iterator[Step]:
    def moved(column: str) -> Callable[[Row], Row]:
        return lambda row: {**row, column: task.shift(row["loan_id"], row[column])}

    def write_schedules(stage: Stage) -> tuple[int, int]:
        given, _ = stage.upsert(statements.INSTALMENTS)
        loans = stage.execute(
            statements.LOANS_WITHOUT_BILLS
        )  # all of them first: a COPY takes the connection
        derived = loading.copy_bills(_derived_bills(loans))
        stage.execute(statements.CLOSE_BILLS_OF_ENDED_ACCOUNTS, now=task.now)
        return given + derived, 0

    yield _borrowers(task, totals.borrower)
    yield (
        Source(
            task.path("loans"),
            columns.LOANS,
            checks=(statements.NO_BORROWER,),
            label="loan_id",
            prepare=moved("disbursed_on"),
            observe=totals.loan,
        ),
        lambda stage: stage.upsert(statements.LOANS, now=task.now),
    )
    checks = _account_checks("loan_id")
    instalments = task.path("instalments")
    yield (
        Source(
            instalments,
            columns.INSTALMENTS,
            checks=checks,
            label="loan_id || ' instalment ' || n",
            prepare=moved("due_date"),
        ),
        write_schedules,
    )
    source = Source(
        task.path("payments"),
        columns.LOAN_PAYMENTS,
        checks=(*checks, statements.TAKEN_PAYMENT.format(account="loan_id")),
        label="payment_id",
        prepare=lambda row: {**row, "received_on": task.shift(row["loan_id"], row["date"])},
        extra=(("received_on", "date"),),
    )
    yield _payments(task, source, "loan_id", statements.ALLOCATE_TO_INSTALMENTS)


def _derived_bills(loans: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The contract schedule of every loan for which the lender sent none."""
    for key, principal, rate, count, instalment, opened_on, currency in loans:
        loan = MonthlyLoan(principal, rate, count, instalment, opened_on, unit(currency))
        for row in contract_schedule(loan):
            yield key, row.number, row.due_on, row.total, row.principal, row.interest, row.balance


def _card_files(task: Import, totals: CardTotals) -> Iterator[Step]:
    currencies: dict[str, str] = {}

    def account(row: Row) -> None:
        currencies[row["account_id"]] = row["currency"]
        totals.account(row)

    def statement(row: Row) -> Row:
        reference, closing = row["account_id"], row["month"]
        due = row.get("due_date") or closing + CARD_DUE_AFTER
        least = row.get("minimum_due")
        if least is None:
            currency = currencies.get(reference, "USD")
            floor = MINIMUM_FLOOR.get(currency, USUAL_FLOOR)
            least = minimum_due(row["bill_amount"], share=MINIMUM_SHARE, floor=floor, unit=unit(currency))
        return {
            **row,
            "statement_month": closing,
            "issued_on": task.shift(reference, closing),
            "due_date": task.shift(reference, due),
            "minimum_due": least,
        }

    def write_statements(stage: Stage) -> tuple[int, int]:
        done = stage.upsert(statements.STATEMENTS, now=task.now)
        stage.execute(statements.REPLACED_STATEMENTS, now=task.now)
        stage.execute(statements.REPORT_OF_LAST_STATEMENT, now=task.now)
        [(totals.over_limit,)] = stage.execute(statements.OVER_LIMIT)
        return done

    def payment(row: Row) -> Row:
        day = row.get("date") or row["month"].replace(day=PAYMENT_DAY)
        return {**row, "paid_month": row["month"], "received_on": task.shift(row["account_id"], day)}

    yield _borrowers(task, lambda row: None)
    yield (
        Source(
            task.path("accounts"),
            columns.CARD_ACCOUNTS,
            checks=(statements.NO_BORROWER,),
            label="account_id",
            observe=account,
        ),
        lambda stage: stage.upsert(statements.CARDS),
    )
    yield (
        Source(
            task.path("statements"),
            columns.STATEMENTS,
            checks=_account_checks("account_id"),
            label="account_id || ' ' || to_char(month, 'YYYY-MM')",
            prepare=statement,
            observe=totals.statement,
            extra=(("issued_on", "date"),),
        ),
        write_statements,
    )
    source = Source(
        task.path("payments"),
        columns.CARD_PAYMENTS,
        checks=(*_account_checks("account_id"), statements.TAKEN_PAYMENT.format(account="account_id")),
        label="payment_id",
        prepare=payment,
        observe=totals.payment,
        extra=(("received_on", "date"),),
    )
    yield _payments(task, source, "account_id", statements.ALLOCATE_TO_STATEMENTS)
