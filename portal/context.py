"""What every template knows."""

from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest

from notifications import news
from notifications.news import NOTHING, News


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        "is_local": settings.LOCAL,
        # Counted where a borrower's navigation shows them, once a page.
        "news": cache(partial(_news, request)),
    }


def _news(request: HttpRequest) -> News:
    return news.of(request.user.pk) if request.user.is_authenticated else NOTHING
