"""A person's own record of what they chose, for them to read and to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import tables
from accounts.models import Borrower
from notifications import choice_words, hold_words
from notifications.choice import Choice
from notifications.models import Consent
from notifications.words import HoldReason

Kind = Consent.Kind
TITLES = {
    Kind.PREFERENCE: _("You changed how we remind you"),
    Kind.STOP: _("You asked us to stop"),
    Kind.START: _("You asked us to start again"),
    Kind.HOLD: _("Reminders were put on hold"),
    Kind.LIFT: _("The hold on reminders ended"),
}
WAYS = {
    "page": _("on this site"),
    "sms": _("by text message"),
    "email": _("by e-mail"),
    "staff": _("by our staff"),
}
FIELDS = ("given_at", "kind", "way", "words", "before", "after", "digest")


def of(borrower: Borrower) -> Sequence[Consent]:
    """The oldest first: each stands on the one before it."""
    return list(borrower.consents.order_by("id"))


@dataclass(frozen=True)
class Entry:
    """One record as its person reads it."""

    consent: Consent
    title: str
    way: str
    why: str  # of a hold; empty: of a choice of one's own
    words: str


def entry(consent: Consent) -> Entry:
    """In the active language."""
    held = (consent.after or {}).get("hold") or (consent.before or {}).get("hold")
    return Entry(
        consent,
        title=str(TITLES[Kind(consent.kind)]),
        way=way(consent.way),
        why=str(hold_words.WHY[held]) if held else "",
        # A hold for a conversation names it by its key, which tells a reader nothing.
        words="" if held == HoldReason.CONVERSATION else consent.words,
    )


def way(code: str) -> str:
    """By which way a record was given."""
    return str(WAYS.get(code, code))


def state(stored: Mapping[str, Any] | None) -> list[str]:
    """What a record says of before or after it, one sentence per subject. Empty: nothing had been chosen."""
    if not stored:
        return []
    if "choice" in stored:
        return choice_words.lines(Choice.from_json(stored["choice"]), language=stored["language"])
    if "stopped" in stored:
        return [gettext("Reminders are stopped.") if stored["stopped"] else gettext("There is no stop.")]
    if not stored["hold"]:
        return [gettext("There is no hold for this reason.")]
    account = stored.get("account")
    return [
        gettext("On hold: %(why)s.") % {"why": hold_words.WHY[stored["hold"]]},
        *([gettext("Account %(account)s.") % {"account": account}] if account else []),
    ]


def as_json(consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Everything a digest is made of, and the digest. Times in UTC, ISO 8601."""
    return [_fields(consent) for consent in consents]


def as_csv(consents: Sequence[Consent]) -> str:
    """The same as a table. A cell that a spreadsheet would take for a formula is kept a text."""
    return tables.as_csv(FIELDS, map(_fields, consents))


def _fields(consent: Consent) -> dict[str, Any]:
    return {name: getattr(consent, name) for name in FIELDS} | {"given_at": consent.given_at.isoformat()}
