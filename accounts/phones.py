"""Phone numbers as people type them, and as networks take them."""

from functools import cache, lru_cache
from typing import cast

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
)
from phonenumbers import timezone as prefixes
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

MANY_ZONES = 3  # a country of more zones, all over which a number may be used: it says nothing of a place


def parse(text: str, region: str) -> str:
    """The number in E.164, such as +447911123456.

    region: ISO 3166-1, the country of a number typed without its country code. ValueError: not a valid
    number, with words for the person. Source: ITU-T E.164, by Google's libphonenumber.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        raise ValueError(
            _("Enter a phone number with its country code, like %(example)s.") % {"example": example(region)}
        ) from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise ValueError(
            _("Enter a phone number that exists, like %(example)s.") % {"example": example(region)}
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def example(region: str) -> str:
    """What a mobile number of `region` looks like, such as +886 912 345 678; of no region, Britain's."""
    kind = PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region or "GB", kind)
    if number is None:  # no such region, or one without mobiles
        number = cast(PhoneNumber, phonenumbers.example_number_for_type("GB", kind))
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def international(e164: str) -> str:
    """For people to read: +44 7911 123456. ValueError: not a number in E.164."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException as error:
        raise ValueError(f"“{e164}” is not a number in E.164.") from error
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def time_zones(e164: str) -> tuple[str, ...]:
    """The IANA zones in which a number's prefix is given out: +1 212 …: America/New_York. None where it says
    nothing of a place. e164: a valid number. Source: libphonenumber's table of prefixes.

    A country of one zone and an area code of North America are a place, whatever sort of line the number is. Of other
    numbers the sort must be known, which takes thirty times as long (40 µs, and this is asked for each reminder).
    """
    digits = e164.removeprefix("+")
    for length in range(TIMEZONE_LONGEST_PREFIX, 0, -1):
        if found := TIMEZONE_DATA.get(digits[:length]):
            is_area = digits.startswith("1") and length > 1
            return found if is_area or _country_code(digits) in _in_one_zone() else _by_sort(e164)
    return ()


def regions(e164: str) -> tuple[str, ...]:
    """The countries that share the number's country code, the largest first, ISO 3166-1: +1 …: US, AG, AI …; none of
    what is no number."""
    digits = e164.removeprefix("+")
    code = _country_code(digits) if digits.isdecimal() else ""
    return COUNTRY_CODE_TO_REGION_CODE[int(code)] if code else ()


def _country_code(digits: str) -> str:
    return next((digits[:n] for n in (1, 2, 3) if int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE), "")


@cache
def _in_one_zone() -> frozenset[str]:
    """The country codes all of whose prefixes lie in one zone."""
    zones: dict[str, set[tuple[str, ...]]] = {}
    for prefix, found in TIMEZONE_DATA.items():
        zones.setdefault(_country_code(prefix), set()).add(found)
    return frozenset(code for code, different in zones.items() if len(different) == 1)


@lru_cache(maxsize=100_000)
def _by_sort(e164: str) -> tuple[str, ...]:
    """Of a number that is bound to no place, those of its country, unless they are many."""
    number = phonenumbers.parse(e164)
    found = prefixes.time_zones_for_number(number)
    if "Etc/Unknown" in found or (
        len(found) > MANY_ZONES and not phonenumbers.is_number_geographical(number)
    ):
        return ()
    return tuple(found)
