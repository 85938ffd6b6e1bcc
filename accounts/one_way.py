"""Secrets that we need not know again, kept as what can only be compared."""

import hashlib


def digest(secret: str) -> str:
    """SHA-256, hexadecimal. For secrets made by us, random and long, to which a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
