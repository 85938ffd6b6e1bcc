"""What every template knows."""

from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications import news
from notifications.news import NOTHING, News
from portal import navigation


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        # For a sentence on a page: a number that is only read cannot be tapped.
        "phone_link": _link("tel", settings.LENDER_PHONE),
        "email_link": _link("mailto", settings.LENDER_EMAIL),
        "is_local": settings.LOCAL,
        "nav_item": navigation.item_of(request.resolver_match),
        # Counted where a borrower's navigation shows them, once a page.
        "news": cache(partial(_news, request)),
    }


def _link(scheme: str, address: str) -> SafeString:
    return format_html('<a class="nowrap" href="{}:{}">{}</a>', scheme, address.replace(" ", ""), address)


def _news(request: HttpRequest) -> News:
    return news.of(request.user.pk) if request.user.is_authenticated else NOTHING
