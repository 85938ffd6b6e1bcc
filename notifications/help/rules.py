"""The rules of requests. Pure: days are calendar days where the borrower lives, amounts in the account's currency."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

SIGNS = "23456789CFGHJMPQRVWX"  # none looks or sounds like another, and none makes a word
LENGTH = 8
DUE_DAYS = range(1, 29)  # every month has them


@dataclass(frozen=True)
class Promise:
    """So much by that day."""

    amount: Decimal
    day: date

    def to_json(self) -> dict[str, str]:
        return {"amount": str(self.amount), "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, details: dict[str, str]) -> "Promise":
        return cls(Decimal(details["amount"]), date.fromisoformat(details["day"]))


@dataclass(frozen=True)
class Received:
    """A payment that came in after the promise was made."""

    amount: Decimal
    on: date


def is_kept(promise: Promise, received: Iterable[Received]) -> bool:
    """Did what came in by the promised day make up the sum? Several payments count together."""
    in_time = (payment.amount for payment in received if payment.on <= promise.day)
    return sum(in_time, Decimal(0)) >= promise.amount


def last_day_to_promise(today: date, most_days: int) -> date:
    """The latest day that may be promised. most_days: what the lender admits."""
    return today + timedelta(days=most_days)


def new_reference() -> str:
    """A reference to write down or say on the telephone, such as R-7KQ4-M2XP: 2.5 × 10¹⁰ of them, none guessed."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"R-{signs[:4]}-{signs[4:]}"
