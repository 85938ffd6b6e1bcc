"""Sealing anew, under the newest SECRET_KEY, what lies sealed under an older one: after it, the older key may go."""

import logging
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction

from accounts import sealing

log = logging.getLogger(__name__)
# By the kind of a row, the one of its values that is sealed.
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
BATCH = 500  # rows of one transaction: nobody who signs in waits long for a lock


@dataclass
class Result:
    """What a run has done."""

    renewed: int = 0
    lost: list[int] = field(default_factory=list)  # ids of rows that no key opens


def run() -> Result:
    """Killed at any instant it leaves whole batches; the next run passes over what is sealed anew already."""
    result = Result()
    last: int | None = 0
    while last is not None:
        last = _batch(result, after=last)
    log.info("resealed rows=%d lost=%d", result.renewed, len(result.lost))
    return result


@transaction.atomic
def _batch(result: Result, *, after: int) -> int | None:
    """The id of the last row it looked at; None where there was none."""
    rows = Authenticator.objects.select_for_update().filter(pk__gt=after, type__in=list(SEALED))
    last = None
    for row in rows.order_by("pk")[:BATCH]:
        last = row.pk
        name = SEALED[row.type]
        if not (sealed := row.data.get(name)) or sealing.is_newest(sealed):
            continue
        try:
            row.data[name] = sealing.seal(sealing.unseal(sealed))
        except InvalidToken:
            result.lost.append(row.pk)
            continue
        row.save(update_fields=["data"])
        result.renewed += 1
    return last
