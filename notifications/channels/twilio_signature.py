"""Twilio's request signature: proof that a webhook comes from who holds the account's token. Pure.

HMAC-SHA1, key: the auth token, over the full URL and then each form field's name and value, sorted by name.
A body that is not a form is covered by its SHA-256 in the URL's `bodySHA256`. Source: Twilio, "Security:
validating requests".
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

Form = Sequence[tuple[str, str]]
DEFAULT_PORTS = {"https": 443, "http": 80}


def sign(token: str, *, url: str, form: Form = ()) -> str:
    """The value of X-Twilio-Signature."""
    # A field that was sent twice with the same value is signed once.
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def validate(token: str, *, url: str, signature: str, form: Form = (), body: bytes | None = None) -> bool:
    """Is the signature Twilio's for this request? Compares in constant time.

    body: the raw body where it is not a form. Twilio signs some addresses with their default port written out
    and some without; both are tried.
    """
    if body is not None:
        expected = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), expected):
            return False
    given = signature.encode("utf-8", "replace")
    matches = [hmac.compare_digest(sign(token, url=one, form=form).encode(), given) for one in spellings(url)]
    return any(matches)


def spellings(url: str) -> list[str]:
    """The address as given, with its default port, and without one."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    login = parts.netloc[: len(parts.netloc) - len(parts.netloc.rpartition("@")[2])]
    default = DEFAULT_PORTS.get(parts.scheme)
    with_port = parts._replace(netloc=f"{login}{host}:{parts.port or default}")
    without = parts._replace(netloc=login + host)
    return list(dict.fromkeys([url, urlunsplit(with_port), urlunsplit(without)]))
