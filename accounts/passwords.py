"""Passwords: which are taken, by Django's rules but in our words, and the field that a person types one in."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth import password_validation as rules
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LEAST = 12  # characters
LONGEST = 128  # characters; OWASP ASVS 2.1.2
# Of Django's 20,000 common passwords hardly any is as long as ours must be. These are the 10,000 most used ones that
# are, in lower case, of the ten million that Mark Burnett gave to the public domain in 2015.
COMMON = Path(__file__).with_name("common_passwords.txt.gz")
ADVICE = gettext_lazy(
    "At least %(least)d characters, not only digits. Three words of your own are easy to remember."
)


class OwnWords(rules.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("That is too much like your name or address. Choose another password.")

    def get_help_text(self) -> str:
        return _("Not your name or address.")


class LongEnough(rules.MinimumLengthValidator):
    def __init__(self) -> None:
        super().__init__(min_length=LEAST)

    def get_error_message(self) -> str:
        return _("That is too short. Choose a password of at least %d characters.") % LEAST

    def get_help_text(self) -> str:
        return _("At least %d characters.") % LEAST


class NotTooLong:
    """Of Django's kind (AUTH_PASSWORD_VALIDATORS). Nothing is cut off in silence: what is too long is refused."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long. Use at most %(most)d characters.") % {"most": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return _("Your password may have at most %(most)d characters, spaces among them.") % {"most": LONGEST}


class Uncommon(rules.CommonPasswordValidator):
    def __init__(self) -> None:
        super().__init__()
        with gzip.open(COMMON, "rt", encoding="ascii") as lines:
            self.passwords |= set(lines.read().split())

    def get_error_message(self) -> str:
        return _("Many people use this password, so others guess it. Choose another one.")

    def get_help_text(self) -> str:
        return _("Not one that many people use.")


class NotDigitsAlone(rules.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("Digits alone are guessed too fast. Put letters in too.")

    def get_help_text(self) -> str:
        return _("Not only digits.")


def is_common(password: str) -> bool:
    """Whether many people use it, so that it protects nobody: taken for no login, old or new (OWASP ASVS 2.1.7)."""
    try:
        _uncommon().validate(password)
    except ValidationError:
        return True
    return False


@cache
def _uncommon() -> Uncommon:
    return Uncommon()


class PasswordInput(forms.PasswordInput):
    """With a button that shows what was typed and, for a new password, a word on its strength: both by script alone,
    and hidden without it."""

    template_name = "accounts/password_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, is_new: bool = False) -> None:
        super().__init__(attrs)
        self.is_new = is_new

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"is_new": self.is_new, "least": LEAST}
        return context
