"""What every provider of the sandbox shares: one call's way through the faults, and the answers that lie."""

import asyncio
import socket
import struct
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from notifications.sandbox.faults import Faults, Mode
from notifications.sandbox.store import Store
from notifications.sandbox.webhooks import Webhooks

Order = Mapping[str, Any]  # what one call asks to be sent


class House(Protocol):
    """The sandbox a provider lives in."""

    faults: Faults
    store: Store
    webhooks: Webhooks
    closing: asyncio.Event


class Twin:
    """One provider's protocol. It fills in how it answers; the faults are the house's."""

    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def delay(self) -> float:
        """Seconds before each receipt."""
        return self.house.faults.receipt_delay_ms / 1000

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Where it listens."""

    @abstractmethod
    def problem(self, order: Order) -> web.Response | None:
        """Why the real one would refuse this."""

    @abstractmethod
    def refused(self, mode: Mode) -> web.Response | None:
        """The answers to ERROR_500, RATE_LIMITED and REFUSE_FOR_GOOD, which say the truth: it was not taken."""

    @abstractmethod
    def take(self, order: Order) -> str:
        """Put it on the phone. Returns the provider's reference."""

    @abstractmethod
    def report(self, reference: str, order: Order, *, last: str) -> None:
        """Send the receipts up to `last`: delivered or undelivered."""

    @abstractmethod
    def accepted(self, reference: str, order: Order) -> web.Response:
        """The answer to what was taken."""

    @abstractmethod
    def reply(self, number: str, text: str) -> str:
        """A person's words to the portal, from the phone. Returns the provider's reference."""

    async def serve(self, request: web.Request, order: Order) -> web.StreamResponse:
        """One authorised call that asks to send something."""
        faults = self.house.faults
        mode = faults.take()
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if refusal := self.refused(mode) or self.problem(order):
            return refusal
        reference = self.take(order)
        if faults.callbacks:
            self.report(reference, order, last="undelivered" if mode is Mode.UNDELIVERED else "delivered")
        if mode in (Mode.OK, Mode.UNDELIVERED):
            return self.accepted(reference, order)
        return await self._misanswer(request, mode)

    async def _misanswer(self, request: web.Request, mode: Mode) -> web.StreamResponse:
        """The answers that hide that it was taken. Success is 200 at these providers."""
        match mode:
            case Mode.HANG:
                await self.house.closing.wait()
            case Mode.RESET_AFTER_ACCEPT:
                reset(request)
            case Mode.GARBAGE_201:
                return web.Response(text="<html>OK</html>", content_type="text/html")
            case Mode.LYING_201:
                return web.json_response({"status": "queued"})
            case Mode.ENDLESS_201:
                return await endless(request, self.house.closing, status=200)
        return web.Response(status=500, text="Internal Server Error")


def reset(request: web.Request) -> None:
    """Break the connection with a TCP reset: lingering for 0 seconds means no goodbye."""
    if transport := request.transport:
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


async def endless(request: web.Request, closing: asyncio.Event, *, status: int) -> web.StreamResponse:
    """A body that does not end."""
    response = web.StreamResponse(status=status)
    await response.prepare(request)
    while not closing.is_set():
        await response.write(b" " * 65536)
    return response
