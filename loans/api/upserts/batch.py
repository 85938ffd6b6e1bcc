"""A batch being read, and what every table of the API does with its rows."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import Borrower
from loans.api.schemas import Became, Result, RowIn
from loans.api.unread import Unread
from loans.models import CreditAccount
from loans.refusals import Code, Refused

Fields = dict[str, Any]
In = TypeVar("In", bound=RowIn)
M = TypeVar("M", Borrower, CreditAccount)


class Batch:
    """Good rows' fields by place, and what became of every row."""

    def __init__(self, rows: Sequence[In], read: Callable[[In], Fields]) -> None:
        self.good: dict[int, Fields] = {}
        self.names = [row.label for row in rows]
        self.results: dict[int, Result] = {}
        seen: set[str] = set()
        for place, row in enumerate(rows):
            if row.label and row.label in seen:
                self.refuse(place, Refused(Code.TWICE, _("is in this batch twice; send it once")))
                continue
            seen.add(row.label)
            try:
                if isinstance(row, Unread):
                    raise row.why
                self.good[place] = read(row)
            except Refused as why:
                self.refuse(place, why)

    def refuse(self, place: int, why: Refused) -> None:
        self.good.pop(place, None)
        self.results[place] = Result(
            reference=self.names[place],
            result="refused",
            why=str(why),
            code=why.code,
            field=why.field or None,
        )

    def became(self, place: int, known: Model | None, changed: bool) -> None:
        result: Became = "created" if known is None else "updated" if changed else "unchanged"
        self.results[place] = Result(reference=self.names[place], result=result)

    def all(self) -> list[Result]:
        return [self.results[place] for place in range(len(self.names))]


def by_reference(model: type[M], references: Iterable[str], *, lock: bool = False) -> dict[str, M]:
    """The rows that are known, by the lender's reference; locked in one order."""
    found = model._default_manager.filter(reference__in=set(references)).order_by("pk")
    return {row.reference: row for row in (found.select_for_update() if lock else found)}


def put(row: Model | None, fields: Fields, names: Sequence[str]) -> bool:
    """Put the fields into a known row. Did any differ?"""
    if row is None:
        return True
    differing = [name for name in names if getattr(row, name) != fields[name]]
    for name in differing:
        setattr(row, name, fields[name])
    return bool(differing)


def only(fields: Fields, names: Sequence[str]) -> Fields:
    return {name: fields[name] for name in names}


def no_account(fields: Fields) -> Refused:
    words = _("there is no account “%(account)s”; send the account first") % fields
    return Refused(Code.NO_ACCOUNT, words, "account")
