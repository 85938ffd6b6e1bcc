"""django-allauth's forms of signing in and of passwords, in our words."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm, LoginForm, ResetPasswordForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import logins, passwords, refusals, regions, sign_in_codes
from accounts.addresses import Address
from accounts.fields import AddressField, code_field, written


def shown_on_demand(field: forms.Field, *, is_new: bool = False) -> None:
    """Let a person look at the password they type. What only repeats the field's label is not said in it."""
    attributes = {name: value for name, value in field.widget.attrs.items() if name != "placeholder"}
    field.widget = passwords.PasswordInput(attributes, is_new=is_new)
    field.widget.is_required = field.required


class SignInForm(LoginForm):  # type: ignore[misc]
    """An address, and a password only where the person asks for it: /account/login/?way=password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(region=regions.of_request(self.request))
        if "password" in self.fields:
            self.fields["password"].help_text = ""
            shown_on_demand(self.fields["password"])
            self.fields["password"].error_messages |= written(
                _("Enter your password, or sign in with a code.")
            )

    @property
    def by_password(self) -> bool:
        return "password" in (self.request.GET.get("way"), self.request.POST.get("way"))

    def _setup_password_field(self) -> None:
        if not self.by_password:
            del self.fields["password"]

    def clean_login(self) -> str:
        """What allauth looks up: lower case, or E.164."""
        address: Address = self.cleaned_data["login"]
        return address.value

    def clean_password(self) -> str:
        """One that is common is refused before any login is looked up, so the answer tells nothing of one."""
        password: str = self.cleaned_data["password"]
        if passwords.is_common(password):
            refusals.note(refusals.Kind.SIGN_IN, way="common_password")
            raise forms.ValidationError(
                _(
                    "Many people use this password, so it signs in nobody. Sign in with a code, and set another one."
                )
            )
        return password

    def _login_by_code(self, request: HttpRequest, *args: Any) -> Any:
        answer = super()._login_by_code(request, *args)
        sign_in_codes.hide_first(request.session)
        return answer

    def _clean_without_password(self, email: str | None, phone: str | None) -> Any:
        cleaned = super()._clean_without_password(email, phone)
        if email and self.user and not logins.proves(self.user, email):  # type: ignore[has-type]
            self.user = None  # answered like an address nobody has
        return cleaned


class SignInCodeForm(BaseConfirmCodeForm):  # type: ignore[misc]
    """Compares hashes: the code itself is kept nowhere (accounts.sign_in_codes)."""

    code = code_field()

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not sign_in_codes.is_right(code, self.expected_code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Writes only to an address that its login has proved to read; the page says the same of any other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["email"].error_messages |= {
            **written(_("Enter the e-mail address you sign in with.")),
            "invalid": _("Write the address like name@example.com."),
        }

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if logins.proves(user, email)]  # type: ignore[has-type]
        return email


class PasswordAdvice:
    """The fields of allauth's password forms: their labels, and what an empty one asks for. Every field can show
    what was typed; a new password is weighed while it is typed."""

    fields: dict[str, forms.Field]
    WORDS = {
        "password": (_("Password"), _("Enter your password.")),
        "oldpassword": (_("Current password"), _("Enter the password you have now.")),
        "password1": (_("New password"), _("Enter a new password.")),
        "password2": (_("New password once more"), _("Enter the new password once more.")),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, advice) in self.WORDS.items():
            if field := self.fields.get(name):
                field.label = label
                field.error_messages |= written(advice)
                shown_on_demand(field, is_new=name == "password1")
        if new := self.fields.get("password1"):
            new.help_text = passwords.ADVICE % {"least": passwords.LEAST}

    def add_error(self, field: str | None, error: Any) -> None:
        """allauth says one thing of the second password in words of its own: that it is not the first."""
        if field == "password2" and not isinstance(error, forms.ValidationError):
            error = _("The two passwords are not the same. Enter the new password once more.")
        super().add_error(field, error)  # type: ignore[misc]


class SetPasswordForm(PasswordAdvice, allauth.SetPasswordForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(PasswordAdvice, allauth.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(PasswordAdvice, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(PasswordAdvice, allauth.ReauthenticateForm):  # type: ignore[misc]
    pass
