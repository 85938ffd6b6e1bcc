"""What a borrower asks about an account: a day, or an amount, and sentences that say what to do where it is none."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loans import amounts, outlook
from loans.currency import unit
from loans.figures import AccountView
from loans.templatetags import money

DAYS_AHEAD = 30  # of a payoff quote
TOO_LATE = _("Choose %(day)s or an earlier day.")
MOST = Decimal(10) ** 12  # larger than any debt here, and small enough for a chart


class DayAheadField(forms.DateField):
    """A day from today on, up to a last one, as a calendar offers it."""

    def __init__(self, *, label: Any, required: Any, too_late: Any = TOO_LATE) -> None:
        """too_late: what is said of a day after the last one, `day`."""
        self.too_late = too_late
        super().__init__(
            label=label,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": required, "invalid": _("Write the day like 2027-03-15.")},
        )

    def offer(self, today: date, last_day: date) -> None:
        """Both in the person's zone; in the language in force."""
        self.today, self.last_day = today, last_day
        self.help_text = gettext("Any day until %(day)s.") % {"day": money.day(last_day)}
        self.widget.attrs |= {"min": today.isoformat(), "max": last_day.isoformat()}

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and value < self.today:
            raise forms.ValidationError(_("That day has passed. Choose today or a later day."))
        if value and value > self.last_day:
            raise forms.ValidationError(self.too_late % {"day": money.day(self.last_day)})


class PayoffForm(forms.Form):
    """The day on which the money would arrive."""

    on = DayAheadField(
        label=_("Your money arrives on"), required=_("Choose the day on which your money arrives.")
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        """today: in the borrower's zone."""
        super().__init__(data, initial={"on": today})
        cast(DayAheadField, self.fields["on"]).offer(today, today + timedelta(days=DAYS_AHEAD))


class AmountField(forms.DecimalField):
    """An amount above 0, to the currency's least unit, written as people write it (`loans.amounts`)."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        least = unit(currency)
        advice = gettext("Write an amount above 0, such as %(amount)s.") % {
            "amount": Decimal(50).quantize(least)
        }
        wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), advice)
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(
            min_value=least,
            max_value=MOST,
            widget=forms.TextInput(attrs=attributes),
            error_messages=wrong,
            **options,
        )
        self.least, self.currency = least, currency

    def to_python(self, value: Any) -> Any:
        return super().to_python(amounts.plain(value, self.currency) if isinstance(value, str) else value)

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is not None and amount % self.least:
            raise forms.ValidationError(
                gettext("%(currency)s has no smaller unit than %(unit)s. Round the amount.")
                % {"currency": self.currency, "unit": self.least}
            )
        return amount


class MoreForm(forms.Form):
    """How much more each month on a loan."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, currency: str) -> None:
        super().__init__(data)
        self.fields["more"] = AmountField(
            currency=currency, label=gettext("More each month, in %(currency)s") % {"currency": currency}
        )


class CardForm(forms.Form):
    """A fixed amount each month on a card, and the card's rate where the lender does not report it."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, view: AccountView) -> None:
        super().__init__(data)
        self.view = view
        if view.account.annual_rate_pct is None:
            self.fields["rate"] = _rate_field()
        self.fields["amount"] = AmountField(
            currency=view.currency,
            required=False,
            label=gettext("Pay each month, in %(currency)s") % {"currency": view.currency},
            help_text=gettext("Leave it empty to see an example."),
        )

    @property
    def rate(self) -> Decimal:
        """Percent a year, as the lender reports it or as the borrower wrote it. Only of a valid form."""
        known = self.view.account.annual_rate_pct
        return self.cleaned_data["rate"] if known is None else known

    def clean(self) -> dict[str, Any]:
        amount = self.cleaned_data.get("amount")
        if not self.errors and amount and not outlook.ends(self.view, self.rate, amount):
            self.add_error("amount", self._too_little())
        return self.cleaned_data

    def _too_little(self) -> str:
        interest = outlook.first_interest(self.view, self.rate)
        enough = outlook.suggested_payment(self.view, self.rate)
        currency = self.view.currency
        return gettext(
            "With this amount the debt never ends: the interest of the first month is %(interest)s. "
            "Enter more, for example %(enough)s, which ends it in three years."
        ) % {"interest": money.money(interest, currency), "enough": money.money(enough, currency)}


def _rate_field() -> forms.DecimalField:
    advice = _("Write your card’s yearly interest in per cent, from 0 to 100, such as 15.9.")
    return forms.DecimalField(
        label=_("Yearly interest of your card, in per cent"),
        help_text=_("We do not have it here. It stands on your statement and in your contract."),
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places"), advice
        )
        | {"max_whole_digits": advice},
    )
