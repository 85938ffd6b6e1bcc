"""Fineract on loopback: the recorded answers over real HTTP, and what a test changes in them."""

import base64
import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ANSWERS = Path(__file__).resolve().parent.parent / "data" / "fineract"
USER, PASSWORD, TENANT = "mifos", "password", "default"
BASE = "/fineract-provider/api/v1"


def recorded(name: str) -> Any:
    return json.loads((ANSWERS / f"{name}.json").read_text())


class Fineract:
    """The loans and clients that the server holds; `fails` gives the next answers to go wrong, as statuses."""

    def __init__(self) -> None:
        self.loans: list[dict[str, Any]] = [recorded("loan_with_associations")]
        self.clients: dict[int, dict[str, Any]] = {
            item["id"]: item for item in recorded("clients")["pageItems"]
        }
        self.fails: list[int] = []
        self.broken: set[str] = set()  # paths that answer 500 for ever
        self.asked: list[str] = []
        self.page = 200
        self.url = ""

    @property
    def loan(self) -> dict[str, Any]:
        return self.loans[0]

    def add_loan(self, number: int, **fields: Any) -> dict[str, Any]:
        loan = {**copy.deepcopy(self.loan), "id": number, "accountNo": f"{number:09}", **fields}
        for each in loan["transactions"]:
            each["id"] += number * 1000
        self.loans.append(loan)
        return loan

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if self.fails:
            return self.fails.pop(0), {"defaultUserMessage": "Something is wrong."}
        if path in self.broken:
            return 500, {}
        kind, _, key = path.partition("/")
        if kind == "loans" and not key:
            offset, limit = int(query["offset"][0]), min(int(query["limit"][0]), self.page)
            bare = [
                {k: v for k, v in loan.items() if k not in ("transactions", "repaymentSchedule")}
                for loan in self.loans
            ]
            return 200, {"totalFilteredRecords": len(bare), "pageItems": bare[offset : offset + limit]}
        found = (
            next((loan for loan in self.loans if str(loan["id"]) == key), None)
            if kind == "loans"
            else self.clients.get(int(key))
        )
        return (200, found) if found else (404, {"defaultUserMessage": f"{path} does not exist."})


@contextmanager
def running() -> Iterator[Fineract]:
    house = Fineract()
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix(f"{BASE}/")
            house.asked.append(path)
            if (
                self.headers["Authorization"] != f"Basic {pair}"
                or self.headers["Fineract-Platform-TenantId"] != TENANT
            ):
                status, answer = 401, {}
            else:
                status, answer = house.answer(path, parse_qs(parts.query))
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    house.url = f"http://127.0.0.1:{server.server_port}{BASE}"
    try:
        yield house
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
