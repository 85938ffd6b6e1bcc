"""What people type when asked for an e-mail address or a phone number."""

import re

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts import addresses, regions
from accounts.addresses import Address


@pytest.mark.parametrize(
    ("text", "region", "address"),
    [
        (" Zhang.Wei@Example.COM ", "US", Address("email", "zhang.wei@example.com")),
        ("(212) 555-0147", "US", Address("phone", "+12125550147")),
        ("131 2345 6789", "CN", Address("phone", "+8613123456789")),
        ("+44 7400 123456", "US", Address("phone", "+447400123456")),
    ],
)
def test_an_address_is_read_as_people_type_it(text: str, region: str, address: Address) -> None:
    assert addresses.read(text, region) == address


@pytest.mark.parametrize(
    "text", ["zhang", "zhang@", "@example.com", "a b@example.com", "12", "911", "+999 1"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"name@example\.com"):
        addresses.read(text, "US")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        address = addresses.read(text, "US")
    except ValueError:
        return
    assert addresses.read(address.value, "GB") == address


@pytest.mark.parametrize(
    ("value", "shown"), [("+12125550147", "+1 212-555-0147"), ("ask her brother", "ask her brother")]
)
def test_a_number_is_shown_for_people_to_read(value: str, shown: str) -> None:
    assert addresses.shown(Address("phone", value)) == shown


@given(st.emails())
def test_a_masked_e_mail_shows_one_letter_of_the_name(email: str) -> None:
    name, _at, domain = email.rpartition("@")
    assert addresses.masked(Address("email", email)) == f"{name[0]}•••@{domain}"


@pytest.mark.parametrize(
    ("languages", "region"),
    [
        ("en-GB,en;q=0.8", "GB"),
        ("de, zh-TW;q=0.5", "TW"),
        ("zh-Hans-CN", "CN"),
        ("en", "US"),
        ("", "US"),
        ("x" * 999, "US"),
    ],
)
def test_the_region_is_the_first_the_browser_names(languages: str, region: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": languages})
    assert regions.of_request(request) == region


@pytest.mark.parametrize(
    ("region", "example"),
    [
        ("TW", "+886 912 345 678"),
        ("US", "+1 201-555-0123"),
        ("TA", "+44 7400 123456"),
        ("", "+44 7400 123456"),
    ],
)
def test_what_is_no_address_is_answered_with_a_number_as_people_there_have(region: str, example: str) -> None:
    with pytest.raises(ValueError, match=re.escape(example)):
        addresses.read("my phone", region)


def test_an_address_may_be_typed_as_wide_as_chinese() -> None:
    assert addresses.read("ｌｉｎ＠example.com", "TW").value == "lin@example.com"
