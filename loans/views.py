"""What I owe: the overview of all accounts, and one account in full."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import BorrowerRequest, borrower_required
from accounts.models import Borrower


@borrower_required
@require_safe
def dashboard(request: BorrowerRequest) -> HttpResponse:
    """What I owe in total, what is due next, and each account as a card."""
    today = _today(request.borrower)
    return render(request, "loans/dashboard.html", {"today": today})


@borrower_required
@require_safe
def account(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """One account: figures, bills, payments, and a picture of what is paid and left."""
    found = get_object_or_404(request.borrower.credit_accounts, public_id=public_id)
    today = _today(request.borrower)
    return render(request, "loans/account.html", {"account": found, "today": today})


def _today(borrower: Borrower) -> date:
    """The calendar day where the borrower lives: what is due today there is due today here."""
    return timezone.now().astimezone(ZoneInfo(borrower.time_zone)).date()
