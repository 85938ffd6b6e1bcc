"""The JSON that a provider posts to us, as far as PostgreSQL can keep it."""

import hmac
import json
from typing import Any, NoReturn
from uuid import UUID

from django.http import HttpRequest

LONGEST_KEY = 100  # characters of a provider's id


class Unreadable(ValueError):
    """Not JSON that can be stored."""


def read(request: HttpRequest) -> Any:
    """Unreadable: no JSON, or signs in it that no table holds. NUL becomes U+FFFD: PostgreSQL has no place for it."""
    try:
        found = json.loads(request.body.replace(b"\\u0000", b"\\ufffd"), parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    return found


def is_key(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_KEY


def as_uuid(value: object) -> UUID | None:
    """The attempt that a provider brings back; None: not an id of ours."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def same(given: str, expected: str) -> bool:
    """Compares secrets in constant time. An empty one would let anyone in, so it lets nobody."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and the infinities are no JSON
