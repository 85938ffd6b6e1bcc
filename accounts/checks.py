"""What of the settings cannot work: told by `manage.py check`, and at every start."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from accounts.retention import KINDS


@register
def sign_ins_last(**kwargs: Any) -> list[Error]:
    """A span of nothing would sign everybody out with each page."""
    lives = {"": settings.SESSION_LIFE, "STAFF_": settings.STAFF_SESSION_LIFE}
    names = {"idle": "SESSION_IDLE_MINUTES", "whole": "SESSION_HOURS"}
    return [
        Error(f"{who}{names[span]} is {length}.", hint="Write at least 1.", id="accounts.E002")
        for who, life in lives.items()
        for span, length in life.items()
        if length <= timedelta(0)
    ]


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
