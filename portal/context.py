"""What every template knows."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest

from notifications import inbox


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        "is_local": settings.LOCAL,
        "new_messages": partial(_new_messages, request),  # counted where a borrower's navigation shows it
    }


def _new_messages(request: HttpRequest) -> int:
    return inbox.new_count(request.user.pk) if request.user.is_authenticated else 0
