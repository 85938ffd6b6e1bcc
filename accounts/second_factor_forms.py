"""django-allauth's forms of passkeys and authenticator apps, in our words and with a careful look at what is sent."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, AuthenticatorAssertionResponse, RegistrationResponse

from accounts import recovery_codes
from accounts.fields import code_field, written
from accounts.models import User

LONGEST_NAME = 60  # characters
LONGEST_CREDENTIAL = 20_000  # characters; a passkey's answer has one or two thousand


class CredentialField(forms.JSONField):
    """What the browser's passkey answers, readable as such. Whether it proves anything is for allauth to check.

    allauth 65.21 answers most of what cannot be read with status 500.
    """

    widget = forms.HiddenInput
    UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, struct.error)

    def __init__(self, reads: type[RegistrationResponse] | type[AuthenticationResponse]) -> None:
        missing = _("Your browser sent no passkey. Try again, or sign in with a code.")
        super().__init__(error_messages={"required": missing, "invalid": missing})
        self.reads = reads

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_CREDENTIAL:
            raise get_adapter().validation_error("incorrect_code")
        sent = super().clean(value)
        try:
            response = self.reads.from_dict(sent).response
            if isinstance(response, AuthenticatorAssertionResponse) and not response.user_handle:
                sent["response"]["userHandle"] = ""  # a key without one: allauth takes only a text
        except self.UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return sent


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you know it again, such as “my phone”. Only you see it."),
        max_length=LONGEST_NAME,
        error_messages=written(_("Enter a name.")),
    )


class AddPasskeyForm(passkeys.SignupWebAuthnForm):  # type: ignore[misc]
    """Always a passkey that signs in on its own: allauth's form for signing up, which asks for nothing else."""

    name = name_field()
    credential = CredentialField(RegistrationResponse)


class RenamePasskeyForm(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    name = name_field()


class PasskeySignInForm(passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class PasskeySecondForm(passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class PasskeyStepUpForm(passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class WrongCode(forms.Form):
    """What to do about a code that is not right; allauth knows one sentence for codes and passkeys."""

    wrong: Any

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(self.wrong, code=error.code) from error
        return code


class OrRecoveryCode(forms.Form):
    """Takes a recovery code too, as accounts.recovery_codes keeps them; under the same limit of wrong ones."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        row = recovery_codes.of(self.user).first() if len(code) == recovery_codes.DIGITS else None
        if row is None:
            return super().clean_code()  # type: ignore[misc, no-any-return]
        forget_wrong_ones = check_rate_limit(self.user)
        if not recovery_codes.take(self.user, code):
            self._emit_authentication_failed(row)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        forget_wrong_ones()
        self.authenticator = row
        return code


def second_code_field() -> forms.CharField:
    field = code_field()
    field.help_text = _("6 digits from your app, or 16 digits of a recovery code.")
    field.error_messages |= written(_("Enter the code from your app, or a recovery code."))
    return field


class AddAppForm(WrongCode, ActivateTOTPForm):  # type: ignore[misc]
    wrong = _("That code is not right. Enter the newest one; the clock of your phone must be set by itself.")
    code = code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the app")
        self.fields["code"].error_messages |= written(_("Enter the 6 digits that the app shows."))

    @property
    def key_in_groups(self) -> str:
        """For typing: ABCD EFGH …"""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class SecondCodeForm(WrongCode, OrRecoveryCode, codes.AuthenticateForm):  # type: ignore[misc]
    wrong = _(
        "That code is not right. Enter the newest one of the app, or a recovery code you have not used yet."
    )
    code = second_code_field()


class StepUpCodeForm(WrongCode, OrRecoveryCode, codes.ReauthenticateForm):  # type: ignore[misc]
    wrong = SecondCodeForm.wrong
    code = second_code_field()
