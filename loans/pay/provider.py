"""What a payment provider is to us: it makes a page for an amount, and tells what became of it, signed.

Providers are a table from name to dotted path (settings.PAY_PROVIDERS), imported on first use; settings.PAY_PROVIDER
names the one in use. Where none is, nobody is offered to pay here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Became(StrEnum):
    PAID = "paid"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A page to be made."""

    order: str  # our own id, which comes back with each event
    amount: Decimal
    currency: str  # ISO 4217
    account: str  # the account's reference, for the person to know what they pay
    language: str
    return_url: str
    webhook_url: str


@dataclass(frozen=True)
class Page:
    url: str  # where the person pays
    reference: str  # the provider's
    expires_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class Event:
    """What the provider says became of a page. It may say so again, late, or twice at once."""

    key: str  # the provider's own id of this event
    order: str
    became: Became
    amount: Decimal
    currency: str
    on: date  # UTC's day


class NoPage(Exception):
    """The provider made no page, or cannot be reached. Nobody has paid anything."""


class NotSigned(Exception):
    """The event is not the provider's, or too old to be sent just now."""


class NotUnderstood(Exception):
    """It is signed, and says nothing that we know."""


class Provider(Protocol):
    def make_page(self, wanted: Wanted) -> Page:
        """One call over HTTP, outside of any transaction. NoPage."""

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Event:
        """The signature first. NotSigned, NotUnderstood."""


def in_use() -> str:
    """The name of the provider that pages are made by; empty: none."""
    return str(settings.PAY_PROVIDER)


def named(name: str) -> Provider:
    """KeyError: no such provider."""
    return _made(settings.PAY_PROVIDERS[name])


@cache
def _made(path: str) -> Provider:
    return import_string(path)()  # type: ignore[no-any-return]
