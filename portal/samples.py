"""A form for the style guide: one field of each kind, two of them wrong."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As it stands on your contract."),
        error_messages={"required": _("Enter your name")},
    )
    code = forms.CharField(
        label=_("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    note = forms.CharField(label=_("What should we know?"), widget=forms.Textarea, required=False)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    way = forms.ChoiceField(
        label=_("How shall we write to you?"),
        choices=[("sms", _("text message")), ("email", _("e-mail"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how we write to you")},
    )
    days = forms.MultipleChoiceField(
        label=_("On which days?"),
        choices=[("mon", _("Monday")), ("tue", _("Tuesday"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("zh-hans", "简体中文")])
    agreed = forms.BooleanField(label=_("I have read this"), required=False)


def wrong_form() -> SampleForm:
    return SampleForm({"name": "", "code": "123456", "language": "en"})
