"""HTTP/1.1 as calling a provider needs it: one call after another on kept connections, each answer read whole.

A client for everything makes a stream, two timers and some forty objects for each call; that was more than a third of
what a reminder cost. Here a call is one write and its answer mostly one read. There are no redirects, no cookies and no
compression. An answer is read by `wire_reading`; what is not understood breaks the connection, as whatever breaks it
proves nothing. Source: RFC 9112.
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from notifications.channels.base import Limits
from notifications.channels.wire_reading import Reading

# Seconds an idle connection is kept: less than servers keep theirs (nginx 75, load balancers 60, Node 5). A text
# posted while the far end hangs up would be unknown, and an unknown is never resent.
KEPT_IDLE = 4

_KEPT_AS_IT_IS = "/%:@!$&'()*+,;=?~-._"  # in an address that has been written for a URL


class NoAddress(ValueError):
    """It is no URL that can be called."""


class NoConnection(OSError):
    """It could not be connected, so nothing was sent."""


class Broken(OSError):
    """It broke after sending: with what was not understood, or without an answer."""


class Origin(NamedTuple):
    host: str
    port: int
    is_tls: bool


class Target(NamedTuple):
    """Where a call goes."""

    origin: Origin
    host: str  # as the Host header has it
    path: str


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[bytes, bytes]  # by name in lower case
    body: bytes  # empty also where it was longer than anybody may ask us to read
    connection: "Connection"  # to be closed by whoever sees that this was not the answer to their call


class Wire:
    """One provider's kept connections. Not limited in number: whoever calls limits the calls at once."""

    def __init__(self, limits: Limits, headers: Mapping[str, str]) -> None:
        """headers: of every call."""
        self._timeout = limits.timeout.total_seconds()
        self._headers = {"accept": "application/json", "accept-encoding": "identity", **_lowered(headers)}
        self._idle: dict[Origin, list[tuple[float, Connection]]] = {}  # the last one used comes last
        self._open: set[Connection] = set()

    async def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", query: bytes = b""
    ) -> Reply:
        """headers: besides those of every call. ValueError: one of them has several lines.

        Connecting may take half of the time, so a TimeoutError always means "after sending".
        """
        target = _target(url)
        path = target.path + ("&" if "?" in target.path else "?") + query.decode() if query else target.path
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        told = _lines({**self._headers, **_lowered(headers)})
        head = f"{method} {path} HTTP/1.1\r\nHost: {target.host}\r\n{told}{length}\r\n"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        connection = self._kept(target.origin, loop.time()) or await self._connect(target.origin)
        reply = await connection.exchange(head.encode("latin-1") + body, deadline)
        if connection.is_usable:
            self._idle.setdefault(target.origin, []).append((loop.time(), connection))
        return reply

    def close(self) -> None:
        for connection in list(self._open):
            connection.close()

    def _kept(self, origin: Origin, now: float) -> "Connection | None":
        idle = self._idle.get(origin)
        while idle:
            since, connection = idle.pop()
            if connection.is_usable and now - since < KEPT_IDLE:
                return connection
            connection.close()
        return None

    async def _connect(self, origin: Origin) -> "Connection":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout / 2):
                _, connection = await loop.create_connection(
                    lambda: Connection(self._open),
                    origin.host,
                    origin.port,
                    ssl=_tls() if origin.is_tls else None,
                    happy_eyeballs_delay=0.25,
                )
        except (OSError, TimeoutError) as error:
            raise NoConnection(type(error).__name__) from error
        return connection


class Connection(asyncio.Protocol):
    """One call at a time."""

    def __init__(self, among: "set[Connection]") -> None:
        """among: the open ones."""
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._reading = Reading()

    @property
    def is_usable(self) -> bool:
        return self._transport is not None and self._waiting is None

    async def exchange(self, call: bytes, deadline: float) -> Reply:
        """Broken, TimeoutError: nobody knows whether the call was taken."""
        if self._transport is None:
            raise Broken("closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reply] = loop.create_future()
        self._waiting, self._reading = answer, Reading()
        timer = loop.call_at(deadline, self._break, TimeoutError())
        self._transport.write(call)
        try:
            return await answer
        finally:
            timer.cancel()
            if self._waiting is not None:  # given up
                self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
            self._among.discard(self)

    # ---------- as asyncio calls it ----------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # an answer nobody asked for: the connection would be one ahead for ever
            self.close()
            return
        try:
            self._reading.feed(data)
        except ValueError as error:
            self._break(Broken(str(error)))
        else:
            self._answer_if_whole()

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not error:
            self._reading.closed()
            self._answer_if_whole()
        self._break(Broken(type(error).__name__ if error else "closed"))

    def _answer_if_whole(self) -> None:
        waiting, read = self._waiting, self._reading
        if waiting is None or not read.is_whole:
            return
        self._waiting = None
        if not read.is_kept:
            self.close()
        if not waiting.done():
            waiting.set_result(Reply(read.status, read.headers, read.body, self))

    def _break(self, error: OSError) -> None:
        waiting, self._waiting = self._waiting, None
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


@lru_cache(maxsize=256)
def _target(url: str) -> Target:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode()
    except ValueError as error:
        raise NoAddress(url) from error
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise NoAddress(url)
    is_tls = parts.scheme == "https"
    usual = 443 if is_tls else 80
    shown = f"[{host}]" if ":" in host else host
    shown = shown if port in (None, usual) else f"{shown}:{port}"
    path = quote(parts.path or "/", safe=_KEPT_AS_IT_IS)
    query = f"?{quote(parts.query, safe=_KEPT_AS_IT_IS)}" if parts.query else ""
    return Target(Origin(host, port or usual, is_tls), shown, path + query)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _lines(headers: Mapping[str, str]) -> str:
    found = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if found.count("\r") + found.count("\n") != 2 * len(headers):
        raise ValueError("a header of several lines")
    return found


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
