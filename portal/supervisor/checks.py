"""What must hold before anything is started. Each refusal is a sentence that says what to do."""

import fcntl
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

from portal import embedded

FREE_BYTES = 300_000_000  # the empty data folders take 60 MB, the demo and its logs less than 100
LOCK = embedded.VAR / "supervisor.lock"


class RefusedError(Exception):
    """The portal cannot start; the message says why and what to do."""


def local_only() -> None:
    if os.environ.get("PORTAL_ENV", "local") != "local":
        raise RefusedError(
            "`make run` is for a demo and for development. docs/operation.md says how production is run."
        )


def only_one() -> int:
    """The lock that says this folder's portal runs; it holds the process id for whoever asks."""
    try:
        descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = LOCK.read_text().strip()
        raise RefusedError(
            f"The portal already runs from this folder (process {who}). Stop it there with Ctrl-C first."
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def unused(*, patience: float = 10.0) -> None:
    """The private servers have stopped; they do within `patience` seconds once nobody uses them."""
    until = time.monotonic() + patience
    for service in embedded.SERVICES.values():
        while embedded.is_held(service.file("users"), by_anyone=True):
            if time.monotonic() > until:
                raise RefusedError(
                    f"Something still uses the private {service.name} of {embedded.VAR}: "
                    "tests or a command of manage.py. End it first."
                )
            time.sleep(0.05)


def writable(folder: Path) -> None:
    """By writing: rights alone tell nothing of a disk that is full or read-only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        raise RefusedError(embedded.cannot_use(folder, error)) from None


def disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise RefusedError(
            f"Only {free // 1_000_000} MB are free on the disk of {folder}; the portal needs "
            f"{FREE_BYTES // 1_000_000} MB. Free some space and start again."
        )


def port(number: int, *, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a closed one is free
        try:
            probe.bind(("127.0.0.1", number))
        except PermissionError:
            raise RefusedError(
                f"Port {number} is reserved for the system. Choose one above 1023: {variable}=8010 make run"
            ) from None
        except (OSError, OverflowError):
            raise RefusedError(
                f"Port {number} is taken. Choose another: {variable}={_other(number)} make run"
            ) from None


def number(variable: str, *, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise RefusedError(f"{variable} is '{text}'. Give a port number: {variable}=8010 make run")
    return int(text)


def _other(number: int) -> int:
    return number + 10 if number < 65526 else 8010
