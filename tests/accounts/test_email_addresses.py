"""E-mail addresses that a provider takes, and those it would refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.email_addresses import parse


@pytest.mark.parametrize(
    "text",
    ["a@b.co", "o'neil+loan@mail.example", "user@例え.テスト", "a@xn--r8jz45g.xn--zckzah", "a@b--c.example"],
)
def test_an_address_is_taken_as_typed(text: str) -> None:
    assert parse(f" \u200b{text}\ufeff\t") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@mail.example",
        "name@",
        "name@host",  # no dot: nothing outside this machine
        ".name@mail.example",
        "name.@mail.example",
        "na..me@mail.example",
        "na me@mail.example",
        "na,me@mail.example",
        '"name"@mail.example',
        "n£me@mail.example",
        "name@mail_box.example",
        "name@-mail.example",
        "name@mail.example.",
        "name@ab--cd.example",  # two hyphens there mark an encoded label
        "name@xn---something.example",
        "name@10.0.0.1",
        f"{'n' * 65}@mail.example",
        f"name@{'m' * 64}.example",
        f"name@{'m.' * 130}example",
    ],
)
def test_what_no_message_can_be_sent_to_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        parse(text)


@given(st.text(max_size=80))
def test_any_text_is_taken_or_refused_and_what_is_taken_stays_the_same(text: str) -> None:
    try:
        address = parse(text)
    except ValueError:
        return
    assert parse(address) == address
