"""What must be true before anything is sent: told by `manage.py check`, and at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from notifications.law import books
from notifications.law.reading import BINDS, RulebookError


@register
def rulebooks_can_be_trusted(**kwargs: Any) -> list[Error]:
    """A rulebook with a fault stops the start, with its file, rule and reason: law fails closed."""
    try:
        books.all_books()
    except RulebookError as error:
        return [
            Error(
                str(error),
                hint="Mend the file in notifications/rulebooks; its README tells the format.",
                id="notifications.E001",
            )
        ]
    return []


@register
def lender_role_is_known(**kwargs: Any) -> list[Error]:
    if settings.LENDER_ROLE in BINDS:
        return []
    return [
        Error(
            f"LENDER_ROLE is {settings.LENDER_ROLE!r}.",
            hint="Set it to creditor, or to collector where the portal serves debts of others.",
            id="notifications.E002",
        )
    ]
