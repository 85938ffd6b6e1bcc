"""An account's statements and a payment's receipt, as PDF."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import BorrowerRequest, borrower_required, calendar_day
from accounts.downloads import attached
from loans.models import Payment
from loans.papers import making
from loans.papers.period import months


@require_safe
@borrower_required
def statements(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """The months and years a statement can be had of."""
    account = get_object_or_404(request.borrower.credit_accounts, public_id=public_id)
    listed = list(months(*making.life(account, today=calendar_day(request.borrower))))
    years = sorted({period.first.year for period in listed}, reverse=True)
    context = {
        "account": account,
        "years": [(year, [month for month in listed if month.first.year == year]) for year in years],
    }
    return render(request, "loans/statements.html", context)


@require_safe
@borrower_required
def statement(request: BorrowerRequest, public_id: UUID, name: str) -> HttpResponse:
    """One statement. A long one is made in the background: until it is there, a page says so."""
    account = get_object_or_404(request.borrower.credit_accounts, public_id=public_id)
    today = calendar_day(request.borrower)
    try:
        period = making.statement_period(account, name, today=today)
    except ValueError as error:
        raise Http404(str(error)) from error
    if not making.is_long(account, period):
        return _file(making.statement(account, period, today=today), f"{account.reference}-{name}.pdf")
    made = making.finished(account, period, today=today)
    if request.htmx:  # the waiting page asks whether it is ready
        return HttpResponseClientRedirect(request.path) if made else HttpResponse(status=204)
    if made is None:
        return render(request, "loans/statement_wait.html", {"account": account}, status=202)
    return _file(made, f"{account.reference}-{name}.pdf")


@require_safe
@borrower_required
def receipt(request: BorrowerRequest, payment_id: UUID) -> HttpResponse:
    """One payment's receipt; of one that was taken back, a paper that says so."""
    own = Payment.everything.filter(account__borrower=request.borrower)
    own = own.select_related("account__borrower", "reversal")
    payment = get_object_or_404(own, public_id=payment_id)
    return _file(making.receipt(payment, today=calendar_day(request.borrower)), f"{payment.reference}.pdf")


def _file(pdf: bytes, name: str) -> HttpResponse:
    return attached(pdf, content_type="application/pdf", name=name)
