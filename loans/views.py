"""What I owe: the overview of all accounts, one account in full, and what is ahead of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import closing
from accounts.access import BorrowerRequest, borrower_required, calendar_day
from loans import balance_chart, balances, bill_lines, charts, outlook, quotes
from loans.contract import CannotTell, Reason
from loans.figures import AccountView
from loans.forms import CardForm, MoreForm, PayoffForm
from loans.models import Bill, CreditAccount, Payment


class Folded(NamedTuple):
    """A list of which the first lines are shown and the rest is folded away under them."""

    first: Sequence[object]
    rest: Sequence[object]

    @classmethod
    def of(cls, lines: Iterable[object], *, shown: int = 6) -> "Folded":
        everything = list(lines)
        return cls(everything[:shown], everything[shown:])


@require_safe
@borrower_required
def dashboard(request: BorrowerRequest) -> HttpResponse:
    """What I owe in total, what is due next, and each account as a card."""
    today = calendar_day(request.borrower)
    overview = balances.overview(request.borrower, today=today)
    overdue = [(total.overdue, total.currency) for total in overview.totals if total.overdue]
    context = {
        "overview": overview,
        "overdue": overdue,
        "today": today,
        "closed": closing.notices(request.borrower),
    }
    return render(request, "loans/dashboard.html", context)


@require_safe
@borrower_required
def account(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """One account: its figures, its bills and payments, and a picture of what is paid and left."""
    today = calendar_day(request.borrower)
    view = _view(request, today, public_id=public_id)
    found = view.account
    lines = bill_lines.of(found.bills.order_by("due_on", "number"), today=today)
    payments = list(Payment.everything.filter(account=found).select_related("reversal"))
    context = {
        "view": view,
        "overdue": [(view.overdue.amount, view.currency)] if view.overdue.amount else [],
        "today": today,
        "to_pay": Folded.of(line for line in lines if line.state.asks_for_money),
        "done": Folded.of(line for line in reversed(lines) if not line.state.asks_for_money),
        "payments": Folded.of(payments),
        "last_payment": next((payment for payment in payments if not payment.reversed_at), None),
        "chart": charts.paid_and_left(lines),
        "payoff_form": PayoffForm(today=today),
        "payoff_reason": None if _is_loan(found) else Reason.CARD,
        "more_form": _more_form(view),
    }
    return render(request, "loans/account.html", context)


@require_safe
@borrower_required
def payoff(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """What settles an open account if the money arrives on a day; without a day, today."""
    view, bills, today = _open_account(request, public_id)
    form = PayoffForm(request.GET if "on" in request.GET else {"on": today.isoformat()}, today=today)
    context: dict[str, Any] = {"view": view, "today": today, "form": form}
    if form.is_valid():
        try:
            context["quote"] = quotes.ask(view, bills, on=form.cleaned_data["on"], today=today)
        except CannotTell as unknown:
            context["reason"] = unknown.reason
    return render(request, "loans/_payoff.html" if request.htmx else "loans/payoff.html", context)


@require_safe
@borrower_required
def pay_more(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """What paying more each month saves on an open account: a loan's larger instalment, a card's fixed amount."""
    view, bills, today = _open_account(request, public_id)
    form = _more_form(view, request.GET or None)
    context: dict[str, Any] = {"view": view, "today": today, "form": form}
    if form.is_valid():
        try:
            answer = _outlook(view, bills, form, today)
            plain = answer.plain.balances if answer.plain else ()
            context |= {"outlook": answer, "chart": balance_chart.of(plain, answer.other.balances)}
        except CannotTell as unknown:
            context["reason"] = unknown.reason
    return render(request, "loans/_pay_more.html" if request.htmx else "loans/pay_more.html", context)


def _open_account(request: BorrowerRequest, public_id: UUID) -> tuple[AccountView, list[Bill], date]:
    today = calendar_day(request.borrower)
    view = _view(request, today, public_id=public_id, status=CreditAccount.Status.OPEN)
    return view, list(view.account.bills.order_by("due_on", "number")), today


def _view(request: BorrowerRequest, today: date, **which: Any) -> AccountView:
    view = balances.view_among(request.borrower.credit_accounts.filter(**which), today=today)
    if view is None:
        raise Http404
    return view


def _more_form(view: AccountView, data: Mapping[str, Any] | None = None) -> MoreForm | CardForm:
    if _is_loan(view.account):
        return MoreForm(data, currency=view.currency)
    return CardForm(data, view=view)


def _is_loan(account: CreditAccount) -> bool:
    return account.product == CreditAccount.Product.INSTALMENT_LOAN


def _outlook(
    view: AccountView, bills: Sequence[Bill], form: MoreForm | CardForm, today: date
) -> outlook.Outlook:
    if isinstance(form, CardForm):
        return outlook.of_card(view, bills, form.rate, form.cleaned_data["amount"])
    return outlook.of_loan(view, bills, form.cleaned_data["more"], today=today)
