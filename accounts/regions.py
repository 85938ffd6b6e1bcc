"""Where a phone number without a country code is dialled from."""

import phonenumbers
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import Borrower


def of_request(request: HttpRequest, borrower: Borrower | None = None) -> str:
    """The borrower's country, else the first region the browser's languages name, else the lender's. ISO 3166-1."""
    if borrower is not None:
        return borrower.country
    for language, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        region = language.rpartition("-")[2].upper()
        if "-" in language and region in phonenumbers.SUPPORTED_REGIONS:
            return region
    return settings.PHONENUMBER_DEFAULT_REGION
