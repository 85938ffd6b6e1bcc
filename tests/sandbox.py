"""The sandbox provider as a program of its own, and how a test speaks to it."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.ports import free_port
from tests.waiting import PATIENCE, until


class Sandbox:
    """The sandbox provider, as a test speaks to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def texts(self, number: str) -> list[str]:
        """What arrived on a phone, oldest first."""
        return [text["text"] for text in self._call(f"/phones/{number}") if text["direction"] == "to_phone"]

    def subscribe(self, number: str, key: str) -> dict[str, Any]:
        """A browser on a phone allows push messages: what it then tells the portal. key: the portal's public one."""
        subscription: dict[str, Any] = self._call("/subscriptions", {"number": number, "key": key})
        return subscription

    def unsubscribe(self, endpoint: str) -> None:
        """The person withdraws the permission in that browser; the portal is not told."""
        self._call(f"/subscriptions/{endpoint.rpartition('/')[2]}/end", {})

    def pushes(self, number: str) -> list[dict[str, Any]]:
        """The push messages that a phone shows, oldest first, as its browser read them: title, text, url."""
        return [told for told in self._call(f"/phones/{number}") if told["direction"] == "push"]

    def reply(self, number: str, text: str) -> None:
        """A person's text to the portal; its answer arrives a moment later."""
        self._call(f"/phones/{number}/reply", {"text": text})

    def wait_until_told(self) -> None:
        """Until the portal has had every receipt and reply."""
        until(lambda: not self._call("/under-way")["number"], "every receipt and reply is told")

    def mails(self, address: str) -> list[dict[str, str]]:
        """What lies in a mailbox, oldest first."""
        return list(self._call(f"/mailboxes/{address}"))

    def reply_by_mail(self, address: str, text: str) -> None:
        """A person's answer to the last mail in their mailbox."""
        self._call(f"/mailboxes/{address}/reply", {"text": text})

    def count(self) -> int:
        return len(self._call("/phones"))

    def faults(self, **faults: Any) -> None:
        """How the next calls go wrong: notifications.sandbox.faults.Faults."""
        self._call("/faults", {"callbacks": False, **faults})

    def reset(self) -> None:
        self._call("/reset", {})
        self.faults()


def answers(server: Sandbox) -> bool:
    with suppress(OSError):
        server.reset()
        return True
    return False


@contextmanager
def running(*, portal_url: str = "") -> Iterator[Sandbox]:
    """A sandbox on a free port that keeps nothing: the demo's phones stay as they are.

    portal_url: where its replies go; empty: to no portal of this test.
    """
    port = free_port()
    command = [sys.executable, "-m", "notifications.sandbox.server", "--memory", "--port", str(port)]
    environment = {**os.environ, **({"PORTAL_URL": portal_url} if portal_url else {})}
    with subprocess.Popen(command, env=environment) as process:
        server = Sandbox(f"http://127.0.0.1:{port}")
        until(lambda: answers(server), "the sandbox answers")
        yield server
        process.terminate()
