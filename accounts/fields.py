"""Fields for what people type about themselves, and what they are told where one is wrong."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import addresses
from accounts.typed import narrow


def chosen_from_list(advice: Any) -> dict[str, Any]:
    """The error messages of a field with choices: whatever is wrong with the choice, the advice is the same."""
    return {"required": advice, "invalid_choice": advice}


def written(advice: Any) -> dict[str, Any]:
    """The error messages of a field that is typed and must not stay empty."""
    return {
        "required": advice,
        "max_length": _("That is too long. Enter at most %(limit_value)d characters."),
    }


class AddressField(forms.CharField):
    """One field for an e-mail address or a phone number; cleans to an Address."""

    def __init__(self, *, region: str, **options: Any) -> None:
        """region: ISO 3166-1, of a number without a country code."""
        options.setdefault("label", _("E-mail address or phone number"))
        options.setdefault("max_length", 254)
        options.setdefault("error_messages", written(_("Enter an e-mail address or a phone number.")))
        attributes = {"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)
        self.region = region

    def clean(self, value: Any) -> Any:
        if not (text := super().clean(value)):
            return None
        try:
            return addresses.read(text, self.region)
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class CodeField(forms.CharField):
    """Text, not number: leading zeros count, and there is nothing to step through. Blanks and dashes are how people
    copy a code, and count for nothing."""

    def to_python(self, value: Any) -> Any:
        return "".join(narrow(super().to_python(value) or "").split()).replace("-", "")


def code_field() -> forms.CharField:
    """Six digits from a message."""
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    return CodeField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs=attributes),
        error_messages=written(_("Enter the 6 digits from our message.")),
    )
