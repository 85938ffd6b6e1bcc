"""Secrets that must be read again, sealed for the database: whoever steals a copy of it cannot sign in with them.

The key is derived from settings.SECRET_KEY (HKDF, RFC 5869) and used by Fernet (AES-128-CBC and HMAC-SHA256). What
was sealed under a key of settings.SECRET_KEY_FALLBACKS still opens.
"""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """cryptography.fernet.InvalidToken: forged, or sealed under a key that is gone."""
    return _box().decrypt(sealed.encode("ascii")).decode()


def is_newest(sealed: str) -> bool:
    """Whether it is sealed under settings.SECRET_KEY itself, not under a key that is on its way out."""
    try:
        _box_of((settings.SECRET_KEY,)).decrypt(sealed.encode("ascii"))
    except InvalidToken:
        return False
    return True


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.sealing").derive(key.encode())
