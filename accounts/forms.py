"""What people choose and type while they claim a login, prove an address, and change their profile."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import addresses, time_zones
from accounts.addresses import Address
from accounts.codes import Recipient
from accounts.fields import AddressField, chosen_from_list, code_field, written
from accounts.models import Borrower, ContactPoint
from accounts.typed import narrow

OTHER = "other"


class CodeForm(forms.Form):
    code = code_field()


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
