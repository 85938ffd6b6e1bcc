"""What a borrower writes when they ask for something."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import chosen_from_list, written
from loans.currency import unit
from loans.figures import AccountView
from loans.forms import AmountField, DayAheadField
from loans.templatetags import money
from notifications.help.journeys import Ask
from notifications.help.rules import DUE_DAYS, Promise, last_day_to_promise
from notifications.help.words import WHAT_IS_WRONG, WHY_HARDSHIP
from notifications.models.help import HelpKind

LONGEST = 3000  # characters


def _text(label: Any, advice: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=required,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=hint,
        error_messages=written(advice),
    )


class HelpForm(forms.Form):
    """About one account, or about none. view: the account as its page shows it; today: the borrower's day."""

    kind: HelpKind

    def __init__(self, data: Mapping[str, Any] | None, *, view: AccountView | None, today: date) -> None:
        super().__init__(data)
        self.view = view

    def ask(self) -> Ask:
        """What the filled form asks for."""
        account = self.view.account if self.view else None
        return Ask(self.kind, account, self.cleaned_data.get("text", ""), self.details())

    def details(self) -> dict[str, Any]:
        return {}


class PromiseForm(HelpForm):
    kind = HelpKind.PROMISE
    day = DayAheadField(
        label=_("You pay on"),
        required=_("Choose the day on which you pay."),
        too_late=_("Choose %(day)s or an earlier day. For more time, ask for help."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, view: AccountView | None, today: date) -> None:
        super().__init__(data, view=view, today=today)
        assert view is not None  # noqa: S101  a promise is about an account
        owed = view.overdue.amount or (view.next_bill.amount if view.next_bill else view.balance)
        amount = AmountField(
            currency=view.currency,
            label=gettext("You pay, in %(currency)s") % {"currency": view.currency},
            initial=owed.quantize(unit(view.currency)) if owed > 0 else None,
        )
        self.fields = {"amount": amount, **self.fields}
        last_day = last_day_to_promise(today, settings.PROMISE_MOST_DAYS)
        cast(DayAheadField, self.fields["day"]).offer(today, last_day)

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if self.view and amount > (balance := max(self.view.balance, self.view.overdue.amount)):
            owed = money.money(balance, self.view.currency)
            raise forms.ValidationError(gettext("You owe %(sum)s. Write this or less.") % {"sum": owed})
        return amount

    def details(self) -> dict[str, Any]:
        return Promise(self.cleaned_data["amount"], self.cleaned_data["day"]).to_json()


class DueDayForm(HelpForm):
    kind = HelpKind.DUE_DAY
    day_of_month = forms.TypedChoiceField(
        label=_("Day of the month"),
        choices=[("", _("Choose a day")), *((day, str(day)) for day in DUE_DAYS)],
        coerce=int,
        help_text=_("Up to the 28th, which every month has."),
        error_messages=chosen_from_list(_("Choose a day from 1 to 28.")),
    )
    text = _text(
        _("Why would it help?"), "", required=False, hint=_("For example: my wages come on the 10th.")
    )

    def details(self) -> dict[str, Any]:
        return {"day_of_month": self.cleaned_data["day_of_month"]}


class HardshipForm(HelpForm):
    kind = HelpKind.HARDSHIP
    why = forms.ChoiceField(
        label=_("What has changed?"),
        choices=list(WHY_HARDSHIP.items()),
        widget=forms.RadioSelect,
        error_messages=chosen_from_list(_("Choose what has changed, or “Something else”.")),
    )
    text = _text(
        _("What should we know?"), "", required=False,
        hint=_("What you could pay each month, and for how long you need it. No medical details, please."),
    )  # fmt: skip

    def details(self) -> dict[str, Any]:
        return {"why": self.cleaned_data["why"]}


class DisputeForm(HelpForm):
    kind = HelpKind.DISPUTE
    what = forms.ChoiceField(
        label=_("What is not right?"),
        choices=list(WHAT_IS_WRONG.items()),
        widget=forms.RadioSelect,
        error_messages=chosen_from_list(_("Choose what is not right.")),
    )
    text = _text(_("What happened?"), _("Write what happened, so that we can look into it."))

    def details(self) -> dict[str, Any]:
        return {"what": self.cleaned_data["what"]}


class ComplaintForm(HelpForm):
    kind = HelpKind.COMPLAINT
    text = _text(
        _("What went wrong?"),
        _("Write what went wrong."),
        hint=_("When, which message or person, and what it did to you."),
    )
    wanted = forms.CharField(
        label=_("What should we do about it?"),
        required=False,
        max_length=300,
        error_messages=written(""),
    )

    def ask(self) -> Ask:
        wanted = self.cleaned_data["wanted"]
        text = "\n\n".join(filter(None, [self.cleaned_data["text"], wanted]))
        return Ask(self.kind, None, text)


FORMS: dict[str, type[HelpForm]] = {
    form.kind: form for form in (PromiseForm, DueDayForm, HardshipForm, DisputeForm, ComplaintForm)
}
