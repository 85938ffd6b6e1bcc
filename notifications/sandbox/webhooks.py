"""The sandbox's calls to the portal, signed as Twilio signs them: receipts and replies."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import aiohttp

from notifications.channels import twilio_signature
from notifications.sandbox import rest
from notifications.sandbox.store import Store

logger = logging.getLogger(__name__)

OPEN_CALLS = 16  # at once; a portal on the same computer has few workers
NOT_RETRIEVED = "11200"  # Twilio's word for an address that gave no usable answer
TIMEOUT = aiohttp.ClientTimeout(total=15)  # seconds, as Twilio waits


class Webhooks:
    """Posts in the background, so that the sandbox never waits for the portal it serves."""

    def __init__(self, store: Store, *, account: str, token: str, inbound_url: str) -> None:
        self.inbound_url = inbound_url
        self.is_unruly = False
        self._store, self._account, self._token = store, account, token
        self._places = asyncio.Semaphore(OPEN_CALLS)
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        self._running: set[asyncio.Task[None]] = set()
        self.asked_again = 0  # replies that the portal did not take at once

    def report(self, sid: str, form: Mapping[str, str], *, last: str, delay: float) -> None:
        """Move a text to `last` (delivered or undelivered) and send a receipt for each step. delay: seconds."""
        self._start(self._report(sid, form, last, delay))

    def reply(self, number: str, text: str) -> str:
        """A person's text to the portal. Returns its SID; the portal's answer arrives on the phone."""
        sid = rest.new_sid()
        self._store.add_text(sid, number, text, direction="from_phone", status="received")
        self._start(self._reply(sid, number, text))
        return sid

    def tell(
        self,
        url: str,
        events: Sequence[tuple[str, Any]],
        *,
        sign: Callable[[bytes], Mapping[str, str]] = lambda body: {},
        reference: str = "",
        delay: float = 0,
    ) -> None:
        """Post JSON, one body after the other. events: the text's status from then on, and the body. delay: seconds."""
        self._start(self._tell(url, events, sign, reference, delay))

    @property
    def under_way(self) -> int:
        """Receipts and replies that the portal has not had yet."""
        return len(self._running)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._session.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._running.discard)

    async def _report(self, sid: str, form: Mapping[str, str], last: str, delay: float) -> None:
        for status in self._in_turn(("queued", "sent", last)):
            await asyncio.sleep(delay)
            self._store.set_status(sid, status)
            if not (url := form.get("StatusCallback")):
                continue
            event = {
                "MessageSid": sid,
                "SmsSid": sid,
                "MessageStatus": status,
                "SmsStatus": status,
                "To": form["To"],
                "From": form.get("From", ""),
                **({"ErrorCode": "30005"} if status == "undelivered" else {}),
            }
            await self._post(url, event)

    async def _reply(self, sid: str, number: str, text: str) -> None:
        event = {"MessageSid": sid, "SmsSid": sid, "From": number, "To": "", "Body": text, "NumMedia": "0"}
        answer = await self._post(self.inbound_url, event)
        if answer is None:  # at once, and once, as Twilio asks the fallback address: here the same one
            self.asked_again += 1
            failed = {"ErrorCode": NOT_RETRIEVED, "ErrorUrl": self.inbound_url}
            answer = await self._post(self.inbound_url, event | failed)
        if self.is_unruly:
            await self._post(self.inbound_url, event)
        if answer is None:
            note = "The portal did not take this reply. Is it running?"
            self._store.add_text(rest.new_sid(), number, note, direction="note", status="")
            return
        for message in texts_of(answer):
            self._store.add_text(rest.new_sid(), number, message, direction="to_phone", status="delivered")

    async def _tell(
        self,
        url: str,
        events: Sequence[tuple[str, Any]],
        sign: Callable[[bytes], Mapping[str, str]],
        reference: str,
        delay: float,
    ) -> None:
        for status, event in self._in_turn(events):
            await asyncio.sleep(delay)
            if reference:
                self._store.set_status(reference, status)
            body = json.dumps(event).encode()
            await self._send(url, body, {"Content-Type": "application/json", **sign(body)})

    def _in_turn(self, events: Sequence[Any]) -> Sequence[Any]:
        return [*reversed(events), *events] if self.is_unruly else events

    async def _post(self, url: str, event: Mapping[str, str]) -> str | None:
        """The body of the portal's answer; None where there was none, or a refusal."""
        form = {**event, "AccountSid": self._account, "ApiVersion": "2010-04-01"}
        signature = twilio_signature.sign(self._token, url=url, form=list(form.items()))
        return await self._send(url, form, {"X-Twilio-Signature": signature})

    async def _send(self, url: str, content: Any, headers: Mapping[str, str]) -> str | None:
        try:
            async with (
                self._places,
                self._session.post(url, data=content, headers=headers, allow_redirects=False) as answer,
            ):
                body = await answer.text()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            logger.warning("sandbox_webhook_failed error=%s", type(error).__name__)
            return None
        if answer.status >= 300:
            logger.warning("sandbox_webhook_refused status=%d", answer.status)
            return None
        return body


def texts_of(twiml: str) -> list[str]:
    """The texts that a TwiML document asks to send; none where it is not one."""
    try:
        root = ElementTree.fromstring(twiml)  # noqa: S314  (the portal's own answer, on this computer)
    except ElementTree.ParseError:
        return []
    return [message.text for message in root.iter("Message") if message.text]
