"""Tables that a person takes away, as CSV that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def as_csv(fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """One line of names, and one for each row. RFC 4180; the mark before them tells spreadsheets that it is UTF-8."""
    target = io.StringIO("\ufeff")
    target.seek(0, io.SEEK_END)
    writer = csv.DictWriter(target, fields)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
    return target.getvalue()


def cell(value: Any) -> str:
    """A text that a spreadsheet would take for a formula is kept one, by an apostrophe before it. An amount is none."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return "" if value is None else str(value)
