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


@register
def silence_outlasts_the_promised_answer(**kwargs: Any) -> list[Error]:
    if 0 < settings.CONVERSATION_ANSWER_HOURS <= settings.CONVERSATION_HOLD_DAYS * 24:
        return []
    return [
        Error(
            f"CONVERSATION_ANSWER_HOURS is {settings.CONVERSATION_ANSWER_HOURS}, CONVERSATION_HOLD_DAYS"
            f" {settings.CONVERSATION_HOLD_DAYS}.",
            hint="Promise an answer in 1 hour or more, and keep reminders back at least as long.",
            id="notifications.E002",
        )
    ]
