"""Waiting for what comes by itself. A test that waits says for what; how long is one answer for all."""

import time
from collections.abc import Callable

PATIENCE = 300  # seconds; nothing takes more than a few, but other work may have the machine


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for it. AssertionError: it does not come."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE} seconds: {what}"
        time.sleep(0.02)
