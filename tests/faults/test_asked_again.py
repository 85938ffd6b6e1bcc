"""A network sends a STOP once. What the portal does not take is asked for again, as by Twilio's fallback address."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from tests.sandbox import running
from tests.waiting import until

STATUSES = [503, 200]  # of the first call and the second


class Portal(HTTPServer):
    """Takes what it is told the second time only."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.told: list[dict[str, list[str]]] = []


class Hook(BaseHTTPRequestHandler):
    server: Portal

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(STATUSES[len(self.server.told)])
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.told.append(parse_qs(form))

    def log_message(self, *arguments: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def portal():
    with Portal() as portal:
        Thread(target=portal.serve_forever, daemon=True).start()
        yield portal
        portal.shutdown()


def test_a_stop_that_was_not_taken_is_sent_again_at_once_as_the_same_message(portal: Portal) -> None:
    with running(portal_url=f"http://127.0.0.1:{portal.server_port}") as sandbox:
        sandbox.reply("+15550100123", "STOP")
        until(lambda: len(portal.told) == 2, "it is told twice")
    first, second = portal.told
    assert second["MessageSid"] == first["MessageSid"]
    assert second["Body"] == ["STOP"]
    assert second["ErrorCode"] == ["11200"]
