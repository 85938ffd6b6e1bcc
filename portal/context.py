"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        "is_local": settings.LOCAL,
    }
