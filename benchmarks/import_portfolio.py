"""Rows a second of an import, against a raw COPY: `python benchmarks/import_portfolio.py [DIR] [--json]`.

DIR holds portfolios in folders (default: those of the tests). Works in a database of its own. The raw COPY in the
same run is of the very rows that the import wrote, into tables with the same columns, constraints and indexes:
the pace at which PostgreSQL could take them if nothing had to be read, checked, joined or split.
"""

import argparse
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.private import database, own_cpu, peak_memory

PORTFOLIOS = Path(__file__).resolve().parent.parent / "tests" / "data" / "portfolio"


def main(folder: Path) -> dict[str, Any]:
    sets = [one for one in sorted(folder.iterdir()) if one.is_dir() and list(one.glob("*.csv*"))]
    return {one.name: measure(one) for one in sets}


def measure(folder: Path) -> dict[str, Any]:
    first, repeat = run(folder), run(folder)
    rows, seconds = raw_copy()
    return {
        "first": first,
        "repeat": repeat,
        "raw_copy": {"rows": rows, "seconds": round(seconds, 2), "rows_per_second": round(rows / seconds)},
        "written_rows_per_second": round(rows / first["seconds"]),
        "share_of_raw_copy": round(seconds / first["seconds"], 2),
        "peak_memory_mb": peak_memory(),
    }


def run(folder: Path) -> dict[str, Any]:
    from django.utils import timezone

    from loans.portfolio.sets import Import

    task = Import(folder, timezone.now(), progress=lambda name, share: None)
    used, started = own_cpu(), time.monotonic()
    task.run()
    seconds, used = time.monotonic() - started, own_cpu() - used
    assert not any(taken.problems.count for taken in task.taken), task.taken
    rows = sum(taken.rows for taken in task.taken)
    return {
        "rows_read": rows,
        "rows_per_second": round(rows / seconds),
        "seconds": round(seconds, 2),
        "own_cpu_seconds": round(used, 2),
    }


def raw_copy() -> tuple[int, float]:
    """Take all rows out, empty the tables, and COPY the rows in again. Returns the rows and the seconds."""
    from django.db import connection

    from loans.portfolio.loading import TABLES

    rows, seconds = 0, 0.0
    with connection.cursor() as cursor:
        contents = {}
        for table in TABLES:
            with cursor.copy(f"COPY {table} TO STDOUT") as source:
                contents[table] = b"".join(source)
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        started = time.monotonic()
        for table, content in contents.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as target:
                for chunk in iter(io.BytesIO(content).read1, b""):
                    target.write(chunk)
            rows += cursor.rowcount
        seconds = time.monotonic() - started
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    return rows, seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rows a second of an import, against a raw COPY.")
    parser.add_argument("folder", type=Path, nargs="?", default=PORTFOLIOS)
    parser.add_argument("--json", action="store_true", help="on one line")
    chosen = parser.parse_args()
    with database():
        print(json.dumps(main(chosen.folder), indent=None if chosen.json else 2))
