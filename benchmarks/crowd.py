"""A great many borrowers, made by the database itself: copies of one, with bills and messages of their own."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

START = "crowd-"  # of their references
BILLS = 3  # of each; the viewers have all of the original's


def make(original: Any, number: int) -> None:
    """`number` copies of this borrower with one account, some bills and an inbox note each.

    A million: six million rows. Constraints and indexes stay, so every row is one that the portal could have written.
    """
    account = original.credit_accounts.get()
    some = list(account.bills.order_by("-number").values_list("pk", flat=True)[:BILLS])
    note = original.attempts.filter(channel="inbox").latest("started_at")
    with connection.cursor() as cursor:
        cursor.execute(
            _copies(
                type(original),
                {"reference": f"'{START}' || n", "user_id": "NULL"},
                "generate_series(1, %s) n",
            ),
            [number, original.pk],
        )
        everybody = f"accounts_borrower b WHERE b.reference LIKE '{START}%%' AND"
        cursor.execute(
            _copies(
                type(account),
                {"borrower_id": "b.id", "public_id": "gen_random_uuid()", "reference": "b.reference"},
                everybody,
            ),
            [account.pk],
        )
        accounts = f"loans_creditaccount a WHERE a.reference LIKE '{START}%%' AND"
        for bill in some:
            cursor.execute(_copies(account.bills.model, {"account_id": "a.id"}, accounts), [bill])
        cursor.execute(
            _copies(type(note), {"id": "gen_random_uuid()", "borrower_id": "b.id"}, everybody), [note.pk]
        )
        cursor.execute("ANALYZE")


def complete(viewer: Any, original: Any) -> None:
    """All that the original has, for one of the crowd who will look at it."""
    account, theirs = original.credit_accounts.get(), viewer.credit_accounts.get()
    theirs.bills.all().delete()
    with connection.cursor() as cursor:
        for bill in account.bills.all():
            cursor.execute(_copies(type(bill), {"account_id": str(theirs.pk)}, "(SELECT 1) once"), [bill.pk])
        for note in original.attempts.filter(channel="inbox"):
            values = {"id": "gen_random_uuid()", "borrower_id": str(viewer.pk)}
            cursor.execute(_copies(type(note), values, "(SELECT 1) once"), [note.pk])


def _copies(model: type[Model], changed: Mapping[str, str], source: str) -> str:
    """A row of `model`, its key a parameter, once for each of `source`. changed: column → SQL."""
    names = [
        field.column
        for field in model._meta.concrete_fields
        if not field.primary_key or field.column in changed
    ]
    values = ", ".join(changed.get(name, f'original."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    key = f"{'' if source.endswith(' AND') else ' WHERE'} original.id = %s"
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} original, {source}{key}"
