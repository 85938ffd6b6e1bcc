"""What of the settings cannot work: told by `manage.py check`, and at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from accounts.retention import KINDS


@register
def retention_is_of_known_kinds(**kwargs: Any) -> list[Error]:
    """A name that is mistyped would leave its rows to the default, and nobody would notice."""
    return [
        Error(
            f"RETENTION_DAYS has {name}:{days:g}.",
            hint=f"Write days, or 0 for ever, for {', '.join(sorted(KINDS))}.",
            id="accounts.E001",
        )
        for name, days in settings.RETENTION_DAYS.items()
        if name not in KINDS or days < 0
    ]
