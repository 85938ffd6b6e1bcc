"""Push messages to browsers: Web Push (RFC 8030), encrypted for each device (RFC 8291), signed by our key (RFC 8292).

A message goes to all devices of a person and is one message: it is accepted where any push service took it.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache, lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from pywebpush import WebPusher, WebPushException

from notifications.channels import push_endpoint, push_key
from notifications.channels.base import (
    Accepted,
    Device,
    Limits,
    Message,
    Outcome,
    Provider,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.http import (
    SET_UP_WRONG,
    TOO_LATE,
    Answer,
    HttpProvider,
    answered,
    read,
)
from notifications.channels.wire import Reply, Wire

logger = logging.getLogger(__name__)

# How long a push service keeps it for a phone that is off. Longer, and it might ring at night; the inbox has it anyway.
KEPT_FOR = timedelta(hours=4)
# Bytes before encryption. Push services take 4,096 bytes (RFC 8030, 7.2), of which 86 are the header, 16 the tag and
# 1 the delimiter (RFC 8188, 2).
LONGEST = 4096 - 86 - 16 - 1
HEADERS = {
    "Content-Type": "application/octet-stream",
    "Content-Encoding": "aes128gcm",
    "TTL": str(int(KEPT_FOR.total_seconds())),
    "Urgency": "normal",
}
GONE = RefusedForGood("the device takes no more messages")
VOID = ("VapidPkHashMismatch", "VAPID public key mismatch")
TOO_LONG = RefusedForGood("longer than a push message may be")


class Push(Provider):
    """One call to each device. There is no receipt: that a push service has it is the last we hear."""

    name = "push"

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._places = asyncio.Semaphore(limits.open_calls)
        self._wire = Wire(limits, HEADERS)

    async def deliver(self, messages: Sequence[Message]) -> dict[UUID, Outcome]:
        deadline = asyncio.get_running_loop().time() + self.limits.timeout.total_seconds()
        results = await asyncio.gather(*(self._to_all(message, deadline) for message in messages))
        outcomes = {message.id: result for message, result in zip(messages, results, strict=True)}
        if any(isinstance(one, RefusedForNow) and one.why == SET_UP_WRONG.why for one in outcomes.values()):
            logger.error("provider_set_up_wrong provider=%s", self.name)
        return outcomes

    async def close(self) -> None:
        self._wire.close()

    async def _to_all(self, message: Message, deadline: float) -> Outcome:
        content = payload(message)
        if len(content) > LONGEST:
            return TOO_LONG
        results = await asyncio.gather(
            *(self._to_one(device, content, deadline) for device in message.devices), return_exceptions=True
        )
        devices = (device.contact_point for device in message.devices)
        return together(dict(zip(devices, map(self._settled, results), strict=True)))

    async def _to_one(self, device: Device, content: bytes, deadline: float) -> Outcome:
        """GONE: this device will never take a message again."""
        async with self._places:
            if asyncio.get_running_loop().time() >= deadline:
                return TOO_LATE
            if not push_endpoint.is_known(device.endpoint):  # asked again: the list may have changed
                return GONE
            if device.key and device.key != _own_key(settings.PUSH_PRIVATE_KEY):
                return GONE
            try:
                body = encrypted(device, content)
            except (ValueError, WebPushException):  # keys that are none
                return GONE
            signed = push_key.headers(device.endpoint)
            # A redirect is not followed: it would lead to an address that nobody has checked.
            reply = await answered(self._wire.call("POST", device.endpoint, signed, body))
        return outcome(read(reply), device) if isinstance(reply, Reply) else reply

    def _settled(self, result: Outcome | BaseException) -> Outcome:
        """One device that our own code trips over must not take the batch's other outcomes with it."""
        if not isinstance(result, BaseException):
            return result
        logger.error("provider_call_broke provider=%s error=%s", self.name, type(result).__name__)
        return Unknown(f"an error of ours: {type(result).__name__}")


def payload(message: Message) -> bytes:
    """What static/js/push-worker.js shows. The same tag twice is one notification."""
    return json.dumps(
        {
            "title": message.subject,
            "body": message.text,
            "url": settings.PORTAL_URL + _inbox_path().format(message.id),
            "tag": str(message.id),
            "lang": message.language,
        },
        ensure_ascii=False,
    ).encode()


@cache
def _inbox_path() -> str:
    """The message's page with a gap for the attempt's id."""
    some_id = UUID(int=0)
    return reverse("notifications:message", args=[some_id]).replace(str(some_id), "{}")


def encrypted(device: Device, content: bytes) -> bytes:
    """For this device's eyes only: its push service sees nothing of it. ValueError, WebPushException: no such key."""
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    encoded = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(content, "aes128gcm")
    return bytes(encoded["body"])


def outcome(answer: Answer, device: Device) -> Outcome:
    """What a push service's answer proves of one device. Source: RFC 8030, 5, 7.3 and 8.4.

    403 is a key that the subscription was not made for, or a signature that does not hold, because our clock is wrong,
    say (RFC 8292, 4.2). Of a device whose key is known, and is ours, it can only be the second: that is no reason to
    lose all devices at once.
    """
    if answer.status in (201, 202):
        return Accepted("")
    if answer.status in (404, 410) or (answer.status == 403 and not device.key) or _is_void(answer):
        return GONE
    if answer.status == 413:
        return TOO_LONG
    return HttpProvider.usual(answer)


def _is_void(answer: Answer) -> bool:
    """Apple's and Mozilla's own words for a subscription that was made for another key."""
    said = (answer.json.get("reason"), answer.json.get("message"))
    return answer.status in (400, 401, 403) and any(one in VOID for one in said)


@lru_cache(maxsize=4)
def _own_key(private_key: str) -> str:
    return push_key.public(private_key)


def together(results: Mapping[int, Outcome]) -> Outcome:
    """One message's outcome from those of its devices: contact point → outcome.

    One that may have arrived is never sent again, also where another device could still be reached.
    """
    gone = tuple(point for point, one in results.items() if one is GONE)
    outcomes = [one for one in results.values() if one is not GONE]
    if any(isinstance(one, Accepted) for one in outcomes):
        return Accepted("", gone=gone)
    if unknown := next((one for one in outcomes if isinstance(one, Unknown)), None):
        return Unknown(unknown.why, gone=gone)
    if later := [one for one in outcomes if isinstance(one, RefusedForNow)]:
        patience = max((one.retry_after for one in later if one.retry_after), default=None)
        return RefusedForNow(later[0].why, patience, gone=gone)
    final = next((one for one in outcomes if isinstance(one, RefusedForGood)), GONE)
    return RefusedForGood(final.why, gone=gone)
