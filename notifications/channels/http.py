"""The pipeline of a provider that is called over HTTP: build, post, read the answer, judge it."""

import asyncio
import base64
import json
import logging
from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp

from notifications.channels.base import (
    Limits,
    Message,
    Outcome,
    Provider,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 64 * 1024  # bytes; a real answer has about 1,000, a lying one may never end
# Seconds an idle connection is kept: less than servers keep theirs (nginx 75, load balancers 60, Node 5). A text
# posted while the far end hangs up would be unknown, and an unknown is never resent.
KEPT_IDLE = 4
LONGEST_PATIENCE = timedelta(days=1)  # what is asked beyond this is taken as this

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

TOO_LATE = RefusedForNow("this batch had no time left")
NO_CONNECTION = RefusedForNow("the provider cannot be reached", is_providers_fault=True)
SET_UP_WRONG = RefusedForNow("the provider does not accept our account", is_providers_fault=True)
NOT_APPROVED = RefusedForGood("the provider has no approved template for these words")


@dataclass(frozen=True, slots=True)
class Request:
    """One call: the POST of a form, where nothing else is said."""

    url: str
    form: Mapping[str, str] = field(default_factory=dict)  # the body; of a GET, the query
    json: Mapping[str, Any] | None = None  # the body, in place of the form
    user: str = ""
    password: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as far as it could be read."""

    status: int
    json: Mapping[str, Any]  # empty where the body was not a JSON object
    retry_after: timedelta | None = None


class HttpProvider(Provider):
    """Makes the calls and keeps the clock. A provider fills in how to ask and what an answer proves."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._places = asyncio.Semaphore(limits.open_calls)
        self._session: aiohttp.ClientSession | None = None
        self._retired: list[aiohttp.ClientSession] = []  # their calls under way go on; they begin no more

    @abstractmethod
    def request(self, message: Message) -> Request:
        """The call that sends this message."""

    @abstractmethod
    def outcome(self, answer: Answer) -> Outcome:
        """What the answer proves; `usual` says it for whatever the provider has no words of its own for."""

    def unfit(self, message: Message) -> RefusedForGood | None:
        """Why this provider can never carry this message, before it is asked."""
        is_free = not self.needs_approved or (message.is_answer and self.answers_freely)
        return None if is_free or self.name in message.approved else NOT_APPROVED

    def is_answer_to(self, request: Request, answer: Answer) -> bool:
        """Is this the answer to this very call? HTTP/1.1 numbers nothing: a server that answers one call twice
        leaves an answer on the connection, and whoever calls next takes it for their own."""
        return True

    async def deliver(self, messages: Sequence[Message]) -> dict[UUID, Outcome]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.limits.timeout.total_seconds()

        async def call(message: Message) -> Outcome:
            if refusal := self.unfit(message):
                return refusal
            async with self._places:  # the wait for a free place does not count as the provider's time
                if clock() >= deadline:
                    return TOO_LATE
                outcome = await self._exchange(self.request(message))
            self.heard(message.id, outcome)
            return outcome

        results = await asyncio.gather(*map(call, messages), return_exceptions=True)
        outcomes = {
            message.id: self._settled(result) for message, result in zip(messages, results, strict=True)
        }
        if SET_UP_WRONG in outcomes.values():
            logger.error("provider_set_up_wrong provider=%s", self.name)
        return outcomes

    async def close(self) -> None:
        for session in (*self._retired, self._session):
            if session:
                await session.close()

    async def _exchange(self, request: Request) -> Outcome:
        """One call that sends a message."""
        answer = await self.called(request)
        return self.outcome(answer) if isinstance(answer, Answer) else answer

    async def called(self, request: Request) -> Answer | RefusedForNow | Unknown:
        """The answer to one call, or what its absence proves."""
        session = self._session = self._session or new_session(self.limits, FORM)
        answer = await answered(_post(session, request))
        if not isinstance(answer, Answer):
            return answer
        if not self.is_answer_to(request, answer):
            self._retire(session)
            return Unknown("the answer to another message")
        return answer

    def _retire(self, session: aiohttp.ClientSession) -> None:
        """One of its connections is an answer ahead, for ever. It is back in the pool and nobody can tell which."""
        if session is self._session:
            logger.error("provider_answers_twice provider=%s", self.name)
            self._retired.append(session)
            self._session = None

    def _settled(self, result: Outcome | BaseException) -> Outcome:
        """One message that our own code trips over must not take the batch's other outcomes with it."""
        if not isinstance(result, BaseException):
            return result
        logger.error("provider_call_broke provider=%s error=%s", self.name, type(result).__name__)
        return Unknown(f"an error of ours: {type(result).__name__}")

    @staticmethod
    def usual(answer: Answer) -> Outcome:
        """What a status means at any provider.

        4xx is a refusal, so it was not sent. 408 says that the server gave up waiting: it may have read
        enough. 2xx without what it promises, 3xx and 5xx prove nothing.
        """
        if answer.status in (401, 403):
            return SET_UP_WRONG
        if answer.status == 429:
            return RefusedForNow(
                "the provider asks us to slow down", answer.retry_after, is_providers_fault=True
            )
        if 400 <= answer.status < 500 and answer.status != 408:
            return RefusedForNow(f"refused with HTTP {answer.status}", answer.retry_after)
        return Unknown(f"HTTP {answer.status} without a clear answer")


async def answered(call: Awaitable[Answer]) -> Answer | RefusedForNow | Unknown:
    """The answer, or what its absence proves: an error of connecting that nothing was sent, any later one nothing."""
    try:
        return await call
    except aiohttp.InvalidURL:
        return SET_UP_WRONG
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return NO_CONNECTION
    except TimeoutError:
        return Unknown("no answer in time")
    except (aiohttp.ClientError, OSError) as error:
        return Unknown(f"the connection broke: {type(error).__name__}")


def new_session(limits: Limits, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """One pool of kept connections. headers: of every call.

    Connecting may take half of the time: so a timeout at the end always means "after sending".
    """
    seconds = limits.timeout.total_seconds()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=limits.open_calls, keepalive_timeout=KEPT_IDLE),
        timeout=aiohttp.ClientTimeout(total=seconds, connect=seconds / 2),
        headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
        auto_decompress=False,  # a small answer may unpack to gigabytes
        cookie_jar=aiohttp.DummyCookieJar(),
    )


@lru_cache(maxsize=8)
def _basic(user: str, password: str) -> Mapping[str, str]:
    if not user:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def _post(session: aiohttp.ClientSession, request: Request) -> Answer:
    """Post and read. A redirect is not followed: it would post twice, and show the token to a stranger."""
    content: dict[str, Any] = {"data": urlencode(request.form).encode()}
    headers = {**request.headers, **_basic(request.user, request.password)}
    if request.json is not None:
        content["data"] = json.dumps(request.json, ensure_ascii=False).encode()
        headers.setdefault("Content-Type", "application/json")
    elif request.method == "GET":
        content = {"params": request.form}
    async with session.request(
        request.method, request.url, **content, headers=headers, allow_redirects=False
    ) as response:
        return await read(response)


async def read(response: aiohttp.ClientResponse) -> Answer:
    """The answer as far as anybody may ask us to read."""
    body = await _read(response)
    asked = response.headers.get("Retry-After", "")
    patience = retry_after(asked, now=datetime.now(UTC)) if asked else None
    return Answer(response.status, parsed(body), patience)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, or nothing where it is too long; then the connection is closed, not drained."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            response.close()
            return b""
    return bytes(body)


def parsed(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; empty where it is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):  # "[" 60,000 times is valid up to its end
        return {}
    return value if isinstance(value, dict) else {}


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """The patience a Retry-After header asks for, in seconds or as an HTTP date; None where it says nothing.

    At most LONGEST_PATIENCE. A date that has passed asks for none. Source: RFC 9110, 10.2.3.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), LONGEST_PATIENCE.total_seconds()))
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    if at.tzinfo is None:  # "-0000" and no zone at all both mean UTC here
        at = at.replace(tzinfo=UTC)
    return max(timedelta(0), min(at - now, LONGEST_PATIENCE))
