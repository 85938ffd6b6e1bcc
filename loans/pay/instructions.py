"""The lender's own words on how to pay, by currency and language, from the TOML file PAYMENT_INSTRUCTIONS."""

import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings

from loans.currency import minor_digits

Words = dict[str, dict[str, str]]  # currency → language → text


class InstructionsError(ValueError):
    """The file cannot be used. The message says what to write."""


def of(currency: str, language: str) -> str:
    """The words, in English where the language has none; empty where the lender has none for this currency."""
    words = load(settings.PAYMENT_INSTRUCTIONS).get(currency, {})
    return words.get(language) or words.get("en", "")


@cache
def load(path: str) -> Words:
    """InstructionsError: no TOML, no currency, or a language the portal does not have. Empty path: no words."""
    if not path:
        return {}
    try:
        words = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InstructionsError(f"{path} cannot be read: {error}") from error
    known = dict(settings.LANGUAGES)
    for currency, texts in words.items():
        try:
            minor_digits(currency)
        except ValueError as error:
            raise InstructionsError(f"{path}: {error}") from error
        if not isinstance(texts, dict) or "en" not in texts or not set(texts) <= set(known):
            raise InstructionsError(
                f"{path}, [{currency}]: give a text for en, and for others of {', '.join(known)}."
            )
        if not all(isinstance(text, str) for text in texts.values()):
            raise InstructionsError(f"{path}, [{currency}]: each language has one text.")
    return words
