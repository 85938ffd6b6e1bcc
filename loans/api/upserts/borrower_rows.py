"""Borrowers and their addresses."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Borrower, ContactPoint
from loans.api import rows as reading
from loans.api.schemas import BorrowerIn, Result
from loans.api.upserts.batch import Batch, Fields, by_reference, only, put

KEPT_OF_BORROWER = ("name", "country", "region")  # language and zone are the person's own to change


def borrowers(rows: Sequence[BorrowerIn], *, now: datetime) -> list[Result]:
    """Create borrowers, or bring their name and place up to date; add their addresses."""
    batch = Batch(rows, reading.borrower)
    with transaction.atomic():
        known = by_reference(Borrower, (fields["reference"] for fields in batch.good.values()))
        changed: list[Borrower] = []
        for place, fields in batch.good.items():
            old = known.get(fields["reference"])
            if (is_changed := put(old, fields, KEPT_OF_BORROWER)) and old:
                changed.append(old)
            batch.became(place, old, is_changed)
        new = [
            Borrower(
                **only(fields, ("reference", "language", "time_zone", *KEPT_OF_BORROWER)), created_at=now
            )
            for fields in batch.good.values()
            if fields["reference"] not in known
        ]
        Borrower.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["reference"], update_fields=KEPT_OF_BORROWER
        )
        Borrower.objects.bulk_update(changed, KEPT_OF_BORROWER)
        _add_addresses(batch.good.values(), now)
    return batch.all()


def _add_addresses(rows: Iterable[Fields], now: datetime) -> None:
    rows = [fields for fields in rows if fields["email"] or fields["phone"]]
    people = by_reference(Borrower, (fields["reference"] for fields in rows))
    points = [
        ContactPoint(borrower=people[fields["reference"]], kind=kind, value=fields[kind], created_at=now)
        for fields in rows
        for kind in (ContactPoint.Kind.EMAIL, ContactPoint.Kind.PHONE)
        if fields[kind]
    ]
    ContactPoint.objects.bulk_create(points, ignore_conflicts=True)
