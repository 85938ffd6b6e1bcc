"""A person's own record of what they chose, for them to read and to take away."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import tables
from accounts.models import Borrower
from notifications.models import Consent

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


def title(consent: Consent) -> str:
    return str(TITLES[Kind(consent.kind)])


def way(consent: Consent) -> str:
    return str(WAYS.get(consent.way, consent.way))


def as_json(consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Everything a digest is made of, and the digest. Times in UTC, ISO 8601."""
    return [_fields(consent) for consent in consents]


def as_csv(consents: Sequence[Consent]) -> str:
    """The same as a table. A cell that a spreadsheet would take for a formula is kept a text."""
    return tables.as_csv(FIELDS, map(_fields, consents))


def _fields(consent: Consent) -> dict[str, Any]:
    return {name: getattr(consent, name) for name in FIELDS} | {"given_at": consent.given_at.isoformat()}
