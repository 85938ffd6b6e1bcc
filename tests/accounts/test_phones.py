"""Where a number's prefix is given out."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType, timezone

from accounts import phones

LINES = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.VOIP)
NORTH_AMERICA = 1


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12125550123", ("America/New_York",)),
        ("+18765550123", ("America/Jamaica",)),
        ("+18005550123", ()),  # toll free: no place
        ("+8613812345678", ("Asia/Shanghai",)),
        ("+85261234567", ("Asia/Hong_Kong",)),
        ("+447911123456", ()),  # a mobile anywhere from Jersey to the Isle of Man
        ("+442079460018", ("Europe/London",)),
        ("+80012345678", ()),  # of no country
    ],
)
def test_a_prefix_tells_the_place(number: str, zones: tuple[str, ...]) -> None:
    assert phones.time_zones(number) == zones


@pytest.mark.parametrize("line", LINES)
def test_what_is_quickly_told_is_what_the_library_tells_of_that_sort_of_line(line: int) -> None:
    told = 0
    for region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number_for_type(region, line)
        if (
            number is None or number.country_code == NORTH_AMERICA
        ):  # there an area code is a place, on any line
            continue
        zones = tuple(timezone.time_zones_for_number(number))
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        told += 1
        is_anywhere = len(zones) > phones.MANY_ZONES and not phonenumbers.is_number_geographical(number)
        assert phones.time_zones(e164) == (() if is_anywhere or "Etc/Unknown" in zones else zones), e164
    assert told > 50
