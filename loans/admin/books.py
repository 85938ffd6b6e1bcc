"""Staff pages: what is owed, and the payment that staff record."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access import calendar_day
from accounts.admin_base import ReadOnlyAdmin
from loans import balances, payments, reversals, truth
from loans.admin.money import MoneyAdmin
from loans.models import Bill, CreditAccount, PayEvent, Payment, PayOrder, Reversal
from loans.pay.journeys import NotToBeChecked, settle
from loans.templatetags.money import money


class PaymentForm(forms.Form):
    """Money that came in for one account, in its currency."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=3)
    received_on = forms.DateField(label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"}))
    reference = forms.CharField(
        label=_("Reference"),
        max_length=64,
        required=False,
        initial=payments.new_reference,
        help_text=_("Write the bank's where it has one. Sent twice, a reference books once."),
    )
    settles = forms.BooleanField(
        label=_("It pays the loan off"),
        required=False,
        help_text=_(
            "Bills to come fall away with their interest. It must be the sum that settles the loan, or more."
        ),
    )
    is_surely_more = forms.BooleanField(
        label=_("More than is owed came in, and that is right"), required=False
    )

    def __init__(self, data: object = None, *, account: CreditAccount) -> None:
        """Whether it is surely more is asked only of who writes an amount above all that is owed."""
        today = timezone.now().date()
        super().__init__(data, initial={"received_on": today})  # type: ignore[arg-type]
        self.view = balances.account_view(account, today=today)
        self.asked = self.fields.pop("is_surely_more")

    def clean(self) -> dict[str, Any]:
        most = balances.most_to_pay(self.view)
        if self.cleaned_data.get("amount", most) > most:
            self.fields["is_surely_more"] = self.asked
            if not self["is_surely_more"].data:
                owed = money(most, self.view.currency)
                words = gettext(
                    "All that is owed is %(sum)s. Correct the amount, or say below that it is right."
                )
                self.add_error("amount", words % {"sum": owed})
        return self.cleaned_data


class ReversalForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        max_length=reversals.LONGEST_WHY,
        help_text=_("Such as “returned by the bank”. The borrower reads it beside the payment."),
    )


class AutopayForm(forms.Form):
    is_autopay = forms.BooleanField(label=_("The borrower's bank pays each bill by itself"), required=False)


class Differs(admin.SimpleListFilter):
    title = _("the lender's books and our own sum")
    parameter_name = "differs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("differ"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CreditAccount]) -> QuerySet[CreditAccount]:
        return queryset.filter(difference__isnull=False) if self.value() else queryset


@admin.register(CreditAccount)
class CreditAccountAdmin(MoneyAdmin):
    list_display = (
        *("reference", "borrower", "product", "status", "reported_balance", "difference", "months_past_due"),
    )
    list_select_related = ("borrower",)
    list_filter = ("product", "status", Differs)
    search_fields = ("reference__exact", "borrower__reference__exact")
    readonly_fields = ("owed_today", "own_sum")
    money_fields = ("principal", "instalment_amount", "credit_limit", "reported_balance", "difference")
    journeys = ("record_payment", "autopay")

    def currency_of(self, row: CreditAccount) -> str:
        return row.currency

    @admin.display(description=_("owed today, as the borrower sees it"))
    def owed_today(self, obj: CreditAccount) -> str:
        """The reported balance less what came in since."""
        view = balances.account_view(obj, today=calendar_day(obj.borrower))
        return money(view.balance, view.currency)

    @admin.display(description=_("our own sum, for comparison"))
    def own_sum(self, obj: CreditAccount) -> str:
        """The reported balance is the one that counts; a difference says that rows are missing here, or wrong."""
        if (found := truth.check(obj)) is None:
            return gettext("No balance is reported, or there is nothing here to compare it with.")
        if not found.difference:
            return gettext("The same.")
        return gettext("%(ours)s: the report says %(difference)s more.") % {
            "ours": money(found.ours, found.currency),
            "difference": money(found.difference, found.currency),
        }

    def record_payment_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Book a payment; the reminders of the bills it pays fall away with it."""
        account = self.of_journey(request, object_id, "loans.add_payment")
        form = PaymentForm(request.POST if request.method == "POST" else None, account=account)
        if form.is_valid():
            new = payments.NewPayment(currency=account.currency, **form.cleaned_data)
            try:
                payment = payments.record(account, payment=new, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            except payments.PaymentRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, self._booked(payment))
                return redirect(self.change_address(account))
        words = {
            "title": _("Record a payment"),
            "submit": _("Record the payment"),
            "intro": self._intro(account),
        }
        return self.journey_page(request, account, form, words)

    def autopay_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write down whether the bank pays by itself: reminders before the due date then fall away."""
        account = self.of_journey(request, object_id, "loans.change_creditaccount")
        data = request.POST if request.method == "POST" else None
        form = AutopayForm(data, initial={"is_autopay": account.is_autopay})
        if form.is_valid():
            account.is_autopay = form.cleaned_data["is_autopay"]
            account.save(update_fields=["is_autopay"])
            self.log_change(request, account, [{"changed": {"fields": [str(_("paid automatically"))]}}])
            messages.success(request, gettext("Saved."))
            return redirect(self.change_address(account))
        words = {"title": _("Automatic payment"), "submit": _("Save"), "intro": self._intro(account)}
        return self.journey_page(request, account, form, words)

    @staticmethod
    def _intro(account: CreditAccount) -> str:
        return gettext("Account %(account)s, in %(currency)s.") % {
            "account": account.reference,
            "currency": account.currency,
        }

    @staticmethod
    def _booked(payment: Payment) -> str:
        if not (paid := payment.allocations.count()):
            return gettext("The payment is booked. No bill was open, so it lowers the balance alone.")
        return ngettext(
            "The payment is booked on %(bills)d bill. Reminders of what is paid have fallen away.",
            "The payment is booked on %(bills)d bills. Reminders of what is paid have fallen away.",
            paid,
        ) % {"bills": paid}


@admin.register(Bill)
class BillAdmin(MoneyAdmin):
    list_display = ("account", "number", "due_on", "amount", "paid", "closed_at")
    money_fields = ("amount", "principal", "interest", "statement_balance", "balance_after", "paid")
    list_select_related = ("account",)
    search_fields = ("account__reference__exact",)


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    list_display = ("reference", "account", "received_on", "amount", "basis", "recorded_by", "reversed_at")
    money_fields = ("amount",)
    list_select_related = ("account", "recorded_by")
    search_fields = ("reference__exact", "account__reference__exact")
    journeys = ("take_back",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return Payment.everything.order_by(*self.ordering)

    def take_back_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a payment back; what it paid is owed again, and reminders of it may go out again."""
        payment = self.of_journey(request, object_id, "loans.add_reversal")
        form = ReversalForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                reversals.reverse(payment, why=form.cleaned_data["why"], by=request.user, now=timezone.now())  # type: ignore[arg-type]
            except reversals.ReversalRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, gettext("The payment is taken back. What it paid is owed again."))
                return redirect(self.change_address(payment))
        intro = gettext("Payment %(reference)s of %(sum)s.") % {
            "reference": payment.reference,
            "sum": money(payment.amount, payment.account.currency),
        }
        words = {"title": _("Take the payment back"), "submit": _("Take the payment back"), "intro": intro}
        return self.journey_page(request, payment, form, words)


@admin.register(Reversal)
class ReversalAdmin(MoneyAdmin):
    list_display = ("payment", "on", "at", "by", "why", "principal")
    list_select_related = ("payment__account", "by")
    fields = ("payment", "on", "at", "by", "why", "had_paid", "principal")
    readonly_fields = ("had_paid",)
    money_fields = ("principal",)
    search_fields = ("payment__reference__exact",)

    def currency_of(self, row: Reversal) -> str:
        return row.payment.account.currency

    @admin.display(description=_("what it had paid"))
    def had_paid(self, obj: Reversal) -> SafeString:
        sums = ((number, money(Decimal(amount), self.currency_of(obj))) for number, amount in obj.was.items())
        return format_html_join("", "<p>{} {}: {}</p>", ((_("bill"), *each) for each in sums))


class SettleForm(forms.Form):
    words = forms.CharField(
        label=_("What became of it"),
        max_length=200,
        help_text=_("Such as “booked by hand” or “sent back”. It is kept on record."),
    )


@admin.register(PayOrder)
class PayOrderAdmin(MoneyAdmin):
    list_display = ("reference", "account", "amount", "state", "provider", "created_at", "payment")
    money_fields = ("amount",)
    list_select_related = ("account", "payment")
    list_filter = ("state",)
    search_fields = ("account__reference__exact", "provider_reference__exact")
    ordering = ("-created_at",)  # type: ignore[misc]
    fields = (
        *("account", "amount", "state", "happened", "payment", "provider", "provider_reference", "page_url"),
        *("created_at", "expires_at"),
    )
    readonly_fields = ("happened",)
    journeys = ("settle",)

    @admin.display(description=_("what the provider said"))
    def happened(self, obj: PayOrder) -> SafeString:
        events = obj.events.order_by("at").values_list("outcome", "at")
        times = ((outcome, date_format(timezone.localtime(at), "DATETIME_FORMAT")) for outcome, at in events)
        return format_html_join("", "<p>{} ({})</p>", times)

    def settle_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what became of money that could not be booked by itself. A payment is recorded on its account's page."""
        order = self.of_journey(request, object_id, "loans.add_payment")
        form = SettleForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                settle(order, words=form.cleaned_data["words"], by=request.user)  # type: ignore[arg-type]
            except NotToBeChecked:
                messages.warning(request, gettext("Nobody has to look at this payment any more."))
            else:
                messages.success(request, gettext("It is on record, and waits for nobody any more."))
            return redirect(self.change_address(order))
        words = {
            "title": _("Say what became of it"),
            "submit": _("It is settled"),
            "intro": _("First book the payment on its account, or send the money back."),
            "detail": self.happened(order),
        }
        return self.journey_page(request, order, form, words)


@admin.register(PayEvent)
class PayEventAdmin(ReadOnlyAdmin):
    list_display = ("key", "provider", "order", "outcome", "at")
    list_select_related = ("order",)
    search_fields = ("key__exact",)
