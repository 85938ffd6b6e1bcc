"""What the style guide shows its components with: nobody's, and of no day in particular."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from notifications import contact_plan
from notifications.contact_plan import Month, Place
from notifications.folds import Fold


class SampleForm(forms.Form):
    """One field of each kind, two of them wrong."""

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


@dataclass(frozen=True)
class Key:
    """As much of allauth's record as a list shows."""

    pk: int
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Passkey:
    name: str
    instance: Key


def context(*, now: datetime, language: str) -> dict[str, Any]:
    return {
        "form": SampleForm({"name": "", "code": "123456", "language": "en"}),
        "passkeys": [
            Passkey(str(_("Phone")), Key(1, now, now)),
            Passkey(str(_("Computer at home")), Key(2, now)),
        ],
        "done": [Message(constants.SUCCESS, str(_("Your profile is saved.")))],
        "fold": Fold("sample", str(_("On which days?")), [str(_("Monday"))], is_open=False),
        "month": month(now.date(), language),
        "today": now.date(),
        "ended": {"session": {"ended": "idle"}},
        "page": Paginator(range(3), per_page=1).page(2),
    }


def month(today: date, language: str) -> Month:
    """The one we are in, with a message today or, so that both kinds of day are seen, tomorrow."""
    first = contact_plan.months([], today=today, days=31, place=Place(language, "US"))[0]
    told = min(
        today + timedelta(days=1), max(cell.day for week in first.weeks for cell in week if cell.is_shown)
    )
    return replace(
        first,
        weeks=tuple(
            tuple(replace(cell, messages=int(cell.day == told)) for cell in week) for week in first.weeks
        ),
    )
