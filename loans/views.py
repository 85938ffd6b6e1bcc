"""What I owe: the overview of all accounts, and one account in full."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import BorrowerRequest, borrower_required
from accounts.models import Borrower
from loans import balances, bill_lines, charts


class Folded(NamedTuple):
    """A list of which the first lines are shown and the rest is folded away under them."""

    first: Sequence[object]
    rest: Sequence[object]

    @classmethod
    def of(cls, lines: Iterable[object], *, shown: int = 6) -> "Folded":
        everything = list(lines)
        return cls(everything[:shown], everything[shown:])


@require_safe
@never_cache  # a library's computer must not keep what somebody owes
@borrower_required
def dashboard(request: BorrowerRequest) -> HttpResponse:
    """What I owe in total, what is due next, and each account as a card."""
    today = _today(request.borrower)
    overview = balances.overview(request.borrower, today=today)
    overdue = [(total.overdue, total.currency) for total in overview.totals if total.overdue]
    return render(request, "loans/dashboard.html", {"overview": overview, "overdue": overdue, "today": today})


@require_safe
@never_cache  # a library's computer must not keep what somebody owes
@borrower_required
def account(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """One account: its figures, its bills and payments, and a picture of what is paid and left."""
    today = _today(request.borrower)
    found = get_object_or_404(request.borrower.credit_accounts, public_id=public_id)
    lines = bill_lines.of(found.bills.order_by("due_on", "number"), today=today)
    view = balances.account_view(found, today=today)
    context = {
        "view": view,
        "overdue": [(view.overdue.amount, view.currency)] if view.overdue.amount else [],
        "today": today,
        "to_pay": Folded.of(line for line in lines if line.state.asks_for_money),
        "done": Folded.of(line for line in reversed(lines) if not line.state.asks_for_money),
        "payments": Folded.of(found.payments.all()),
        "chart": charts.paid_and_left(lines),
    }
    return render(request, "loans/account.html", context)


def _today(borrower: Borrower) -> date:
    """The calendar day where the borrower lives: what is due today there is due today here."""
    return timezone.now().astimezone(ZoneInfo(borrower.time_zone)).date()
