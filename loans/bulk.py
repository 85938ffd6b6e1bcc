"""Hand in a table of borrowers, accounts, bills, payments or reversals: first see what would change, then do just that.

Both are one function in one transaction. What it would do is what it did, read back, and rolled back. A file with a
refused line changes nothing. The rows go the way of the API's (loans.api.upserts), so checks and consequences are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.models import ContactPoint, User
from loans.api.schemas import Became, Result, RowIn
from loans.api.unread import Unread
from loans.sheet_kinds import ADDED, Kind
from loans.sheets import Sheet

Key = tuple[str, ...]
Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    field: str  # for people
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """What became of one line, or would."""

    number: int
    label: str
    became: Became
    why: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Outcome:
    lines: tuple[Line, ...]

    def count(self, became: Became) -> int:
        return sum(line.became == became for line in self.lines)

    @property
    def is_refused(self) -> bool:
        return any(line.became == "refused" for line in self.lines)

    @property
    def digest(self) -> str:
        """Of what is shown: what is done later must have the same."""
        return sha256(repr(self.lines).encode()).hexdigest()


def check_columns(sheet: Sheet, kind: Kind) -> None:
    """ValueError: a column is unknown, there twice, or missing."""
    known = list(kind.row.model_fields)
    if unknown := [name for name in sheet.columns if name not in known]:
        raise ValueError(
            _("Unknown columns: %(unknown)s. Known are: %(known)s.")
            % {"unknown": ", ".join(unknown)[:300], "known": ", ".join(known)}
        )
    if len(set(sheet.columns)) != len(sheet.columns):
        raise ValueError(_("A column is there twice."))
    if missing := [name for name in kind.key if name not in sheet.columns]:
        raise ValueError(_("Missing columns: %(missing)s.") % {"missing": ", ".join(missing)})


def hand_in(sheet: Sheet, kind: Kind, *, by: User, now: datetime, expected: str = "") -> Outcome:
    """What the file changes. Written only where no line is refused and the outcome's digest is the expected one.

    ValueError: see `check_columns`.
    """
    check_columns(sheet, kind)
    with transaction.atomic():
        keys = [_key(kind, sheet, cells) for _line, cells in sheet.rows]
        before = _stand(kind, keys)
        results = kind.upsert(_read(sheet, kind, keys, before), now=now, by=by)
        after = _stand(kind, keys)
        lines = tuple(
            _line_of(kind, line, result, before.get(key, {}), after.get(key, {}))
            for (line, _cells), key, result in zip(sheet.rows, keys, results, strict=True)
        )
        outcome = Outcome(lines)
        if outcome.is_refused or outcome.digest != expected:
            transaction.set_rollback(True)
        else:
            _log(kind, dict(zip(keys, lines, strict=True)), by, sheet.source)
    return outcome


def _key(kind: Kind, sheet: Sheet, cells: Sequence[str]) -> Key:
    return tuple(cells[sheet.columns.index(name)] for name in kind.key)


def _stand(kind: Kind, keys: Sequence[Key]) -> dict[Key, Values]:
    """What the books say of the rows, by key."""
    paths = list(kind.key.values())
    found = _of(kind, keys).values("pk", *paths, *kind.fields.values())
    return {tuple(str(row[path]) for path in paths): row for row in found}


def _of(kind: Kind, keys: Sequence[Key]) -> QuerySet[Any]:
    first = next(iter(kind.key.values()))
    named = {key[0] for key in keys if key[0].isprintable()}  # PostgreSQL takes no NUL
    return kind.rows().filter(**{f"{first}__in": named})


def _read(
    sheet: Sheet, kind: Kind, keys: Sequence[Key], before: Mapping[Key, Values]
) -> list[RowIn | Unread]:
    """The rows as the API would get them."""
    rows: list[RowIn | Unread] = []
    needed = kind.required
    for (_line, cells), key in zip(sheet.rows, keys, strict=True):
        given = dict(zip(sheet.columns, cells, strict=True))
        standing = before.get(key) if kind.kept else None
        kept = {
            name: _plain(standing[path])
            for name, path in kind.fields.items()
            if standing and name not in given and path not in ADDED and standing[path] is not None
        }
        filled = {name: cell for name, cell in given.items() if cell or name in needed}
        try:
            rows.append(kind.row.model_validate(kept | filled))
        except ValidationError as error:
            rows.append(Unread(" ".join(key), error))
    return rows


def _line_of(kind: Kind, line: int, result: Result, before: Values, after: Values) -> Line:
    if result.result == "refused":
        return Line(line, result.reference, "refused", result.why or "")
    changes = tuple(
        Change(_label(kind, name), _plain(before.get(path)), _plain(after.get(path)))
        for name, path in kind.fields.items()
        if _plain(before.get(path)) != _plain(after.get(path))
    )
    became: Became = "updated" if changes and result.result == "unchanged" else result.result
    return Line(line, result.reference, became, changes=changes)


def _label(kind: Kind, name: str) -> str:
    fields = {field.name: field for field in kind.rows().model._meta.get_fields()}
    if name in ("email", "phone"):
        return str(ContactPoint.Kind(name).label)
    return str(getattr(fields.get(name), "verbose_name", name))


def _plain(value: object) -> str:
    """As it would stand in a cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _log(kind: Kind, lines: Mapping[Key, Line], by: User, source: str) -> None:
    """One line in the admin's log for each row that came or changed."""
    changed: dict[int, list[Model]] = {ADDITION: [], CHANGE: []}
    keys = {row["pk"]: key for key, row in _stand(kind, list(lines)).items()}
    owners = {path.split("__")[0] for path in kind.key.values() if "__" in path}
    for row in _of(kind, list(lines)).select_related(*owners or [None]):
        line = lines.get(keys[row.pk])
        if line and line.became in ("created", "updated"):
            changed[ADDITION if line.became == "created" else CHANGE].append(row)
    for flag, objects in changed.items():
        if objects:
            message = _("From the file %(source)s.") % {"source": source}
            LogEntry.objects.log_actions(by.pk, objects, flag, message)
