"""Passwords: how long one may be, and the field that a person types it in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 128  # characters; OWASP ASVS 2.1.2


class LongestPasswordValidator:
    """Of Django's kind (AUTH_PASSWORD_VALIDATORS). Nothing is cut off in silence: what is too long is refused."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long. Use at most %(most)d characters.") % {"most": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return _("Your password may have at most %(most)d characters, spaces among them.") % {"most": LONGEST}


class PasswordInput(forms.PasswordInput):
    """With a button that shows what was typed and, for a new password, a word on its strength: both by script alone,
    and hidden without it."""

    template_name = "accounts/password_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, is_new: bool = False) -> None:
        super().__init__(attrs)
        self.is_new = is_new

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["is_new"] = self.is_new
        return context
