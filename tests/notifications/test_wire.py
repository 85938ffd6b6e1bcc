"""The client that calls providers, against servers that answer byte by byte as a test says."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from notifications.channels.base import Limits
from notifications.channels.wire import Broken, NoAddress, NoConnection, Reply, Wire
from tests.notifications.limits import HASTY, LIMITS

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Pieces = Sequence[bytes | None]  # None: the server hangs up


async def calls(wire: Wire, url: str, number: int, is_told: asyncio.Event) -> list[Any]:
    """Each is made when the server has said everything to the one before it, and all of that is here."""
    found: list[Any] = []
    for _ in range(number):
        try:
            found.append(await wire.call("POST", url, {}, b"a=b"))
        except (OSError, TimeoutError) as error:
            found.append(error)
        await is_told.wait()
        is_told.clear()
        for _ in range(5):  # what lies in a socket is read by the loop's next round
            await asyncio.sleep(0)
    return found


def asked(*answers: Pieces, limits: Limits = LIMITS) -> tuple[list[Any], int]:
    """What came of calls one after the other, and on how many connections. answers: by connection and call in turn."""
    left, connections, is_told = list(answers), 0, asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            while left:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                assert head.startswith("POST /send HTTP/1.1\r\nHost: 127.0.0.1:")
                assert await reader.readexactly(3) == b"a=b"
                await say(left.pop(0), writer)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def say(pieces: Pieces, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in pieces:
                if piece is None:
                    writer.close()
                    return await writer.wait_closed()
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.005)
        finally:
            is_told.set()

    return served(serve, lambda wire, url: calls(wire, url, len(answers), is_told), limits), connections


def served(
    serve: Any, act: Callable[[Wire, str], Awaitable[list[Any]]], limits: Limits = LIMITS
) -> list[Any]:
    async def run() -> list[Any]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        wire = Wire(limits, {})
        async with server:
            try:
                return await act(wire, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send")
            finally:
                wire.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "pieces",
    [
        [OK],
        [bytes([one]) for one in OK],
        [b"HTTP/1.1 200\r\ncontent-LENGTH:2\r\n\r\n{}"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", OK],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1;x=y\r\n}\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r", b"\n{}\r\n0\r\nA: b\r\n", b"\r\n"],
    ],
)
def test_an_answer_is_read_however_it_comes_and_its_connection_kept(pieces: Pieces) -> None:
    replies, connections = asked(pieces, pieces)
    assert [(one.status, one.body) for one in replies] == [(200, b"{}")] * 2
    assert connections == 1


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\n\r\n{", b"}", None],  # it ends where the connection does
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", None],
        [b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", None],
        [OK + OK],  # one answer ahead
        [OK, OK],
        [OK, None],
    ],
)
def test_a_connection_that_ends_or_is_an_answer_ahead_is_not_used_again(pieces: Pieces) -> None:
    replies, connections = asked(pieces, [OK])
    assert [(one.status, one.body) for one in replies] == [(200, b"{}")] * 2
    assert connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        [b"SSH-2.0-OpenSSH\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
        [b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", OK],
        [b"HTTP/1.1 200 OK\r\nA: ", *[b"x" * 16_000] * 5],  # no end of a head
        [b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3000],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", None],
        [None],
    ],
)
def test_what_is_not_understood_breaks_the_call(pieces: Pieces) -> None:
    (broken, fine), connections = asked(pieces, [OK])
    assert isinstance(broken, Broken)
    assert (fine.status, connections) == (200, 2)


@pytest.mark.parametrize(
    "head",
    [b"\r\n", b"Content-Length: 9999999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n"],
)
def test_a_body_that_does_not_end_is_not_read(head: bytes) -> None:
    (reply,), _ = asked([b"HTTP/1.1 201 Created\r\n" + head, *[b"x" * 16_000] * 6])
    assert (reply.status, reply.body) == (201, b"")


def test_no_answer_in_time_is_told_after_sending() -> None:
    (late, fine), connections = asked([], [OK], limits=HASTY)
    assert isinstance(late, TimeoutError)
    assert (fine.status, connections) == (200, 2)


def test_the_next_call_does_not_wait_for_a_connection_that_idled_too_long(monkeypatch: Any) -> None:
    monkeypatch.setattr("notifications.channels.wire.KEPT_IDLE", 0)
    replies, connections = asked([OK], [OK])
    assert [one.status for one in replies] == [200, 200]
    assert connections == 2


def test_where_nobody_listens_nothing_was_sent() -> None:
    async def run() -> None:
        wire = Wire(HASTY, {})
        for url in ("http://127.0.0.1:9/send", "https://nowhere.invalid/send"):
            with pytest.raises(NoConnection):
                await wire.call("POST", url, {})

    asyncio.run(run())


def test_a_server_without_a_certificate_is_told_nothing() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        writer.close()

    async def act(wire: Wire, url: str) -> list[Any]:
        with pytest.raises(NoConnection):
            await wire.call("POST", url.replace("http:", "https:"), {})
        return []

    served(serve, act)


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example/", "http://", "http://a.example:x/", "http://u:p@a.example/"]
)
def test_what_is_no_address_is_not_called(url: str) -> None:
    with pytest.raises(NoAddress):
        asyncio.run(Wire(LIMITS, {}).call("POST", url, {}))


def test_a_header_cannot_bring_another() -> None:
    with pytest.raises(ValueError, match="several lines"):
        asyncio.run(Wire(LIMITS, {}).call("POST", "http://127.0.0.1:9/", {"A": "b\r\nC: d"}))


def test_a_calls_own_header_goes_before_that_of_every_call() -> None:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(OK)
        writer.close()

    async def act(wire: Wire, url: str) -> list[Reply]:
        return [await wire.call("POST", url, {"Accept": "text/html", "accept": "text/plain"})]

    served(serve, act)
    assert seen[0].count("accept:") == 1
    assert "accept: text/plain\r\n" in seen[0]


def test_an_address_and_its_query_arrive_as_they_were_meant() -> None:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode().partition(" HTTP")[0])
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    async def act(wire: Wire, url: str) -> list[Reply]:
        base = url.removesuffix("/send")
        return [
            await wire.call("GET", base, {}, query=b"a=b"),
            await wire.call("GET", f"{base}/é%20?x=1", {}, query=b"a=%26"),
        ]

    served(serve, act)
    assert seen == ["GET /?a=b", "GET /%C3%A9%20?x=1&a=%26"]
