"""What must be true before anything is sent: told by `manage.py check`, and at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from notifications.law.reading import BINDS


@register
def lender_role_is_known(**kwargs: Any) -> list[Error]:
    if settings.LENDER_ROLE in BINDS:
        return []
    return [
        Error(
            f"LENDER_ROLE is {settings.LENDER_ROLE!r}.",
            hint="Set it to creditor, or to collector where the portal serves debts of others.",
            id="notifications.E001",
        )
    ]
