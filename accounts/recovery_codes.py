"""Recovery codes: ten secrets on paper, each of which stands in for a lost passkey or app once.

Kept as salted hashes, so nobody reads them again: their owner sees them for a quarter of an hour after they were made,
from the cache, which holds them sealed. The row is django-allauth's, and goes as its rows go. Codes that allauth itself
made before, from a sealed seed, are taken until their owner makes new ones.
"""

import json
import secrets
from datetime import timedelta
from hashlib import pbkdf2_hmac
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string

from accounts import sealing
from accounts.models import User

COUNT = 10
DIGITS = 16  # 53 bits each: with the rounds, trying all of them against a copy of the database takes ages
# Of PBKDF2-SHA256: 30 to 100 ms. A person's ten codes have one salt, so that a try is one hash.
ROUNDS = 100_000
SHOWN = timedelta(minutes=15)  # as long as a step-up is fresh


def of(user: User) -> QuerySet[Authenticator]:
    """The row that stands for all of the login's recovery codes, if there is one."""
    rows = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES)
    return cast("QuerySet[Authenticator]", rows)


def make(user: User) -> None:
    """New codes. Those that the login had end."""
    codes = [get_random_string(DIGITS, "0123456789") for _ in range(COUNT)]
    salt = secrets.token_hex(16)
    # An empty list of allauth's own, so that its forms find none there.
    data = {"salt": salt, "hashes": [_hash(code, salt) for code in codes], "migrated_codes": []}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two tabs
        of(user).delete()
        row = Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data=data)
    cache.set(_key(row), sealing.seal(json.dumps(codes)), timeout=SHOWN.seconds)


def shown(user: User) -> list[str]:
    """The codes in groups of four, as one writes them down. None once their time is over, or the cache lost them."""
    row = of(user).first()
    sealed = row and cache.get(_key(row))
    if not sealed:
        return []
    return [
        " ".join(code[at : at + 4] for at in range(0, DIGITS, 4))
        for code in json.loads(sealing.unseal(sealed))
    ]


def left(user: User) -> int:
    """How many codes have not been used."""
    if not (row := of(user).first()):
        return 0
    return len(row.data["hashes"]) if "hashes" in row.data else len(row.wrap().get_unused_codes())


def take(user: User, code: str) -> Authenticator | None:
    """Use a code up: the row it was in, or None where it is none of the login's."""
    with transaction.atomic():
        row: Any = of(user).select_for_update().first()
        if row is None or (found := _hash(code, row.data.get("salt", ""))) not in row.data.get("hashes", []):
            return None
        row.data["hashes"].remove(found)
        row.save(update_fields=["data"])
    return cast(Authenticator, row)


def _hash(code: str, salt: str) -> str:
    return pbkdf2_hmac("sha256", code.encode(), salt.encode(), ROUNDS).hex()


def _key(row: Authenticator) -> str:
    return f"accounts:recovery_codes:{row.pk}"
