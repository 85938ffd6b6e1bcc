"""HTTP/1.1 as calling a provider needs it: one call after another on kept connections, each answer read whole.

A client for everything makes a stream, two timers and some forty objects for each call; that was more than a third of
what a reminder cost. Here a call is one write and its answer mostly one read. There are no redirects, no cookies and no
compression. What is not understood breaks the connection, as whatever breaks it proves nothing. Source: RFC 9112.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from notifications.channels.base import Limits

LONGEST_HEAD = 64 * 1024  # bytes
LONGEST_ANSWER = 64 * 1024  # bytes; a real answer has about 1,000, a lying one may never end
# Seconds an idle connection is kept: less than servers keep theirs (nginx 75, load balancers 60, Node 5). A text
# posted while the far end hangs up would be unknown, and an unknown is never resent.
KEPT_IDLE = 4

_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: [^\r\n]*)?")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
_DIGITS = re.compile(rb"\d{1,12}")
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
        self._received = bytearray()
        self._head: _Head | None = None
        self._body = bytearray()

    @property
    def is_usable(self) -> bool:
        return self._transport is not None and self._waiting is None

    async def exchange(self, call: bytes, deadline: float) -> Reply:
        """Broken, TimeoutError: nobody knows whether the call was taken."""
        if self._transport is None:
            raise Broken("closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reply] = loop.create_future()
        self._waiting = answer
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
        if (
            self._waiting is None
        ):  # an answer that nobody asked for: the connection would be one ahead for ever
            self.close()
            return
        self._received += data
        try:
            self._read()
        except ValueError as error:
            self._break(Broken(str(error)))

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and self._head and self._head.ends_by_closing and not error:
            self._body += self._received
            self._answer(is_kept=False)
        self._break(Broken(type(error).__name__ if error else "closed"))

    # ---------- reading ----------

    def _read(self) -> None:
        """ValueError: it is no HTTP."""
        while self._head is None:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                if len(self._received) > LONGEST_HEAD:
                    raise ValueError("too long a head")
                return
            head = _head(bytes(self._received[:end]))
            del self._received[: end + 4]
            if head.status >= 200:  # else it announces the answer to come
                self._head = head
        if self._head.length is not None:
            is_whole = len(self._received) >= self._head.length
            if is_whole:
                self._body += self._received[: self._head.length]
                del self._received[: self._head.length]
        elif self._head.is_chunked:
            is_whole = self._read_chunks()
        else:
            is_whole = False
        if is_whole:
            self._answer(
                is_kept=self._head.is_kept and not self._received
            )  # more than was asked for: one ahead
        elif len(self._body) + len(self._received) > LONGEST_ANSWER:
            self._body.clear()
            self._answer(is_kept=False)

    def _read_chunks(self) -> bool:
        """Are they all there?"""
        while (line := self._received.find(b"\r\n")) >= 0:
            if not (size := _SIZE.fullmatch(self._received, 0, line)):
                raise ValueError("no chunk")
            start, length = line + 2, int(size[1], 16)
            if not length:
                end = self._received.find(b"\r\n\r\n", line)  # of what may be told after the last one
                if end >= 0:
                    del self._received[: end + 4]
                return end >= 0
            if len(self._received) < start + length + 2:
                return False
            self._body += self._received[start : start + length]
            del self._received[: start + length + 2]
        return False

    def _answer(self, *, is_kept: bool) -> None:
        waiting, head = self._waiting, self._head
        if waiting is None or head is None:
            return
        body = bytes(self._body) if len(self._body) <= LONGEST_ANSWER else b""
        self._waiting, self._head = None, None
        self._received.clear()
        self._body.clear()
        if not is_kept:
            self.close()
        if not waiting.done():
            waiting.set_result(Reply(head.status, head.headers, body, self))

    def _break(self, error: OSError) -> None:
        waiting, self._waiting = self._waiting, None
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


class _Head(NamedTuple):
    status: int
    headers: Mapping[bytes, bytes]
    length: int | None  # of the body, where it is told
    is_chunked: bool
    is_kept: bool

    @property
    def ends_by_closing(self) -> bool:
        return self.length is None and not self.is_chunked


def _head(lines: bytes) -> _Head:
    """ValueError: it is no HTTP/1.1 answer, or it does not say where it ends in one way only."""
    first, *others = lines.split(b"\r\n")
    if not (status := _STATUS.fullmatch(first)):
        raise ValueError("no HTTP")
    headers: dict[bytes, bytes] = {}
    for line in others:
        name, colon, value = line.partition(b":")
        name = name.lower()
        if not colon or (name == b"content-length" and headers.get(name, value.strip()) != value.strip()):
            raise ValueError("no header")
        headers[name] = value.strip()
    number, coding = int(status[2]), headers.get(b"transfer-encoding", b"").lower()
    if coding not in (b"", b"chunked"):
        raise ValueError("an unknown coding")
    length: int | None = None
    if number in (204, 304):
        length = 0
    elif not coding and (told := headers.get(b"content-length")) is not None:
        if not _DIGITS.fullmatch(told):
            raise ValueError("no length")
        length = int(told)
    says = headers.get(b"connection", b"").lower()
    is_kept = b"close" not in says and (status[1] == b"1" or b"keep-alive" in says)
    return _Head(number, headers, length, bool(coding) and length is None, is_kept)


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
