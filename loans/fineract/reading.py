"""Ask Fineract's REST API: pages, tenant, basic authentication, bounded answers, a few patient tries. Only GET is sent.

Source: Fineract's API documentation: header Fineract-Platform-TenantId, `offset` and `limit`, pages with
totalFilteredRecords and pageItems, errors with defaultUserMessage.
"""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

PAGE = 200  # Fineract's own default
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds
MOST_BYTES = 32 * 1024 * 1024  # of one answer
AGAIN = {429, 500, 502, 503, 504}


class FineractError(Exception):
    """Nothing can be read at all. The message says, to the operator, what to do."""


class NotRead(FineractError):
    """This one answer could not be read; others may be."""


@dataclass(frozen=True)
class Access:
    url: str  # with the path of the API: https://host/fineract-provider/api/v1
    tenant: str
    user: str
    password: str
    timeout: float = 30.0  # seconds, for each call

    @classmethod
    def from_settings(cls) -> "Access":
        """FineractError: a setting is missing, or the address is not https outside a local run."""
        for name in ("FINERACT_URL", "FINERACT_USER", "FINERACT_PASSWORD", "FINERACT_COUNTRY"):
            if not getattr(settings, name):
                raise FineractError(
                    f"{name} is not set. docs/fineract.md lists what the connector must be told."
                )
        access = cls(
            settings.FINERACT_URL,
            settings.FINERACT_TENANT,
            settings.FINERACT_USER,
            settings.FINERACT_PASSWORD,
        )
        parts = urlsplit(access.url)
        if parts.scheme != "https" and not (settings.LOCAL and parts.scheme == "http"):
            raise FineractError(
                "FINERACT_URL is not https: the password would travel in the clear. Use https://…"
            )
        if not parts.hostname:
            raise FineractError("FINERACT_URL has no host. Write https://host/fineract-provider/api/v1.")
        return access


class Reader:
    """One kept connection. sleep: how to wait between tries."""

    def __init__(self, access: Access, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.access, self.sleep = access, sleep
        self._parts = urlsplit(access.url.rstrip("/"))
        self._connection: HTTPConnection | None = None

    def pages(self, path: str, **query: str) -> Iterator[list[Mapping[str, Any]]]:
        """The items of a list, page by page, until the last one."""
        offset = 0
        while True:
            answer = self.get(path, offset=str(offset), limit=str(PAGE), **query)
            items = answer.get("pageItems") if isinstance(answer, Mapping) else None
            if not isinstance(items, list):
                raise FineractError(f"{path} does not answer with pages. Is FINERACT_URL the API's address?")
            if not items:
                return
            yield items
            offset += len(items)
            if offset >= answer.get("totalFilteredRecords", 0):
                return

    def get(self, path: str, **query: str) -> Any:
        """The answer to one GET. FineractError: nothing can be read; NotRead: this cannot."""
        target = f"{self._parts.path}/{path}" + (f"?{urlencode(query, safe=',')}" if query else "")
        wait, problem = 0.0, ""
        for tried in range(TRIES):
            if tried:
                ceiling = min(FIRST_WAIT * 2**tried, LONGEST_WAIT)
                self.sleep(max(wait, ceiling / 2 * (1 + random.random())))  # noqa: S311
            try:
                response, body = self._once(target)
            except (OSError, HTTPException) as error:
                self.close()
                wait, problem = 0.0, f"no answer ({type(error).__name__})"
                continue
            if response.status not in AGAIN:
                return self._read(path, response.status, body)
            asked = response.headers.get("Retry-After", "")
            wait, problem = (
                min(float(asked), LONGEST_WAIT) if asked.isdigit() else 0.0,
                f"HTTP {response.status}",
            )
        if problem == "HTTP 500":  # it stumbles over this one; the others may be whole
            raise NotRead(f"{path}: HTTP 500 in {TRIES} tries")
        raise FineractError(
            f"Fineract at {self._parts.hostname} did not answer {path} in {TRIES} tries: {problem}. "
            "What was taken stands; run the import again when it answers."
        )

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _once(self, target: str) -> tuple[HTTPResponse, bytes]:
        if self._connection is None:
            kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
            self._connection = kind(self._parts.netloc, timeout=self.access.timeout)
        pair = f"{self.access.user}:{self.access.password}".encode()
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Fineract-Platform-TenantId": self.access.tenant,
            "Accept": "application/json",
        }
        self._connection.request("GET", target, headers=headers)
        response = self._connection.getresponse()
        body = response.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            self.close()  # the rest of it is still on the wire
        return response, body

    def _read(self, path: str, status: int, body: bytes) -> Any:
        if status == 401:
            raise FineractError(
                "Fineract refused the user. Check FINERACT_USER, FINERACT_PASSWORD and FINERACT_TENANT."
            )
        if status == 403:
            raise FineractError(
                f"FINERACT_USER may not read {path}. Give it a role with READ_CLIENT and READ_LOAN."
            )
        if status != 200:
            raise NotRead(f"{path}: HTTP {status} {_said(body)}".rstrip())
        if len(body) > MOST_BYTES:
            raise NotRead(f"{path}: the answer has more than {MOST_BYTES // 1024**2} MB")
        try:
            return json.loads(body, parse_float=Decimal)
        except ValueError:
            raise NotRead(f"{path}: the answer is not JSON") from None


def _said(body: bytes) -> str:
    """What Fineract tells a person of an error."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("defaultUserMessage", ""))[:200] if isinstance(answer, dict) else ""
