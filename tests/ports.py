"""Ports for the servers that tests start as programs of their own."""

import itertools
import os
import socket

LOW, HIGH = 20_000, 32_000  # below those that the system gives to whoever asks for any
_turns = itertools.count()


def free_port() -> int:
    """One that nobody takes before its server does: each process of tests looks from a place of its own on."""
    while True:
        port = LOW + (37 * os.getpid() + next(_turns)) % (HIGH - LOW)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
