"""Asking a virus scanner whether a file is clean: clamd over its INSTREAM command. Only where CLAMD_ADDRESS is set.

Source: clamd(8), INSTREAM: chunks with their length before them, four bytes in network order; a length of 0 ends it.
"""

import socket
import struct
from contextlib import closing

from django.conf import settings

CHUNK = 64 * 1024  # bytes
PATIENCE = 20  # seconds, for each word of the scanner's
LONGEST_ANSWER = 4096  # bytes


class ScannerAway(Exception):
    """The scanner did not answer, or answered that it could not scan: nothing is known of the file."""


def is_wanted() -> bool:
    return bool(settings.CLAMD_ADDRESS)


def found_in(content: bytes) -> str:
    """The name of what the scanner found; nothing where the file is clean."""
    try:
        with closing(_connected(settings.CLAMD_ADDRESS)) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise ScannerAway(type(error).__name__) from error
    return _read(answer)


def _read(answer: str) -> str:
    """`stream: OK`, `stream: Eicar-Signature FOUND`, or what went wrong, which proves nothing."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway(said[:100])


def _connected(address: str) -> socket.socket:
    """address: host:port, or unix:/path."""
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE)
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER and (more := line.recv(LONGEST_ANSWER)):
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
