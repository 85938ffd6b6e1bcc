"""The portal under gunicorn, and people who look at one page again and again: requests a second, and how long each."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

WORKERS, THREADS = 2, 2  # of gunicorn
EYES = 4  # requests under way at once
BARE = "bare view"

Look = tuple[str, str]  # an address, and the session's key


@dataclass
class Seen:
    """What one page's turns came to."""

    rates: list[float] = field(default_factory=list)  # requests a second, of each round
    took: list[float] = field(default_factory=list)  # milliseconds, of each request

    def told(self, bare: "Seen") -> dict[str, float]:
        rate = statistics.median(self.rates)
        return {
            "requests_per_second": round(rate, 1),
            "of_a_bare_view": round(rate / statistics.median(bare.rates), 3),
            "served_median_ms": round(statistics.median(self.took), 1),
            "served_p95_ms": round(statistics.quantiles(self.took, n=20)[-1], 1),
        }


def measure(
    pages: Mapping[str, Sequence[Look]], *, rounds: int, seconds: float
) -> dict[str, dict[str, float]]:
    """Each page's figures beside those of the bare view, in turns. pages: where each person finds it."""
    turns = {BARE: [("/healthz", "")], **pages}
    seen = {name: Seen() for name in turns}
    with _gunicorn() as port:
        for number in range(rounds + 1):
            for name, looks in turns.items():
                took = _turn(port, looks, seconds if number else min(seconds, 2))
                if number:  # the first round warms up
                    seen[name].took += took
                    seen[name].rates.append(len(took) / seconds)
    return {name: found.told(seen[BARE]) for name, found in seen.items()}


def _turn(port: int, looks: Sequence[Look], seconds: float) -> list[float]:
    until, took = time.monotonic() + seconds, list[float]()

    def look(first: int) -> None:
        number = first
        while time.monotonic() < until:
            took.append(_asked(port, *looks[number % len(looks)]))
            number += EYES

    eyes = [threading.Thread(target=look, args=(number,)) for number in range(EYES)]
    for eye in eyes:
        eye.start()
    for eye in eyes:
        eye.join()
    return took


def _asked(port: int, path: str, session: str) -> float:
    """Milliseconds from the connection to the last byte. RuntimeError: it is not the page."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Cookie": f"sessionid={session}"} if session else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return (time.perf_counter() - started) * 1000


@contextmanager
def _gunicorn() -> Iterator[int]:
    from benchmarks.comparison import environ

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = ["--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--log-level", "warning", *options]
    server = subprocess.Popen(command, env=environ() | {"PYTHONPATH": os.getcwd()})
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            _asked(port, "/healthz", "")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn does not answer")
