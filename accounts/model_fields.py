"""Fields that models of several apps declare alike."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


def by_whom(verbose_name: object) -> "models.ForeignKey[User | None, User | None]":
    """The login that did it, where there was one. What was done stays when the login goes."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=verbose_name,  # type: ignore[arg-type]
    )


def by_the_clock(at: datetime) -> str:
    """An instant in a row's name, by the clock that its reader goes by: of staff, that of their computer."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
