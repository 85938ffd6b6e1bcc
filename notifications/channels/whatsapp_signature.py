"""The signature of Meta's webhooks: HMAC-SHA256 over the raw body, key: the app's secret. Pure.

Source: Meta, Graph API, "Webhooks: validating payloads".
"""

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
