"""A push service on this computer, and the browsers behind it: RFC 8030, 8291 and 8292 as the real ones keep them.

It makes the subscriptions itself, so it has their private keys, and can show on the phone what the browser would.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import http_ece
from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode, b64urlencode

from notifications.sandbox.faults import Faults, Mode
from notifications.sandbox.store import Entry, Store
from notifications.sandbox.twin import reset

LONGEST = 4096  # bytes that a push service must take: RFC 8030, 7.2
LONGEST_PROOF = 24 * 3600  # seconds: RFC 8292, 2


class PushService:
    """The handlers."""

    def __init__(self, store: Store, faults: Callable[[], Faults], closing: asyncio.Event) -> None:
        self._store, self._faults, self._closing = store, faults, closing

    async def subscribe(self, request: web.Request) -> web.StreamResponse:
        """A browser on the phone `number` allows push messages of whoever has the private key of `key`."""
        asked = await request.json()
        private = ec.generate_private_key(ec.SECP256R1())
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        subscription = {
            "id": secrets.token_urlsafe(16),
            "number": str(asked["number"]),
            "key": str(asked["key"]),
            "private": str(private.private_numbers().private_value),
            "auth": b64urlencode(secrets.token_bytes(16)),
        }
        self._store.add_subscription(subscription)
        keys = {"p256dh": b64urlencode(point), "auth": subscription["auth"]}
        endpoint = f"{request.scheme}://{request.host}/push/{subscription['id']}"
        return web.json_response({"endpoint": endpoint, "keys": keys}, status=201)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """The person withdraws the permission in their browser."""
        self._store.end_subscription(request.match_info["id"])
        return web.json_response({})

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One message for one subscription."""
        subscription = self._store.subscriptions.get(request.match_info["id"])
        if subscription is None:
            return web.Response(status=404)
        if subscription.get("is_over"):
            return web.Response(status=410)
        body = await request.read()
        if status := _refused(request, subscription, body):
            return web.Response(status=status)
        faults = self._faults()
        mode = faults.take()
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if refusal := _told_to_refuse(mode, faults):
            return refusal
        told = _opened(subscription, body)
        if told is None:
            return web.Response(status=400)
        self._store.add_push(subscription["number"], told)
        return await self._answer(request, mode)

    async def _answer(self, request: web.Request, mode: Mode) -> web.StreamResponse:
        """Some answers hide that it was taken."""
        match mode:
            case Mode.HANG:
                await self._closing.wait()
            case Mode.RESET_AFTER_ACCEPT:
                reset(request)
            case Mode.ERROR_500_AFTER_ACCEPT:
                return web.Response(status=500)
        place = f"{request.scheme}://{request.host}/messages/{secrets.token_urlsafe(8)}"
        return web.Response(status=201, headers={"Location": place})


def _told_to_refuse(mode: Mode, faults: Faults) -> web.Response | None:
    match mode:
        case Mode.ERROR_500:
            return web.Response(status=500)
        case Mode.RATE_LIMITED:
            return web.Response(status=429, headers={"Retry-After": faults.retry_after})
        case Mode.REFUSE_FOR_GOOD:
            return web.Response(status=410)
        case _:
            return None


def _refused(request: web.Request, subscription: Entry, body: bytes) -> int:
    """The status that a real push service refuses this request with; 0: it takes it."""
    if not request.headers.get("TTL", "").isdigit() or request.headers.get("Content-Encoding") != "aes128gcm":
        return 400
    if len(body) > LONGEST:
        return 413
    proof = request.headers.get("Authorization", "")
    if not proof:
        return 401
    return 0 if _is_proof(proof, f"{request.scheme}://{request.host}", subscription["key"]) else 403


def _is_proof(proof: str, audience: str, key: str) -> bool:
    """Is it signed by whom the subscription was made for, to us, and for a day at most?"""
    try:
        scheme, _space, pairs = proof.partition(" ")
        fields = dict(pair.strip().split("=", 1) for pair in pairs.split(","))
        signed, _dot, signature = fields["t"].rpartition(".")
        claims = json.loads(b64urldecode(signed.split(".")[1].encode()))
        is_signed = Vapid02.from_raw_public(fields["k"].encode()).verify_token(signed.encode(), signature)
        is_fresh = 0 < claims["exp"] - time.time() <= LONGEST_PROOF
    except (KeyError, ValueError, IndexError, TypeError):
        return False
    is_ours = scheme == "vapid" and fields["k"] == key and claims["aud"] == audience
    return bool(is_signed and is_fresh and is_ours and str(claims.get("sub", "")).startswith("mailto:"))


def _opened(subscription: Entry, body: bytes) -> Mapping[str, Any] | None:
    """What the browser would read; None where it could not."""
    private = ec.derive_private_key(int(subscription["private"]), ec.SECP256R1())
    secret = b64urldecode(subscription["auth"].encode())
    try:
        told = json.loads(
            http_ece.decrypt(body, private_key=private, auth_secret=secret, version="aes128gcm")
        )
    except (ValueError, InvalidTag, http_ece.ECEException):
        return None
    return told if isinstance(told, dict) else None
