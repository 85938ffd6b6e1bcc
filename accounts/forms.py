"""What people type about themselves."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm, LoginForm, ResetPasswordForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import addresses, logins, passwords, refusals, regions, sign_in_codes, time_zones
from accounts.addresses import Address
from accounts.codes import Recipient
from accounts.models import Borrower, ContactPoint
from accounts.typed import narrow

OTHER = "other"


def chosen_from_list(advice: Any) -> dict[str, Any]:
    """The error messages of a field with choices: whatever is wrong with the choice, the advice is the same."""
    return {"required": advice, "invalid_choice": advice}


def written(advice: Any) -> dict[str, Any]:
    """The error messages of a field that is typed and must not stay empty."""
    return {
        "required": advice,
        "max_length": _("That is too long. Enter at most %(limit_value)d characters."),
    }


def shown_on_demand(field: forms.Field, *, is_new: bool = False) -> None:
    """Let a person look at the password they type. What only repeats the field's label is not said in it."""
    attributes = {name: value for name, value in field.widget.attrs.items() if name != "placeholder"}
    field.widget = passwords.PasswordInput(attributes, is_new=is_new)
    field.widget.is_required = field.required


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


class CodeForm(forms.Form):
    code = code_field()


# ---------- signing in: django-allauth's forms, in our words ----------


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
    code = code_field()

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not sign_in_codes.is_right(code, self.expected_code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
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


# ---------- claiming ----------


class FactForm(forms.Form):
    answer = forms.CharField(
        label=_("Last 4 characters of your agreement number"),
        help_text=_("It is on your contract and on every letter from us. It can be any of your agreements."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages=written(_("Enter the last 4 characters of one of your agreement numbers.")),
    )

    def clean_answer(self) -> str:
        return narrow(self.cleaned_data["answer"])


class ClaimAddressForm(forms.Form):
    """An address we have on file, shown masked, or another one."""

    def __init__(self, *args: Any, borrower: Borrower, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = get_language() or borrower.language  # of the code: that of the page that takes it
        self.points = {str(point.pk): point for point in _on_file(borrower)}
        known = [(pk, addresses.masked(Address.of(point))) for pk, point in self.points.items()]
        if known:
            choices = [*known, (OTHER, _("Another e-mail address or phone number"))]
            self.fields["choice"] = forms.ChoiceField(
                label=_("How do you want to sign in?"),
                choices=choices,
                widget=forms.RadioSelect,
                error_messages=chosen_from_list(_("Choose one of these addresses, or enter another one.")),
            )
        label = _("Another e-mail address or phone number") if known else _("E-mail address or phone number")
        self.fields["other"] = AddressField(region=borrower.country, label=label, required=not known)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice", OTHER) == OTHER and not self.errors and not cleaned.get("other"):
            self.add_error("other", _("Enter an e-mail address or a phone number."))
        return cleaned

    @property
    def recipient(self) -> Recipient:
        """What the person typed is shown to them whole, what we have on file masked."""
        if point := self.points.get(self.cleaned_data.get("choice", OTHER)):
            known = Address.of(point)
            return Recipient(known.kind, known.value, addresses.masked(known), self.language)
        return _recipient(self.cleaned_data["other"], self.language)


def _on_file(borrower: Borrower) -> list[ContactPoint]:
    return list(addresses.of(borrower).filter(closed_at=None).order_by("kind", "pk"))


def _recipient(address: Address, language: str) -> Recipient:
    return Recipient(address.kind, address.value, addresses.shown(address), language)


# ---------- profile ----------


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Borrower
        fields = ["language", "time_zone"]
        error_messages = {"language": chosen_from_list(_("Choose a language."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            help_text=_("We write to you at the hours you chose, in this zone."),
            choices=time_zones.choices(get_language() or "en", current=self.instance.time_zone),
            error_messages=chosen_from_list(_("Choose the time zone you live in.")),
        )


class AddAddressForm(forms.Form):
    def __init__(self, *args: Any, borrower: Borrower, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = borrower.language
        self.fields["address"] = AddressField(region=borrower.country)

    @property
    def recipient(self) -> Recipient:
        return _recipient(self.cleaned_data["address"], self.language)


class StepUpForm(forms.Form):
    """Which of one's own addresses the code shall go to."""

    def __init__(self, *args: Any, own: list[Address], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own, self.language = own, language
        choices = [(str(place), addresses.shown(address)) for place, address in enumerate(own)]
        self.fields["to"] = forms.ChoiceField(
            label=_("Send the code to"),
            choices=choices,
            initial="0",
            widget=forms.RadioSelect,
            error_messages=chosen_from_list(_("Choose where the code shall go.")),
        )

    @property
    def recipient(self) -> Recipient:
        return _recipient(self.own[int(self.cleaned_data["to"])], self.language)


class DeleteLoginForm(forms.Form):
    sure = forms.BooleanField(
        label=_("I want to delete my login"),
        error_messages={"required": _("Tick the box if you want to delete your login.")},
    )
