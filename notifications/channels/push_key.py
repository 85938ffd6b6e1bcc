"""The key that push services know us by (VAPID, RFC 8292): a private key on the curve P-256."""

import base64
import time
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

LASTS = 12 * 3600  # seconds; RFC 8292, section 2: at most 24 hours
SIGNED_FOR = 3600  # seconds that a signature is used again, because making one costs as much as the message


def new() -> str:
    """A private key: 32 bytes, base64url."""
    key = Vapid02()
    key.generate_keys()
    number = key.private_key.private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


def public(private_key: str) -> str:
    """What a browser is given as `applicationServerKey`: the uncompressed point, base64url. ValueError: no key."""
    point = _key(private_key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


def headers(endpoint: str) -> dict[str, str]:
    """Proof to this endpoint's push service that the message is ours."""
    parts = urlsplit(endpoint)
    audience = f"{parts.scheme}://{parts.netloc}"
    hour = int(time.time()) // SIGNED_FOR
    return dict(_signed(settings.PUSH_PRIVATE_KEY, settings.PUSH_CONTACT, audience, hour))


@lru_cache(maxsize=64)
def _signed(private_key: str, contact: str, audience: str, hour: int) -> tuple[tuple[str, str], ...]:
    claims = {"sub": contact, "aud": audience, "exp": hour * SIGNED_FOR + LASTS}
    return tuple(_key(private_key).sign(claims).items())


@lru_cache(maxsize=4)
def _key(private_key: str) -> Vapid02:
    key: Vapid02 = Vapid02.from_string(private_key)
    return key
