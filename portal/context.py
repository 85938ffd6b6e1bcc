"""What every template knows."""

from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest

from notifications import conversations, inbox


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        "is_local": settings.LOCAL,
        # Counted where a borrower's navigation shows them, once a page.
        "new_messages": partial(_new_messages, request),
        "new_answers": cache(partial(_new_answers, request)),
    }


def _new_messages(request: HttpRequest) -> int:
    return inbox.new_count(request.user.pk) if request.user.is_authenticated else 0


def _new_answers(request: HttpRequest) -> int:
    return conversations.new_count(request.user.pk) if request.user.is_authenticated else 0
