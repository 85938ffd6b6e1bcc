"""What keeps tests apart that share one Valkey: each test has its own corner of the cache."""

import uuid
from typing import NoReturn

_corner = ""


def enter_new_corner() -> None:
    global _corner
    _corner = uuid.uuid4().hex


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION. A function, not a prefix: the live server's threads make caches of their own."""
    return f"test:{_corner}:{key_prefix}:{version}:{key}"


def refuse_to_clear(cache: object) -> NoReturn:
    """In place of the cache's clear(), which empties the corners of the tests that run beside this one too."""
    raise AssertionError("every test has its own corner of the cache: there is nothing to clear")
