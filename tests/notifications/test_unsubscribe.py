"""One click and no more: what a message must carry, and which request it makes."""

import pytest

from notifications.channels.unsubscribe import Must, answer, headers, post_address, unmet

SECRET = "k3JxWq0TzN8mVbY5cR1sLg"
URL = f"https://portal.example/unsubscribe/{SECRET}"
FORM = "application/x-www-form-urlencoded"
SIGNED = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post"})


@pytest.mark.parametrize("mailto", ["", "stop@portal.example?subject=stop"])
def test_our_headers_meet_every_demand(mailto: str) -> None:
    sent = headers(URL, mailto=mailto)
    assert unmet(sent, signed=SIGNED) == []
    assert post_address(sent) == URL


def test_an_address_is_what_stands_in_angle_brackets() -> None:
    """RFC 2369, section 2: it may hold a comma, and white space within it is none of it."""
    sent = headers(URL) | {
        "List-Unsubscribe": "<mailto:a@example.com> (by mail), <https://example.com/u/\r\n 1,2>"
    }
    assert post_address(sent) == "https://example.com/u/1,2"


def test_an_address_without_https_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        headers("http://portal.example/unsubscribe/x")


@pytest.mark.parametrize(
    ("sent", "demand"),
    [
        ({"List-Unsubscribe": f"<{URL}>"}, Must.BOTH_HEADERS),
        (headers(URL) | {"List-Unsubscribe": f"<{URL}>, <{URL}2>"}, Must.ONE_ADDRESS),
        (headers(URL) | {"List-Unsubscribe-Post": "yes"}, Must.POST_VALUE),
        (headers("https://portal.example/unsubscribe/42"), Must.OPAQUE),
    ],
)
def test_what_a_message_lacks_is_named(sent: dict[str, str], demand: Must) -> None:
    assert demand in unmet(sent, signed=SIGNED)
    assert (post_address(sent) is None) == (demand is not Must.OPAQUE)


def test_a_signature_that_does_not_cover_the_headers_is_named() -> None:
    assert unmet(headers(URL)) == [Must.SIGNED]


MULTIPART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("method", "content_type", "body", "status", "unsubscribes"),
    [
        ("POST", FORM, b"List-Unsubscribe=One-Click", 200, True),
        ("POST", f"{FORM}; charset=utf-8", b"List-Unsubscribe=One-Click", 200, True),
        ("POST", "multipart/form-data; boundary=b", MULTIPART, 200, True),
        ("POST", FORM, b"", 400, False),
        ("POST", FORM, b"List-Unsubscribe=Later", 400, False),
        ("POST", "application/json", b"List-Unsubscribe=One-Click", 400, False),
        ("GET", "", b"", 200, False),  # a link scanner's visit
        ("HEAD", "", b"", 200, False),
        ("DELETE", "", b"", 405, False),
    ],
)
def test_only_a_post_with_the_body_unsubscribes(
    method: str, content_type: str, body: bytes, status: int, unsubscribes: bool
) -> None:
    given = answer(method, content_type, body)
    assert (given.status, given.unsubscribes) == (status, unsubscribes)
    assert answer(method, content_type, body) == given
