"""Reading an answer: the same in whatever pieces it comes, and the same as Python's own reader finds."""

import io
from http.client import HTTPResponse
from itertools import pairwise
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from notifications.channels.wire_reading import LONGEST, Reading

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
VALUES = st.text("abc 123;=/\"',", max_size=20).map(str.strip)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
TOO_LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Well-formed ones, that tell their end in each of the three ways."""
    status = draw(st.sampled_from([200, 201, 202, 204, 304, 400, 429, 500, 599]))
    lines = [
        f"HTTP/1.{draw(st.sampled_from('01'))} {status}{draw(st.sampled_from(['', ' ', ' Some Words']))}"
    ]
    lines += [f"x-{name}: {draw(VALUES)}" for name in draw(st.lists(WORDS, max_size=4, unique=True))]
    lines += draw(st.sampled_from([[], ["Connection: close"], ["connection: Keep-Alive"]]))
    body = b"" if status in (204, 304) else draw(st.binary(max_size=200))
    told = draw(st.sampled_from(["length", "chunks", "closing"])) if status not in (204, 304) else "closing"
    if told == "length":
        lines.append(f"Content-Length: {len(body)}")
    elif told == "chunks":
        lines[0] = lines[0].replace("HTTP/1.0", "HTTP/1.1")
        lines.append("Transfer-Encoding: chunked")
        size = draw(st.integers(1, 80))
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    announced = draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n"]))
    return announced + "\r\n".join([*lines, "", ""]).encode() + body


def read(pieces: list[bytes]) -> tuple[Any, ...]:
    reading = Reading()
    try:
        for piece in pieces:
            if not reading.is_whole:
                reading.feed(piece)
    except ValueError:
        return ("not understood",)
    reading.closed()
    return reading.is_whole, reading.status, reading.headers, reading.body


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


@given(
    answers() | st.binary(max_size=80).map(lambda end: OK + end), st.lists(st.integers(0, 1000), max_size=8)
)
@example(TOO_LONG, [LONGEST - 1, LONGEST, LONGEST + 1])
def test_however_it_is_cut_it_is_the_same_answer(answer: bytes, places: list[int]) -> None:
    assert read(cut(answer, places)) == read([answer])


@given(answers(), st.lists(st.integers(0, 300), max_size=3), st.binary(min_size=1, max_size=3))
def test_whatever_is_changed_in_it_it_is_the_same_however_it_is_cut(
    answer: bytes, places: list[int], put: bytes
) -> None:
    spoilt = bytearray(answer)
    for place in places:
        spoilt[place % len(spoilt) :][: len(put)] = put
        spoilt[place % len(spoilt)] = put[0]
    assert read([bytes([one]) for one in spoilt]) == read([bytes(spoilt)])


class Sock(io.BytesIO):
    def makefile(self, *_: Any) -> io.BytesIO:
        return self


@given(answers())
def test_a_well_formed_answer_is_what_pythons_own_reader_finds(answer: bytes) -> None:
    other = HTTPResponse(Sock(answer))  # type: ignore[arg-type]  # makefile is all it asks of a socket
    other.begin()
    found = {name.lower().encode(): value.encode() for name, value in other.getheaders()}
    assert read([answer]) == (True, other.status, found, other.read())


@given(answers().filter(lambda answer: b"Content-Length" in answer or b"Transfer-Encoding" in answer))
def test_what_ends_before_its_end_is_no_answer(answer: bytes) -> None:
    for end in range(len(answer)):
        reading = Reading()
        reading.feed(answer[:end])
        reading.closed()
        assert not reading.is_whole
