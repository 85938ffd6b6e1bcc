"""A provider of texts that is described in a TOML file: how it is asked, what its answers mean, how it calls us.

Everything is checked as the file is read; docs/http-provider.example.toml shows every key. Pure but for `load`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import environ
from django.conf import settings

from notifications.channels.base import About
from notifications.heard import Fault
from notifications.law.values import Keys
from notifications.words import Delivery

GAPS = ("to", "text", "reference", "sender")  # what may stand in braces in a field
_GAP = re.compile(r"\{([^{}]*)\}")
METHODS, BODIES = {"POST", "PUT", "GET"}, {"json", "form"}
AUTHS, SIGNATURES = {"none", "basic", "bearer", "header"}, {"hmac", "token"}
STATES = {"queued": Delivery.QUEUED, "sent": Delivery.SENT, "delivered": Delivery.DELIVERED}
STATES |= {"read": Delivery.READ, "undelivered": Delivery.UNDELIVERED}
FAULTS = {"sure": Fault.SURE, "likely": Fault.LIKELY, "perhaps": Fault.PERHAPS}
Meaning = Literal["accepted", "refused_for_now", "refused_for_good", "set_up_wrong", "unknown"]
MEANINGS = {"accepted", "refused_for_now", "refused_for_good", "set_up_wrong", "unknown"}

Secrets = Callable[[str], str]  # the name of an environment variable → its value, "" where it is not set


class GatewayError(ValueError):
    """A file that cannot be trusted: names the file, the key and what is wrong."""


@dataclass(frozen=True)
class Auth:
    kind: str
    user: str = ""
    header: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Rule:
    """The first that fits an answer says what it proves."""

    status: frozenset[int]  # empty: any
    where: str  # a path into the answer, "error.code"; empty: no look at it
    values: frozenset[str]  # as text; empty: it need only be there
    means: Meaning
    why: str
    about: About  # of what is refused for good


@dataclass(frozen=True)
class Hook:
    """How it calls us, and where in the call the things stand: paths, as in Rule.where."""

    kind: str
    header: str
    secret: str = field(repr=False)
    prefix: str
    algorithm: str  # sha256, sha1
    encoding: str  # hex, base64
    listed: str  # path of the list of entries; empty: the body is one entry, or a list of them
    paths: Mapping[str, str]
    states: Mapping[str, Delivery]  # its word → ours; of receipts alone
    faults: Mapping[str, Fault]  # its reason → how surely the number is at fault; of receipts alone


@dataclass(frozen=True)
class Gateway:
    url: str
    method: str
    body: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]  # with gaps
    sender: str
    auth: Auth
    id: str  # path of its own reference in the answer; empty: it gives none
    rules: tuple[Rule, ...]
    receipt: Hook | None
    reply: Hook | None


@lru_cache(maxsize=16)
def load(name: str) -> Gateway:
    """The provider of this name in settings.HTTP_PROVIDERS. GatewayError: its file cannot be used."""
    path = Path(settings.HTTP_PROVIDERS[name])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayError(f"{path}: cannot be read: {error}") from error
    env = environ.FileAwareEnv()
    return parse(text, str(path), lambda variable: str(env.str(variable, default="")))


def parse(text: str, name: str, secrets: Secrets) -> Gateway:
    """GatewayError says file, key and reason."""
    try:
        return _gateway(Keys(tomllib.loads(text)), secrets)
    except tomllib.TOMLDecodeError as error:
        raise GatewayError(f"{name}: not TOML: {error}") from error
    except KeyError as error:
        raise GatewayError(f"{name}: the key {error} is missing.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise GatewayError(f"{name}: {error}") from error


def _gateway(keys: Keys, secrets: Secrets) -> Gateway:
    send, answer = _table(keys, "send"), _table(keys, "answer")
    gateway = Gateway(
        url=_url(send.said("url")),
        method=send.one("method", METHODS, "POST"),
        body=send.one("body", BODIES),
        headers=_strings(send.take("headers", {}), "send.headers"),
        fields=_fields(send.take("fields")),
        sender=send.text("sender", ""),
        auth=_auth(_table(keys, "auth"), secrets),
        id=answer.text("id", ""),
        rules=tuple(_rule(Keys(one)) for one in answer.take("rule")),
        receipt=_hook(keys, "receipt", ("reference", "id", "state"), secrets),
        reply=_hook(keys, "reply", ("id", "from", "text"), secrets),
    )
    send.done("in [send]")
    answer.done("in [answer]")
    keys.done("in the file")
    if gateway.method == "GET" and gateway.body == "json":
        raise ValueError('send.body = "json": a GET has no body; write "form"')
    if not any(rule.means == "accepted" for rule in gateway.rules):
        raise ValueError("answer.rule: none of them means accepted, so no text would ever count as sent")
    return gateway


def _table(keys: Keys, name: str) -> Keys:
    raw = keys.take(name)
    if not isinstance(raw, dict):
        raise ValueError(f"{name} is not a table")
    return Keys(raw)


def _url(url: str) -> str:
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_here)):
        raise ValueError(f"send.url = {url!r} is not an https address")
    return url


def _strings(raw: Any, name: str) -> Mapping[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise ValueError(f"{name} is not a table of texts")
    return raw


def _fields(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError("send.fields is not a table")
    found = {gap for text in _texts(raw) for gap in _GAP.findall(text)}
    if unknown := found - set(GAPS):
        raise ValueError(f"send.fields: {{{sorted(unknown)[0]}}} is not known; one of {', '.join(GAPS)}")
    if missing := {"to", "text"} - found:
        raise ValueError(f"send.fields: {{{sorted(missing)[0]}}} stands nowhere")
    return raw


def _texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict | list):
        for one in raw.values() if isinstance(raw, dict) else raw:
            yield from _texts(one)


def _secret(keys: Keys, secrets: Secrets, of: str) -> str:
    """A secret never stands in the file: the key names the environment variable that holds it."""
    name = keys.said("secret_env")
    if not (secret := secrets(name)):
        raise ValueError(f"{of}.secret_env: {name} is not set in the environment")
    return secret


def _auth(keys: Keys, secrets: Secrets) -> Auth:
    kind = keys.one("kind", AUTHS)
    auth = Auth(
        kind=kind,
        user=keys.said("user") if kind == "basic" else "",
        header=keys.said("header") if kind == "header" else "",
        secret="" if kind == "none" else _secret(keys, secrets, "auth"),
    )
    keys.done("in [auth]")
    return auth


def _rule(keys: Keys) -> Rule:
    means = cast(Meaning, keys.one("means", MEANINGS))
    status = keys.take("status", [])
    if not isinstance(status, list) or not all(type(one) is int and 100 <= one <= 599 for one in status):
        raise ValueError(f"answer.rule: status = {status!r} is not a list of HTTP statuses")
    rule = Rule(
        status=frozenset(status),
        where=keys.text("where", ""),
        values=frozenset(map(str, keys.take("is", []))),
        means=means,
        why=keys.said("why") if means.startswith("refused") else keys.text("why", "")[:200],
        about=About(keys.one("about", {one.value for one in About}, About.MESSAGE.value)),
    )
    keys.done("in [[answer.rule]]")
    if rule.about is not About.MESSAGE and means != "refused_for_good":
        raise ValueError("answer.rule: about is for what is refused_for_good")
    if not rule.status and not rule.where:
        raise ValueError("answer.rule: a rule looks at status, at where, or at both")
    return rule


def _hook(file: Keys, name: str, wanted: tuple[str, ...], secrets: Secrets) -> Hook | None:
    raw = file.take(name, None)
    if raw is None:
        return None
    keys = Keys(raw)
    signed = _table(keys, "signed")
    hook = Hook(
        kind=signed.one("kind", SIGNATURES),
        header=signed.said("header"),
        secret=_secret(signed, secrets, f"{name}.signed"),
        prefix=signed.text("prefix", ""),
        algorithm=signed.one("algorithm", {"sha256", "sha1"}, "sha256"),
        encoding=signed.one("encoding", {"hex", "base64"}, "hex"),
        listed=keys.text("list", ""),
        paths={key: keys.said(key) for key in wanted} | {"why": keys.text("why", "")},
        states=_states(keys.take("states")) if name == "receipt" else {},
        faults=_faults(keys.take("faults", {})) if name == "receipt" else {},
    )
    signed.done(f"in [{name}.signed]")
    keys.done(f"in [{name}]")
    return hook


def _states(raw: Any) -> Mapping[str, Delivery]:
    """Its word → ours, one of STATES."""
    words = _strings(raw, "receipt.states")
    if unknown := set(words.values()) - set(STATES):
        raise ValueError(f"receipt.states: {sorted(unknown)[0]!r} is not known; one of {', '.join(STATES)}")
    return {word: STATES[ours] for word, ours in words.items()}


def _faults(raw: Any) -> Mapping[str, Fault]:
    """Its reason → one of FAULTS."""
    words = _strings(raw, "receipt.faults")
    if unknown := set(words.values()) - set(FAULTS):
        raise ValueError(f"receipt.faults: {sorted(unknown)[0]!r} is not known; one of {', '.join(FAULTS)}")
    return {word: FAULTS[ours] for word, ours in words.items()}


def at(value: Any, path: str) -> Any:
    """What stands at a path of names and numbers, "messages.0.id"; None where nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def filled(fields: Any, values: Mapping[str, str]) -> Any:
    """The fields with their gaps filled."""
    if isinstance(fields, str):
        return _GAP.sub(lambda gap: values[gap[1]], fields)
    if isinstance(fields, dict):
        return {name: filled(value, values) for name, value in fields.items()}
    return [filled(value, values) for value in fields] if isinstance(fields, list) else fields
