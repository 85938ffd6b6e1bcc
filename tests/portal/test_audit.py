"""`make audit`: a known vulnerability ends it with 1, a closed network with a warning."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from portal import embedded
from tests import audit, sbom

LOCK = """\
# comments and hashes are no packages
Django==5.2.1 \\
    --hash=sha256:abc
psycopg[binary,pool]==3.2.9 ; python_version >= "3.11"
    # via -r requirements.in
"""


class Osv(BaseHTTPRequestHandler):
    """Knows one vulnerability, of Django 5.2.1."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        bad = {"package": {"name": "django", "ecosystem": "PyPI"}, "version": "5.2.1"}
        results: list[dict[str, Any]] = [
            {"vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-1"}]} if each == bad else {} for each in asked
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"results": results}).encode())

    def log_message(self, *args: object) -> None:
        return None


@pytest.fixture
def osv() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Osv) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK)
    return path


def test_a_known_vulnerability_is_told_and_ends_with_1(
    osv: str, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main([lock], service=osv) == 1
    assert capsys.readouterr().out.splitlines() == [
        "django 5.2.1: GHSA-1, PYSEC-1",
        "2 packages audited, 1 with known vulnerabilities",
    ]


def test_what_was_looked_at_is_left_out(osv: str, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_IGNORE", "GHSA-1,PYSEC-1")
    assert audit.main([lock], service=osv) == 0


def test_a_closed_network_warns_and_stops_nothing(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([lock], service="http://127.0.0.1:1/") == 0
    assert "not audited" in capsys.readouterr().err


def test_every_package_of_the_locks_is_asked_about_and_the_ci_asks() -> None:
    text = (embedded.ROOT / "requirements.txt").read_text()
    assert len(audit.pins(text)) == sum(line[:1].isalpha() for line in text.splitlines()) > 30
    assert "make audit" in (embedded.ROOT / ".ci" / "run").read_text()


def test_the_bill_of_materials_names_each_package_of_the_lock() -> None:
    found = sbom.bill(LOCK + "typing_extensions==4.15.0 \\\n")
    assert [each["purl"] for each in found["components"]] == [
        "pkg:pypi/django@5.2.1",
        "pkg:pypi/psycopg@3.2.9",
        "pkg:pypi/typing-extensions@4.15.0",
    ]
