"""What people type, as they mean it. Pure."""

import unicodedata


def narrow(text: str) -> str:
    """１２３＠ as 123@: a keyboard for Chinese writes digits and signs as wide as its characters (NFKC)."""
    return unicodedata.normalize("NFKC", text)
