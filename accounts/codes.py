"""One-time codes: six digits that prove a person reads what is sent to an address.

The session names the code, the cache holds its hash and counts the tries. The count is the cache's atomic increment:
a session is written whole when a request ends, so a count in it is outrun by guesses made in parallel. Should the
cache lose everything, the person asks for a new code.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts import letters
from accounts.addresses import Address

LIFETIME = timedelta(minutes=10)
TRIES = 3
DIGITS = 6


class Answer(Enum):
    """What a typed code proves."""

    RIGHT = auto()  # once; the code is used up
    WRONG = auto()  # another try is left
    OVER = auto()  # too late, too many tries, or there is no code: only a new one helps


@dataclass(frozen=True)
class Recipient:
    """Where a code goes. Kept in the session, so flat."""

    kind: str
    value: str
    shown: str  # the address as this person may see it: whole, or masked
    language: str  # of the letter

    @property
    def address(self) -> Address:
        return Address(self.kind, self.value)


def send(session: SessionBase, purpose: str, *, to: Recipient, now: datetime) -> None:
    """Send a new code; an earlier one for the same purpose ends. How often is for the caller's rate limit."""
    forget(session, purpose)
    code_id, code = secrets.token_urlsafe(16), get_random_string(DIGITS, "0123456789")
    held = {"hash": hashed(code_id, code), "until": (now + LIFETIME).timestamp()}
    # The cache keeps it a minute longer, so that it is `until` that decides.
    cache.set_many({_key(code_id): held, _tries(code_id): 0}, timeout=LIFETIME.seconds + 60)
    session[_in_session(purpose)] = {"id": code_id, "to": asdict(to)}
    letters.send("code", to=to.address, language=to.language, code=code, minutes=LIFETIME.seconds // 60)


def pending(session: SessionBase, purpose: str) -> Recipient | None:
    """Where the last code for this purpose went."""
    state = session.get(_in_session(purpose))
    return Recipient(**state["to"]) if state else None


def check(session: SessionBase, purpose: str, *, code: str, now: datetime) -> Answer:
    """Whether `code` is the one that was sent. Spaces and dashes in it do not count."""
    code_id = session.get(_in_session(purpose), {}).get("id", "")
    held = cache.get(_key(code_id))
    if held is None or now.timestamp() >= held["until"]:
        return Answer.OVER
    try:
        tries = cache.incr(_tries(code_id))
    except ValueError:  # ended by a parallel request
        return Answer.OVER
    if tries > TRIES:
        return Answer.OVER
    digits = "".join(sign for sign in code if sign.isdigit())
    if not constant_time_compare(hashed(code_id, digits), held["hash"]):
        return Answer.WRONG if tries < TRIES else Answer.OVER
    if not cache.delete(_key(code_id)):  # true for one request only
        return Answer.OVER
    forget(session, purpose)
    return Answer.RIGHT


def forget(session: SessionBase, purpose: str) -> None:
    if state := session.pop(_in_session(purpose), None):
        cache.delete_many([_key(state["id"]), _tries(state["id"])])


def _in_session(purpose: str) -> str:
    return f"code:{purpose}"


def _key(code_id: str) -> str:
    return f"accounts:code:{code_id}"


def _tries(code_id: str) -> str:
    return f"accounts:code:{code_id}:tries"


def hashed(salt: str, code: str) -> str:
    """What is kept of a code in its place. salt: another one for each code."""
    return salted_hmac("accounts.codes", f"{salt}:{code}", algorithm="sha256").hexdigest()
