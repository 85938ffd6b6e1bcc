"""Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA256 over "id.timestamp.body", base64, as `v1,…`."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

SECRET_PREFIX = "whsec_"  # noqa: S105  as the standard writes secrets
TOLERANCE = timedelta(minutes=5)  # the standard's: an older one is somebody's copy


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """The value of `webhook-signature`. secret: whsec_ and base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Whether one of the signatures in `webhook-signature` is ours, and the message was sent just now.

    An empty secret would let anyone sign, so it lets nobody.
    """
    message_id, timestamp, signatures = (
        headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (secret and message_id and timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    try:
        expected = sign(secret, message_id, int(timestamp), body.decode())
    except ValueError:
        return False
    given = [each.encode("utf-8", "replace") for each in signatures.split()]
    return any(hmac.compare_digest(each, expected.encode()) for each in given)
