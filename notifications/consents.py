"""The record of what a person chose: appended, never changed, and chained, so that a change would show.

Each record's digest covers its own fields and the digest before it. Whoever holds a copy of the last digest (the person
can download theirs) can tell whether anything before it was altered, taken out or slipped in.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.models import Borrower, User
from notifications import webhooks
from notifications.models import Consent

START = ""  # before a person's first record
UNSEALED = ""  # the digest of a record from before the chain, until a migration has come to it


@dataclass(frozen=True)
class Basis:
    """On what grounds. words: what the person read, wrote or told us; way: page, sms, staff …; by: the login."""

    words: str
    way: str
    by: User | None = None


@dataclass(frozen=True)
class Changed:
    """What is another way from now on. before: None where nothing had been chosen yet."""

    kind: Consent.Kind
    before: dict[str, Any] | None
    after: dict[str, Any]


def record(borrower: Borrower, changed: Changed, *, said: Basis, now: datetime) -> Consent:
    """Append to the person's record, and tell the lender's systems. The caller holds the person's lane, so that one
    record follows another."""
    last = borrower.consents.order_by("-id").values_list("digest", flat=True).first()
    if last == UNSEALED:
        last = seal(borrower.consents.order_by("id").select_for_update())
    consent = Consent(
        borrower=borrower,
        kind=changed.kind,
        before=changed.before,
        after=changed.after,
        words=said.words,
        way=said.way,
        given_by=said.by,
        given_at=now,
    )
    consent.digest = digest(consent, last or START)
    consent.save(force_insert=True)
    webhooks.tell(webhooks.OF_CONSENT[changed.kind], borrower, changed.after, now=now)
    return consent


def seal(chain: Iterable[Consent]) -> str:
    """Give one person's records that have no digest theirs. Returns the last one. chain: the oldest first, locked."""
    before = START
    for consent in chain:
        if consent.digest == UNSEALED:
            consent.digest = digest(consent, before)
            consent.save(update_fields=["digest"])
        before = consent.digest
    return before


def digest(consent: Consent, before: str) -> str:
    """SHA-256 of the digest before it and the record's fields as JSON: keys sorted, no spaces, UTC.

    Not `given_by`: a login may be deleted, and the record stays.
    """
    fields = {
        "borrower": consent.borrower_id,
        "kind": consent.kind,
        "before": consent.before,
        "after": consent.after,
        "words": consent.words,
        "way": consent.way,
        "given_at": consent.given_at.astimezone(UTC).isoformat(),
    }
    text = json.dumps([before, fields], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(chain: Iterable[Consent]) -> Consent | None:
    """The first record that does not follow from the one before it. chain: one person's, the oldest first."""
    before = START
    for consent in chain:
        if digest(consent, before) != consent.digest:
            return consent
        before = consent.digest
    return None
