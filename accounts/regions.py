"""Where a phone number without a country code is dialled from."""

import phonenumbers
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header


def of_request(request: HttpRequest) -> str:
    """The first region the browser's languages name, else the lender's. ISO 3166-1."""
    for language, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        region = language.rpartition("-")[2].upper()
        if "-" in language and region in phonenumbers.SUPPORTED_REGIONS:
            return region
    return settings.PHONENUMBER_DEFAULT_REGION  # type: ignore[no-any-return]
