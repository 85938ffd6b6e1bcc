"""The words of messages: named placeholders filled with a bill's facts. No tags, no code, nothing to inject
into."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency

from notifications import linkless

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
    "answer": "https://portal.example/a/K7QM2XP4…",
}
# Bills that a message names; the others are counted in it, and named in the inbox. A text of ten lines has some 400
# characters, and providers refuse one of more than 1,600.
MOST_NAMED = 10
AND_MORE = {"en": "and {} more", "zh-hans": "另有 {} 笔", "zh-hant": "另有 {} 筆"}
SHORT = ("sms", "whatsapp")  # channels that take a template's short words
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Words:
    """An approved template in one language."""

    subject: str
    body: str
    short: str
    template_id: int | None = None  # the version's row

    def without_links(self) -> "Words":
        """For a place where texts carry none."""
        return replace(self, short=linkless.without_links(self.short))


class Demand(NamedTuple):
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
    answer: str = ""  # where a text is answered; empty: at the portal's own address


class Filling(NamedTuple):
    """What the placeholders of one message become."""

    name: str  # the person's
    demands: Sequence[Demand]  # at least one; the first is the most urgent
    sender: Sender
    language: str  # a key of LOCALES


class Rendered(NamedTuple):
    subject: str
    text: str


def mask(reference: str) -> str:
    """The last four characters: enough for the person to know the account by, too little for anyone else."""
    return f"…{reference[-4:]}"


def render(words: Words, filling: Filling, *, channel: str) -> Rendered:
    """Fill a template for one person."""
    is_short = channel in SHORT
    filled = values(filling, is_short=is_short)
    if channel == "inbox":  # it has room for all
        filled["lines"] = _lines(filling.demands, filling.language, is_short=False)
    return Rendered(fill(words.subject, filled), fill(words.short if is_short else words.body, filled))


def fill(template: str, values: Mapping[str, str]) -> str:
    """KeyError: a placeholder that is not in `values`; content.lint refuses such a template."""
    parts = _parts(template)
    return "".join(values[part] if index % 2 else part for index, part in enumerate(parts))


@lru_cache(maxsize=1000)
def _parts(template: str) -> tuple[str, ...]:
    """Text and placeholder names in turn, text first."""
    return tuple(_PLACEHOLDER.split(template))


def values(filling: Filling, *, is_short: bool) -> dict[str, str]:
    """Placeholder → what it becomes. is_short: in a text message."""
    name, demands, sender, language = filling
    first, locale = demands[0], LOCALES[language]
    return {
        "name": name,
        "lender": sender.lender,
        "phone": sender.phone,
        "link": sender.link,
        "answer": (is_short and sender.answer) or sender.link,
        "amount": _money(first.amount, first.currency, locale),
        "due_date": _date(first.due_on, locale),
        "account": first.account,
        "lines": _lines(demands, language, is_short=is_short, most=MOST_NAMED),
    }


def _lines(demands: Sequence[Demand], language: str, *, is_short: bool, most: int | None = None) -> str:
    """The bills of a digest, one a line; beyond `most` they are counted."""
    locale = LOCALES[language]
    named = [_line(one, locale, is_short=is_short) for one in demands[:most]]
    left = len(demands) - len(named)
    return "\n".join(named + ([AND_MORE[language].format(left)] if left else []))


def _line(demand: Demand, locale: str, *, is_short: bool) -> str:
    """One bill of a digest. is_short: for a text message, where each sign counts; the year goes without saying."""
    amount = _money(demand.amount, demand.currency, locale)
    if is_short:
        return f"{amount} {_short_date(demand.due_on, locale)} {demand.account}"
    return f"{amount} · {_date(demand.due_on, locale)} · {demand.account}"


@lru_cache(maxsize=20_000)  # the same amounts and days come again and again in one evening's sending
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=5_000)
def _date(day: date, locale: str) -> str:
    return str(format_date(day, "long", locale=locale))


@lru_cache(maxsize=5_000)
def _short_date(day: date, locale: str) -> str:
    return str(format_skeleton("MMMd", day, locale=locale))
