"""The pipeline of a provider that is called over HTTP: build, post, read the answer, judge it."""

import asyncio
import base64
import json
import logging
import re
from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from notifications.channels.base import (
    Limits,
    Message,
    Outcome,
    Provider,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.wire import Broken, NoAddress, NoConnection, Reply, Wire

logger = logging.getLogger(__name__)

LONGEST_PATIENCE = timedelta(days=1)  # what is asked beyond this is taken as this

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

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


class Answer(NamedTuple):
    """What came back, as far as it could be read."""

    status: int
    json: Mapping[str, Any]  # empty where the body was not a JSON object
    retry_after: timedelta | None = None


class HttpProvider(Provider):
    """Makes the calls and keeps the clock. A provider fills in how to ask and what an answer proves."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._places = asyncio.Semaphore(limits.open_calls)
        self._wire = Wire(limits, {})

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
        self._wire.close()

    async def _exchange(self, request: Request) -> Outcome:
        """One call that sends a message."""
        answer = await self.called(request)
        return self.outcome(answer) if isinstance(answer, Answer) else answer

    async def called(self, request: Request) -> Answer | RefusedForNow | Unknown:
        """The answer to one call, or what its absence proves."""
        reply = await answered(_call(self._wire, request))
        if not isinstance(reply, Reply):
            return reply
        answer = read(reply)
        if not self.is_answer_to(request, answer):
            logger.error("provider_answers_twice provider=%s", self.name)
            reply.connection.close()  # it is an answer ahead, for ever
            return Unknown("the answer to another message")
        return answer

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


async def answered(call: Awaitable[Reply]) -> Reply | RefusedForNow | Unknown:
    """The reply, or what its absence proves: an error of connecting that nothing was sent, any later one nothing."""
    try:
        return await call
    except NoAddress:
        return SET_UP_WRONG
    except NoConnection:
        return NO_CONNECTION
    except TimeoutError:
        return Unknown("no answer in time")
    except Broken as error:
        return Unknown(f"the connection broke: {error}")


@lru_cache(maxsize=8)
def _basic(user: str, password: str) -> Mapping[str, str]:
    if not user:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def encoded(form: Mapping[str, str]) -> bytes:
    """A form as a body, as urllib's urlencode writes it in three times the time: that looks at each letter."""
    return b"&".join(b"%b=%b" % (_quoted(name), _quoted(value)) for name, value in form.items())


def _quoted(text: str) -> bytes:
    return _TO_QUOTE.sub(_as_quoted, text.encode()).replace(b" ", b"+")


def _as_quoted(found: re.Match[bytes]) -> bytes:
    return _QUOTED[found[0]]


_TO_QUOTE = re.compile(rb"[^A-Za-z0-9_.~ -]")
_QUOTED = {bytes([code]): b"%%%02X" % code for code in range(256)}


async def _call(wire: Wire, request: Request) -> Reply:
    """A redirect is not followed: it would post twice, and show the token to a stranger."""
    kind = FORM if request.json is None else JSON
    headers = {"Content-Type": kind, **request.headers, **_basic(request.user, request.password)}
    if request.json is not None:
        body, query = json.dumps(request.json, ensure_ascii=False).encode(), b""
    elif request.method == "GET":
        body, query = b"", encoded(request.form)
    else:
        body, query = encoded(request.form), b""
    return await wire.call(request.method, request.url, headers, body, query)


def read(reply: Reply) -> Answer:
    """The answer as far as it can be read."""
    asked = reply.headers.get(b"retry-after", b"").decode("latin-1")
    patience = retry_after(asked, now=datetime.now(UTC)) if asked else None
    return Answer(reply.status, parsed(reply.body), patience)


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
