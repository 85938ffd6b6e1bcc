"""The borrower's pages about their own record of choices."""

import json

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import BorrowerRequest, borrower_required
from accounts.downloads import attached
from notifications import consents, history

RECORDS_A_PAGE = 20


@require_safe
@borrower_required
def history_page(request: BorrowerRequest) -> HttpResponse:
    """What I chose and when, the latest first, and whether the record is whole."""
    chain = history.of(request.borrower)
    page = Paginator(chain[::-1], RECORDS_A_PAGE).get_page(request.GET.get("page"))
    entries = [history.entry(each) for each in page]
    context = {"page": page, "entries": entries, "is_whole": consents.first_broken(chain) is None}
    return render(request, "notifications/history.html", context)


@require_safe
@borrower_required
def history_json(request: BorrowerRequest) -> HttpResponse:
    """The whole record as a file."""
    text = json.dumps({"records": history.as_json(history.of(request.borrower))})
    return attached(text, content_type="application/json", name="choices.json")


@require_safe
@borrower_required
def history_csv(request: BorrowerRequest) -> HttpResponse:
    """The whole record as a table."""
    table = history.as_csv(history.of(request.borrower))
    return attached(table, content_type="text/csv; charset=utf-8", name="choices.csv")
