"""Phone numbers as people type them, and as networks take them."""

from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers import timezone as prefixes

MANY_ZONES = 3  # a country of more zones, all over which a number may be used: it says nothing of a place


def parse(text: str, region: str) -> str:
    """The number in E.164, such as +447911123456.

    region: ISO 3166-1, the country of a number typed without its country code. ValueError: not a valid
    number, with words for the person. Source: ITU-T E.164, by Google's libphonenumber.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        raise ValueError(_("Enter a phone number with its country code, like +44 7911 123456.")) from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise ValueError(_("Enter a phone number that exists, like +44 7911 123456."))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def international(e164: str) -> str:
    """For people to read: +44 7911 123456. ValueError: not a number in E.164."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException as error:
        raise ValueError(f"“{e164}” is not a number in E.164.") from error
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=100_000)
def time_zones(e164: str) -> tuple[str, ...]:
    """The IANA zones in which a number's prefix is given out: +1 212 …: America/New_York. None where it says
    nothing of a place. Source: libphonenumber's table of prefixes.
    """
    number = phonenumbers.parse(e164)
    found = prefixes.time_zones_for_number(number)
    if "Etc/Unknown" in found or (
        len(found) > MANY_ZONES and not phonenumbers.is_number_geographical(number)
    ):
        return ()
    return tuple(found)
