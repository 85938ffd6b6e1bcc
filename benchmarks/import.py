"""Rows a second of an import, against a raw COPY: `python benchmarks/import.py [--accounts 15000] [--json]`.

Makes portfolios of cards and of loans with so many accounts, 12 bills each, imports them, and COPYs the very rows that
the import wrote into the same tables, with their constraints and indexes: the pace at which PostgreSQL could take them
if nothing had to be read, checked, joined or split. The two take turns. Works in a database of its own.

Before, a tenth of the accounts goes through the same import: memory is flat if the whole takes no more of it.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database, own_cpu, peak_memory

TABLES = ("accounts_borrower", "loans_creditaccount", "loans_bill", "loans_payment", "loans_allocation")
BILLS = 12
CHUNK = 1 << 20  # bytes


def main(accounts: int, kinds: list[str], rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {
            "accounts": accounts,
            "bills_each": BILLS,
            "rounds": rounds,
            **{kind: measure(kind, accounts, rounds, Path(folder)) for kind in kinds},
        }


def measure(kind: str, accounts: int, rounds: int, place: Path) -> dict[str, Any]:
    make = {"cards": make_cards, "loans": make_loans}[kind]
    small, whole, copies = place / f"{kind}-tenth", place / kind, place / f"{kind}-copies"
    for folder in (small, whole, copies):
        folder.mkdir()
    make(small, accounts // 10)
    make(whole, accounts)
    run(small)
    memory_of_tenth = peak_memory()
    empty()
    turns = []
    for _ in range(rounds):
        first, again = run(whole), run(whole)
        memory = peak_memory()
        rows, seconds = raw_copy(copies)
        turns.append((first, again, seconds))
    first_seconds = statistics.median(first["seconds"] for first, _, _ in turns)
    copy_seconds = statistics.median(seconds for _, _, seconds in turns)
    return {
        "rows_read": turns[0][0]["rows_read"],
        "rows_written": rows,
        "first_seconds": round(first_seconds, 2),
        "again_seconds": round(statistics.median(again["seconds"] for _, again, _ in turns), 2),
        "own_cpu_seconds": round(statistics.median(first["own_cpu"] for first, _, _ in turns), 2),
        "raw_copy_seconds": round(copy_seconds, 2),
        "written_rows_per_second": round(rows / first_seconds),
        "raw_copy_rows_per_second": round(rows / copy_seconds),
        "share_of_raw_copy": round(
            statistics.median(seconds / first["seconds"] for first, _, seconds in turns), 2
        ),
        "peak_memory_mb": memory,
        "peak_memory_mb_of_a_tenth": memory_of_tenth,
    }


def run(folder: Path) -> dict[str, Any]:
    from django.utils import timezone

    from loans.portfolio.sets import Import

    task = Import(folder, timezone.now(), progress=show)
    used, started = own_cpu(), time.monotonic()
    task.run()
    seconds, used = time.monotonic() - started, own_cpu() - used
    assert not any(taken.problems.count for taken in task.taken), task.taken
    return {"rows_read": sum(taken.rows for taken in task.taken), "seconds": seconds, "own_cpu": used}


def show(name: str, share: float) -> None:
    """On the error stream, so that a run of an hour is seen to go on."""
    if sys.stderr.isatty() or share == 1:
        print(f"\r{name} {share:4.0%}", end="\n" if share == 1 else "", file=sys.stderr, flush=True)


def raw_copy(folder: Path) -> tuple[int, float]:
    """Take all rows out into files, empty the tables, and COPY the rows in again. Returns the rows and the seconds."""
    from django.db import connection

    rows, seconds = 0, 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT") as source:
                for block in source:
                    file.write(block)
        empty()
        started = time.monotonic()
        for table in TABLES:
            with (folder / table).open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as target:
                while block := file.read(CHUNK):
                    target.write(block)
            rows += cursor.rowcount
        seconds = time.monotonic() - started
    empty()
    return rows, seconds


def empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def make_cards(folder: Path, accounts: int) -> None:
    """A year of statements of each card; of four in five statements a payment, some of them too small."""
    chance = random.Random(5)
    with (
        (folder / "borrowers.csv").open("w") as borrowers,
        (folder / "accounts.csv").open("w") as cards,
        (folder / "statements.csv").open("w") as statements,
        (folder / "payments.csv").open("w") as payments,
    ):
        borrowers.write("borrower_id,name,country,region\n")
        cards.write("account_id,borrower_id,product,currency,credit_limit\n")
        statements.write("account_id,month,bill_amount,months_past_due\n")
        payments.write("payment_id,account_id,month,amount,currency,basis\n")
        for n in range(accounts):
            borrowers.write(f"B{n:07d},Cardholder {n:07d},TW,\n")
            cards.write(f"C{n:07d},B{n:07d},credit_card,TWD,90000.00\n")
            for month in range(1, BILLS + 1):
                statements.write(
                    f"C{n:07d},2025-{month:02d},{chance.randrange(0, 80_000)}.00,{chance.randrange(3)}\n"
                )
                if chance.random() < 0.8:
                    amount = chance.randrange(500, 9_000)
                    payments.write(f"P{n:07d}-{month},C{n:07d},2025-{month:02d},{amount}.00,TWD,reported\n")


def make_loans(folder: Path, accounts: int) -> None:
    """Loans over a year with the schedule in the file, paid for three months."""
    chance = random.Random(5)
    with (
        (folder / "borrowers.csv").open("w") as borrowers,
        (folder / "loans.csv").open("w") as loans,
        (folder / "instalments.csv").open("w") as instalments,
        (folder / "payments.csv").open("w") as payments,
    ):
        borrowers.write("borrower_id,name,country,region\n")
        loans.write(
            "loan_id,borrower_id,product,currency,principal,annual_rate_pct,instalments,period,instalment_amount,"
            "disbursed_on,purpose,status,days_past_due_band,reported_balance\n"
        )
        instalments.write("loan_id,n,due_date,total,principal,interest,balance\n")
        payments.write("payment_id,loan_id,date,amount,currency,basis\n")
        for n in range(accounts):
            each = chance.randrange(100, 900)
            borrowers.write(f"B{n:07d},Borrower {n:07d},US,NY\n")
            loans.write(
                f"L{n:07d},B{n:07d},instalment_loan,USD,{each * BILLS}.00,12.00,{BILLS},month,{each + 10}.00,"
                f"2025-01-15,car,Current,0,{each * (BILLS - 3)}.00\n"
            )
            for month in range(1, BILLS + 1):
                due = date(2025 + month // 12, month % 12 + 1, 15)
                instalments.write(
                    f"L{n:07d},{month},{due},{each + 10}.00,{each}.00,10.00,{each * (BILLS - month)}.00\n"
                )
                if month <= 3:
                    payments.write(f"Q{n:07d}-{month},L{n:07d},{due},{each + 10}.00,USD,reported\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rows a second of an import, against a raw COPY.")
    parser.add_argument("--accounts", type=int, default=15_000)
    parser.add_argument("--kind", choices=("cards", "loans"), help="one of them; left out: both")
    parser.add_argument("--rounds", type=int, default=3, help="turns of import and COPY; the median counts")
    parser.add_argument("--json", action="store_true", help="on one line")
    chosen = parser.parse_args()
    with database():
        found = main(chosen.accounts, [chosen.kind] if chosen.kind else ["cards", "loans"], chosen.rounds)
        print(json.dumps(found, indent=None if chosen.json else 2))
