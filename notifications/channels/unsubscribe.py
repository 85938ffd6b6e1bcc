"""One-click unsubscribe: the headers of a message, and the request that comes of them. Pure.

Source: RFC 8058, Signaling One-Click Functionality for List Email Headers, sections 3 and 8; RFC 2369, 3.2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

HEADER = "List-Unsubscribe"
POST_HEADER = "List-Unsubscribe-Post"
ONE_CLICK = "One-Click"
_POST_VALUE = f"{HEADER}={ONE_CLICK}"
_HARD_TO_FORGE = 22  # characters of base64: 128 bits


class Must(StrEnum):
    """What RFC 8058 demands of a message."""

    BOTH_HEADERS = "both headers present"
    ONE_ADDRESS = "exactly one HTTPS address that needs no more than the POST body"
    POST_VALUE = f"value of {POST_HEADER} is {_POST_VALUE}"
    SIGNED = "both headers covered by a valid DKIM signature"
    OPAQUE = "the address carries an opaque part that is hard to forge"


@dataclass(frozen=True)
class Answer:
    """What a request to the address does. Asked again it does the same."""

    status: int
    unsubscribes: bool


def headers(url: str, *, mailto: str = "") -> dict[str, str]:
    """The two headers of a message. url: HTTPS, with the recipient's own opaque part.

    mailto: for readers that know only RFC 2369.  ValueError: not an HTTPS address.
    """
    if not _is_https(url):
        raise ValueError(f"One click needs an https:// address, not {url!r}.")
    addresses = [f"<mailto:{mailto}>"] if mailto else []
    return {HEADER: ", ".join([*addresses, f"<{url}>"]), POST_HEADER: _POST_VALUE}


def post_address(sent: Mapping[str, str]) -> str | None:
    """Where a receiver posts to; None: the message offers no one-click unsubscribe."""
    found = {name.lower(): value for name, value in sent.items()}
    if found.get(POST_HEADER.lower(), "").strip() != _POST_VALUE:
        return None
    addresses = [url for url in _addresses(found.get(HEADER.lower(), "")) if _is_https(url)]
    return addresses[0] if len(addresses) == 1 else None


def unmet(sent: Mapping[str, str], *, signed: frozenset[str] = frozenset()) -> list[Must]:
    """Which demands a message does not meet. signed: names of the headers its DKIM signature covers."""
    found = {name.lower(): value for name, value in sent.items()}
    names = {HEADER.lower(), POST_HEADER.lower()}
    secure = [url for url in _addresses(found.get(HEADER.lower(), "")) if _is_https(url)]
    met = {
        Must.BOTH_HEADERS: names <= set(found),
        Must.ONE_ADDRESS: len(secure) == 1,
        Must.POST_VALUE: found.get(POST_HEADER.lower(), "").strip() == _POST_VALUE,
        Must.SIGNED: names <= {name.lower() for name in signed},
        Must.OPAQUE: bool(secure) and all(_opaque_part(url) >= _HARD_TO_FORGE for url in secure),
    }
    return [must for must in Must if not met[must]]


def answer(method: str, content_type: str = "", body: bytes = b"") -> Answer:
    """What a request to the address does: only a POST with the one-click body unsubscribes.

    A GET comes from link scanners too: it shows a page and changes nothing. A POST from that page is another
    route. Unsubscribing twice is a success twice.
    """
    if method in ("GET", "HEAD"):
        return Answer(200, unsubscribes=False)
    if method != "POST":
        return Answer(405, unsubscribes=False)
    is_one_click = (HEADER, ONE_CLICK) in _fields(content_type, body)
    return Answer(200 if is_one_click else 400, is_one_click)


def _addresses(value: str) -> list[str]:
    """What stands in angle brackets; a comma may be part of it, white space comes from folding (RFC 2369, 2)."""
    return ["".join(found.split()) for found in re.findall(r"<([^<>]*)>", value)]


def _is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.netloc)


def _opaque_part(url: str) -> int:
    """The length of the longest piece that could be a secret."""
    parts = urlsplit(url)
    values = [value for _, value in parse_qsl(parts.query)]
    return max(map(len, [*parts.path.split("/"), *values]), default=0)


def _fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The form's fields, from either encoding that RFC 8058 names; none of a body that is no form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if kind != "multipart/form-data":
        return []
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = [part for part in form.walk() if not part.is_multipart()]
    return [(_name(part), _text(part)) for part in parts]


def _name(part: Message) -> str:
    return str(part.get_param("name", "", header="content-disposition"))


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace").strip() if isinstance(content, bytes) else ""
