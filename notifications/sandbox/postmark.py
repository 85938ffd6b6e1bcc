"""Postmark on this computer: its e-mail API, and the webhooks by which it tells of deliveries, bounces and replies.

Source: Postmark's developer documentation, "Email API", "Webhooks overview" and "Generate fake bounces". Postmark signs
nothing: what proves a webhook is the user and password in its address.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from notifications.sandbox.faults import Faults
from notifications.sandbox.store import Store

logger = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=15)  # seconds
# Postmark's black hole: a mail to HardBounce@ this domain bounces hard, to SoftBounce@ softly. SpamComplaint is ours.
BLACK_HOLE = "bounce-testing.postmarkapp.com"
BOUNCES = {
    kind.casefold(): kind for kind in ("HardBounce", "SoftBounce", "Transient", "Blocked", "SpamComplaint")
}
INACTIVE = "inactive"  # a mail to this name there is refused: its address has bounced before


class Postmark:
    """The handlers, and the calls to the portal."""

    def __init__(self, store: Store, faults: Callable[[], Faults], *, token: str, hooks: str) -> None:
        """token: of the server. hooks: the address under which the portal takes webhooks, with user and password."""
        self._store, self._faults, self._token, self._hooks = store, faults, token, hooks
        self._running: set[asyncio.Task[None]] = set()

    async def send(self, request: web.Request) -> web.StreamResponse:
        """POST /email: one mail."""
        if request.headers.get("X-Postmark-Server-Token") != self._token:
            return _error(401, 10, "No Account or Server API tokens were supplied in the HTTP headers.")
        mail = await request.json()
        to = str(mail.get("To", ""))
        address = to.rpartition("<")[2].rstrip(">")
        if "@" not in address:
            return _error(422, 300, f"Invalid 'To' address: '{address}'.")
        if address.casefold() == f"{INACTIVE}@{BLACK_HOLE}":
            said = (
                "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
                f"{address}. Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a "
                "manual suppression."
            )
            return _error(422, 406, said)
        message_id = str(uuid4())
        headers = {one["Name"]: one["Value"] for one in mail.get("Headers", ())}
        self._store.add_mail(
            address,
            {
                "from": str(mail.get("From", "")),
                "subject": str(mail.get("Subject", "")),
                "text": str(mail.get("TextBody", "")),
                "html": str(mail.get("HtmlBody", "")),
                "message_id": headers.get("Message-ID", ""),
            },
        )
        if self._faults().callbacks:
            self._start(self._report(address, message_id, mail.get("Metadata", {})))
        answer = {"To": to, "SubmittedAt": _now(), "MessageID": message_id, "ErrorCode": 0, "Message": "OK"}
        return web.json_response(answer)

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """A person answers the last mail in their mailbox."""
        address, text = request.match_info["address"], str((await request.json()).get("text", ""))
        last = (self._store.mailboxes.get(address) or [{}])[-1]
        event = {
            "From": address,
            "FromFull": {"Email": address, "Name": "", "MailboxHash": ""},
            "ToFull": [],
            "Subject": f"Re: {last.get('subject', '')}",
            "MessageID": str(uuid4()),
            "Date": _now(),
            "TextBody": text,
            "HtmlBody": "",
            "StrippedTextReply": "",
            "Headers": [
                {"Name": "Return-Path", "Value": f"<{address}>"},
                {"Name": "In-Reply-To", "Value": last.get("message_id", "")},
            ],
            "Attachments": [],
        }
        self._start(self._post("inbound", event))
        return web.json_response({"id": event["MessageID"]}, status=202)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _report(self, address: str, message_id: str, metadata: dict[str, str]) -> None:
        await asyncio.sleep(self._faults().receipt_delay_ms / 1000)
        name, _, domain = address.casefold().partition("@")
        event = {"MessageStream": "outbound", "MessageID": message_id, "Metadata": metadata, "ServerID": 1}
        if domain != BLACK_HOLE:
            about = {
                "RecordType": "Delivery",
                "Recipient": address,
                "DeliveredAt": _now(),
                "Details": "250 OK",
            }
            await self._post("tracking", event | about)
            return
        kind = BOUNCES.get(name.replace("_", ""), "HardBounce")
        about = {
            "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
            "Type": kind,
            "Name": kind,
            "Email": address,
            "BouncedAt": _now(),
            "Description": "A bounce that was asked for.",
            "Details": "",
        }
        await self._post("tracking", event | about | {"ID": uuid4().int % 10**15})

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._running.discard)

    async def _post(self, kind: str, event: dict[str, Any]) -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.post(f"{self._hooks}/{kind}/", json=event, allow_redirects=False) as answer,
            ):
                if answer.status >= 300:
                    logger.warning("sandbox_mail_webhook_refused status=%d", answer.status)
        except (aiohttp.ClientError, OSError) as error:
            logger.warning("sandbox_mail_webhook_failed error=%s", type(error).__name__)


def _error(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"ErrorCode": code, "Message": message}, status=status)


def _now() -> str:
    return datetime.now(UTC).isoformat()
