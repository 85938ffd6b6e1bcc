"""The two kinds of portfolio: which files make one, in which order, and what follows from each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from accounts import places
from loans.cards import MinimumRule
from loans.currency import unit
from loans.portfolio import columns, loading, staging, statements
from loans.portfolio.loading import Kind, Writing
from loans.portfolio.reading import Progress, Row, find
from loans.portfolio.staging import Source, Taken, execute
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
ACCOUNT_LOOK_UPS = ("account",)


def as_written(reference: str, day: date) -> date:
    return day


@cache
def minimum_rule(currency: str) -> MinimumRule:
    """The least payment of a statement whose file says none."""
    floor = MINIMUM_FLOOR.get(currency, USUAL_FLOOR)
    return MinimumRule(share=MINIMUM_SHARE, floor=floor, unit=unit(currency))


@dataclass
class Import:
    """One folder's import. shift: for the demo, whose days are moved to around today. portion: accounts."""

    folder: Path
    now: datetime
    progress: Progress
    shift: Shift = as_written
    portion: int = loading.PORTION
    taken: list[Taken] = field(default_factory=list)
    went_on_after: int = 0  # accounts that an earlier run of these files, which was killed, has written

    def run(self) -> dict[str, Any]:
        """Stage and check every file in order, up to the first that is refused; if none is, write. Returns the summary.

        FileNotFoundError: the folder holds no portfolio; says what it should hold. ImportBusy: another import runs.
        """
        totals: LoanTotals | CardTotals
        if find(self.folder, "loans"):
            totals = LoanTotals()
            sources, kind = _loan_files(self, totals), LOANS
        elif find(self.folder, "accounts"):
            totals = CardTotals()
            sources, kind = _card_files(self, totals), CARDS
        else:
            raise FileNotFoundError(
                f"{self.folder} holds neither loans.csv nor accounts.csv (or .csv.gz). Name a portfolio's folder."
            )
        with loading.one_at_a_time():
            if not self._stage(sources):
                loading.refuse([source.path for source in sources], self.taken[-1], now=self.now)
            else:
                self._write(sources, kind)
                if isinstance(totals, CardTotals):
                    [(totals.over_limit,)] = execute(statements.OVER_LIMIT)
        return totals.summary()

    def _stage(self, sources: list[Source]) -> bool:
        """Whether all are good."""
        for source in sources:
            self.taken.append(staging.take(source, progress=self.progress))
            if self.taken[-1].problems.count:
                return False
        return True

    def _write(self, sources: list[Source], kind: Kind) -> None:
        run = loading.begin([source.path for source in sources], now=self.now)
        self.went_on_after = run.accounts_to
        Writing(run, kind, self.now, self.progress, self.portion).all(*self.taken)

    def path(self, name: str) -> Path:
        path = find(self.folder, name)
        if path is None:
            raise FileNotFoundError(f"{self.folder} lacks {name}.csv (or {name}.csv.gz).")
        return path


def _borrowers(task: Import, observe: Callable[[Row], None]) -> Source:
    def prepare(row: Row) -> Row:
        zone = places.time_zone(row["country"], row["region"])
        return {**row, "time_zone": zone, "language": places.language(row["country"])}

    return Source(
        task.path("borrowers"),
        columns.BORROWERS,
        "borrowers",
        label="borrower_id",
        indexes=("line", "borrower_id"),
        prepare=prepare,
        observe=observe,
        extra=(("time_zone", "text"), ("language", "text")),
    )


def _accounts(task: Import, name: str, form: columns.FileFormat, **how: Any) -> Source:
    checks = (statements.NO_BORROWER, statements.ANOTHER_ACCOUNT)
    return Source(
        task.path(name), form, "accounts", label="account", checks=checks, indexes=("line", "account"), **how
    )


def _account_checks(table: str) -> tuple[str, str]:
    return statements.NO_ACCOUNT.format(table=table), statements.OTHER_CURRENCY.format(table=table)


def _payments(task: Import, form: columns.FileFormat, **how: Any) -> Source:
    return Source(
        task.path("payments"),
        form,
        "payments",
        label="payment_id",
        checks=(*_account_checks("payments"), statements.TAKEN_PAYMENT),
        indexes=ACCOUNT_LOOK_UPS,
        extra=(("received_on", "date"),),
        **how,
    )


def _loan_files(task: Import, totals: LoanTotals) -> list[Source]:
    def moved(column: str, to: str = "") -> Callable[[Row], Row]:
        return lambda row: {**row, to or column: task.shift(row["loan_id"], row[column])}

    return [
        _borrowers(task, totals.borrower),
        _accounts(
            task,
            "loans",
            columns.LOANS,
            account="loan_id",
            prepare=moved("disbursed_on"),
            observe=totals.loan,
        ),
        Source(
            task.path("instalments"),
            columns.INSTALMENTS,
            "bills",
            label="account || ' instalment ' || n",
            checks=_account_checks("bills"),
            indexes=("account, n",),
            account="loan_id",
            prepare=moved("due_date"),
        ),
        _payments(task, columns.LOAN_PAYMENTS, account="loan_id", prepare=moved("date", "received_on")),
    ]


def _derived_bills(loans: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The contract schedule of every loan for which the lender sent none."""
    for key, principal, rate, count, instalment, opened_on, currency in loans:
        loan = MonthlyLoan(principal, rate, count, instalment, opened_on, unit(currency))
        for row in contract_schedule(loan):
            yield key, row.number, row.due_on, row.total, row.principal, row.interest, row.balance


def _card_files(task: Import, totals: CardTotals) -> list[Source]:
    usual: list[str] = []  # the first account's currency
    others: dict[str, str] = {}  # accounts in another one: of a portfolio in one currency, none are kept

    def account(row: Row) -> None:
        if not usual:
            usual.append(row["currency"])
        if row["currency"] != usual[0]:
            others[row["account_id"]] = row["currency"]
        totals.account(row)

    def statement(row: Row) -> Row:
        reference, closing = row["account_id"], row["month"]
        due = row.get("due_date") or closing + CARD_DUE_AFTER
        least = row.get("minimum_due")
        if least is None:
            currency = others.get(reference) or (usual[0] if usual else "USD")
            least = minimum_rule(currency).demand(row["bill_amount"])
        return {
            **row,
            "statement_month": closing,
            "issued_on": task.shift(reference, closing),
            "due_date": task.shift(reference, due),
            "minimum_due": least,
        }

    def payment(row: Row) -> Row:
        day = row.get("date") or row["month"].replace(day=PAYMENT_DAY)
        return {**row, "paid_month": row["month"], "received_on": task.shift(row["account_id"], day)}

    return [
        _borrowers(task, lambda row: None),
        _accounts(task, "accounts", columns.CARD_ACCOUNTS, account="account_id", observe=account),
        Source(
            task.path("statements"),
            columns.STATEMENTS,
            "bills",
            label="account || ' ' || to_char(month, 'YYYY-MM')",
            checks=_account_checks("bills"),
            indexes=("account, month",),
            account="account_id",
            prepare=statement,
            observe=totals.statement,
            extra=(("issued_on", "date"),),
        ),
        _payments(task, columns.CARD_PAYMENTS, account="account_id", prepare=payment, observe=totals.payment),
    ]


LOANS = Kind(
    accounts=statements.LOANS,
    bills=statements.INSTALMENTS,
    allocate=statements.TO_SPLIT + statements.ALLOCATE_TO_INSTALMENTS,
    follow=(statements.CLOSE_BILLS_OF_ENDED_ACCOUNTS,),
    schedules=_derived_bills,
)
CARDS = Kind(
    accounts=statements.CARDS,
    bills=statements.CARD_STATEMENTS,
    allocate=statements.TO_SPLIT + statements.ALLOCATE_TO_STATEMENTS,
    follow=(statements.CLOSE_REPLACED_STATEMENTS, statements.CLOSE_BILLS_OF_ENDED_ACCOUNTS),
    report=statements.REPORT_OF_LAST_STATEMENT,
)
