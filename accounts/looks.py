"""Whom staff looked at: one row for each staff page on which borrowers stood, whatever table it was a page of."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import ForeignKey, Model

from accounts.models import Borrower, StaffLook, User

FURTHEST = 3  # keys from a row to its borrower: attachment, message, conversation, borrower


def note(by: User, model: type[Model], rows: Sequence[Any], *, row: object = "", now: datetime) -> None:
    """rows: the ids of those that the page showed. row: the one that it is about; nothing for a list.

    Two statements, however many rows a page shows; none where they belong to nobody.
    """
    path = path_to_borrower(model)
    if not path or not rows:
        return
    # The base manager: a payment that was taken back is left out of the default one, and looked at all the same.
    found = model._base_manager.filter(pk__in=rows).values_list(path, flat=True)
    if people := sorted({each for each in found if each is not None}):
        kind = model._meta.label_lower
        StaffLook.objects.create(by=by, at=now, kind=kind, row=str(row), borrowers=people)


@cache
def path_to_borrower(model: type[Model]) -> str:
    """The lookup that leads from a row to the id of the borrower it belongs to; nothing where it belongs to none."""
    ways = [(model, "")]
    for _step in range(FURTHEST + 1):
        for here, path in ways:
            if here in (Borrower, User):
                return path + ("pk" if here is Borrower else "borrower")
        ways = [
            (field.related_model, f"{path}{field.name}__")
            for here, path in ways
            for field in here._meta.fields
            # A login is the person's own where the key is called "user"; other keys say which of the staff did it.
            if isinstance(field, ForeignKey) and (field.related_model is not User or field.name == "user")
        ]
    return ""
