"""The signature of Alibaba Cloud's RPC interfaces, version 1.0. Pure.

HMAC-SHA1, key: the secret and "&", over the method, "/" and the sorted parameters, each percent-encoded as RFC 3986 has
it, base64. Source: Alibaba Cloud, "Request signatures (RPC)", and Short Message Service, "HTTP protocol and signature".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote


def signed(
    parameters: Mapping[str, str], *, key_id: str, secret: str, nonce: str, now: datetime
) -> dict[str, str]:
    """The form of one POST with what identifies and signs it. nonce: never the same twice. now: UTC."""
    complete = {
        **parameters,
        "AccessKeyId": key_id,
        "Format": "JSON",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {**complete, "Signature": signature(complete, secret=secret, method="POST")}


def signature(parameters: Mapping[str, str], *, secret: str, method: str) -> str:
    """The value of the parameter Signature. parameters: all the others."""
    query = "&".join(
        f"{_encoded(name)}={_encoded(value)}"
        for name, value in sorted(parameters.items())
        if name != "Signature"
    )
    text = f"{method}&%2F&{_encoded(query)}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
