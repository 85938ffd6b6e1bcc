"""How much to pay now."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loans.figures import ZERO, AccountView
from loans.forms import AmountField
from loans.models import CreditAccount
from loans.templatetags import money

DUE, OVERDUE, ALL, OTHER = "due", "overdue", "all", "other"


class PayForm(forms.Form):
    """What is due, only what is overdue, all of a card's balance, or another amount."""

    choice = forms.ChoiceField(
        label=_("How much do you want to pay?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how much you want to pay.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, view: AccountView, most: Decimal) -> None:
        """most: all that is owed on the account, which is the most one can pay."""
        super().__init__(data)
        self.view, self.most = view, most
        self.offered = offered(view)
        labels = {
            DUE: gettext("What is due next and overdue: %(sum)s")
            if self.view.overdue.amount and DUE in self.offered
            else gettext("What is due next: %(sum)s"),
            OVERDUE: gettext("What is overdue: %(sum)s"),
            ALL: gettext("All that is owed: %(sum)s"),
        }
        choices = [
            (name, labels[name] % {"sum": money.money(amount, view.currency)})
            for name, amount in self.offered.items()
        ]
        field = self.fields["choice"]
        field.choices = [*choices, (OTHER, gettext("Another amount"))]  # type: ignore[attr-defined]
        field.initial = next((name for name in self.offered if name != ALL), OTHER)  # all is theirs to choose
        self.fields["amount"] = AmountField(
            currency=view.currency,
            required=False,
            label=gettext("Another amount, in %(currency)s") % {"currency": view.currency},
            help_text=self._most_in_words(),
        )

    def _most_in_words(self) -> str:
        """A loan's bills to come carry interest, so together they are more than what is owed today."""
        is_of_bills = self.most > self.view.balance
        text = (
            gettext("At most %(sum)s, all your bills together.")
            if is_of_bills
            else gettext("At most %(sum)s, all that is owed.")
        )
        return text % {"sum": money.money(self.most, self.view.currency)}

    @property
    def amount(self) -> Decimal:
        """Only of a valid form."""
        choice = self.cleaned_data["choice"]
        return self.cleaned_data["amount"] if choice == OTHER else self.offered[choice]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("choice") != OTHER:
            self.errors.pop("amount", None)  # what stands there is not what was chosen
        elif "amount" not in self.errors:
            amount = self.cleaned_data.get("amount")
            if not amount:
                self.add_error("amount", self.fields["amount"].error_messages["required"])
            elif amount > self.most:
                most = money.money(self.most, self.view.currency)
                self.add_error(
                    "amount", gettext("That is more than is owed. Write at most %(sum)s.") % {"sum": most}
                )
        return self.cleaned_data


def offered(view: AccountView) -> dict[str, Decimal]:
    """The amounts to choose from, each once: all that is due now, of it what is overdue, and all that a card owes.

    What pays off a loan is more than its balance, and has a page of its own.
    """
    overdue = view.overdue.amount
    due = overdue + (view.next_bill.amount if view.next_bill else ZERO)
    amounts = {DUE: due if view.next_bill else ZERO, OVERDUE: overdue}
    if view.account.product != CreditAccount.Product.INSTALMENT_LOAN and view.balance > due:
        amounts[ALL] = view.balance
    return {name: amount for name, amount in amounts.items() if amount > 0}
