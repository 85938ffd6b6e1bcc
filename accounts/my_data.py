"""Everything that belongs to a borrower, in one registry: what they take away, and what nobody forgets to give them.

Each app adds its sections when it is ready (`<app>/my_data_sections.py`). tests/portal/test_my_data.py fails for a kind
of row that belongs to a borrower and is in no section.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from accounts import tables
from accounts.models import Borrower

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """One table of the archive: the rows of one model."""

    name: str  # of the CSV file, and of the list in the JSON file
    rows: Callable[[Borrower], QuerySet[Any]]
    fields: tuple[str, ...]  # as .values() takes them
    tell: Callable[[Row], Row] = dict  # more of a row than its fields say, in the language that is spoken
    more: tuple[str, ...] = ()  # the fields that `tell` adds


SECTIONS: dict[str, Section] = {}


def add(*sections: Section) -> None:
    for section in sections:
        SECTIONS[section.name] = section


def archive(borrower: Borrower, *, now: datetime) -> bytes:
    """A ZIP file: my-data.json with all of it, and a CSV for each section. Times in UTC, ISO 8601."""
    file = io.BytesIO()
    told: dict[str, Any] = {"made_at": now}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for section in SECTIONS.values():
            told[section.name] = rows = list(_rows(section, borrower))
            text = tables.as_csv((*section.fields, *section.more), map(_flat, rows))
            packed.writestr(f"{section.name}.csv", text)
        packed.writestr("my-data.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
    return file.getvalue()


def _rows(section: Section, borrower: Borrower) -> Iterator[Row]:
    rows = section.rows(borrower).order_by("pk").values(*section.fields)
    yield from map(section.tell, rows.iterator(chunk_size=1000))


def _flat(row: Row) -> Row:
    """What is a list or a mapping in JSON stands as JSON in its cell; a time stands as in the JSON file."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return value.isoformat() if isinstance(value, datetime) else value
