"""The words of messages: named placeholders filled with a bill's facts. No tags, no code, nothing to inject
into."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import gettext as _

from notifications.law.case import Message

LOCALES = {"en": "en", "zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}  # ours → Babel's
PLACEHOLDERS = {
    "name": "Grace Kim",
    "lender": "Example Lending",
    "amount": "$250.00",
    "due_date": "15 March 2027",
    "account": "…0001",
    "lines": "$250.00 · 15 March 2027 · …0001",
    "phone": "+1 555 010 0199",
    "link": "https://portal.example",
}
NEEDED = ("lender", "phone")  # in every message: who writes, and where a person answers
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Words:
    """An approved template in one language."""

    subject: str
    body: str
    short: str


@dataclass(frozen=True)
class Demand:
    """What one message says of one bill. amount: still to be paid, in `currency`. account: the masked
    reference."""

    amount: Decimal
    currency: str
    due_on: date
    account: str


@dataclass(frozen=True)
class Sender:
    lender: str
    phone: str
    link: str


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str


def mask(reference: str) -> str:
    """The last four characters: enough for the person to know the account by, too little for anyone else."""
    return f"…{reference[-4:]}"


def render(
    words: Words, *, channel: str, name: str, demands: Sequence[Demand], sender: Sender, language: str
) -> Rendered:
    """Fill a template for one person. demands: at least one; the first is the most urgent."""
    values = _values(name, demands, sender, LOCALES[language])
    text = words.short if channel == "sms" else words.body
    return Rendered(fill(words.subject, values), fill(text, values))


@lru_cache(maxsize=1000)
def carried(words: Words, language: str) -> Mapping[str, Message]:
    """What these words carry, channel by channel, as rulebooks ask for it (rules of kind content_required)."""
    return {
        channel: Message(keys=_keys(text, channel), language=language)
        for channel, text in (("sms", words.short), ("email", words.body), ("inbox", words.body))
    }


_CARRIED_BY = {  # placeholder → what a reader learns from it
    "lender": {"sender_name", "lender_name"},
    "phone": {"contact"},
    "amount": {"amount"},
    "due_date": {"due_date"},
    "account": {"basis"},
    "lines": {"amount", "due_date", "basis"},
}


def _keys(text: str, channel: str) -> frozenset[str]:
    named = set(_parts(text)[1::2])
    keys = {key for name in named for key in _CARRIED_BY.get(name, ())} | {"purpose"}
    if channel == "sms":
        keys.add("sender_code")  # it travels with our own number
    if "STOP" in text if channel == "sms" else "link" in named:
        keys.add("opt_out")  # the link leads to where reminders are stopped
    return frozenset(keys)


def fill(template: str, values: Mapping[str, str]) -> str:
    """KeyError: a placeholder that is not in `values`; validate() refuses such a template."""
    parts = _parts(template)
    return "".join(values[part] if index % 2 else part for index, part in enumerate(parts))


@lru_cache(maxsize=1000)
def _parts(template: str) -> tuple[str, ...]:
    """Text and placeholder names in turn, text first."""
    return tuple(_PLACEHOLDER.split(template))


def _values(name: str, demands: Sequence[Demand], sender: Sender, locale: str) -> dict[str, str]:
    first = demands[0]
    return {
        "name": name,
        "lender": sender.lender,
        "phone": sender.phone,
        "link": sender.link,
        "amount": _money(first.amount, first.currency, locale),
        "due_date": _date(first.due_on, locale),
        "account": first.account,
        "lines": "\n".join(
            f"{_money(one.amount, one.currency, locale)} · {_date(one.due_on, locale)} · {one.account}"
            for one in demands
        ),
    }


@lru_cache(maxsize=20_000)  # the same amounts and days come again and again in one evening's sending
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=5_000)
def _date(day: date, locale: str) -> str:
    return str(format_date(day, "long", locale=locale))


def validate(*, subject: str, body: str, short: str) -> list[str]:
    """What is wrong with a template, one sentence per problem; empty where it can be sent."""
    problems = []
    for field, text in ((_("Subject"), subject), (_("Text"), body), (_("Short text"), short)):
        if not text.strip():
            problems.append(_("%(field)s: write something.") % {"field": field})
        unknown = sorted({name for name in _parts(text)[1::2] if name not in PLACEHOLDERS})
        for name in unknown:
            problems.append(
                _("%(field)s: {%(name)s} is not known. Use one of %(known)s.")
                % {"field": field, "name": name, "known": ", ".join(PLACEHOLDERS)}
            )
        rest = "".join(_parts(text)[::2])
        if "{" in rest or "}" in rest:
            problems.append(
                _("%(field)s: a brace is left open. Write placeholders like {amount}.") % {"field": field}
            )
    for field, text in ((_("Text"), body), (_("Short text"), short)):
        missing = [name for name in NEEDED if name not in _parts(text)[1::2]]
        for name in missing:
            problems.append(_("%(field)s: {%(name)s} is missing.") % {"field": field, "name": name})
    return problems
