"""Who may see a page: one place answers it."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from accounts.models import Borrower, User


class BorrowerRequest(HttpRequest):
    """A request of a signed-in borrower, as middleware and `borrower_required` have completed it."""

    user: User
    htmx: HtmxDetails
    borrower: Borrower


def borrower_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Add `request.borrower`. A view looks everything up through it, so another person's id is a 404.

    Strangers are sent to sign in; a login without a borrower (staff, say) is told so, with status 403.
    """

    @login_required
    def for_borrower(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        borrower = Borrower.objects.filter(user_id=request.user.pk).first()  # type: ignore[misc]
        if borrower is None:
            return render(request, "accounts/no_borrower.html", status=403)
        complete = cast(BorrowerRequest, request)
        complete.borrower = borrower
        with timezone.override(borrower.time_zone):  # every time a page shows is the borrower's own
            return view(complete, *args, **kwargs)

    @wraps(view)
    @never_cache  # what is owed does not stay in a shared computer's history
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            # Signed out in another tab. The sign-in page would become a part of this one, which shows what is owed.
            return HttpResponseClientRefresh()
        return for_borrower(request, *args, **kwargs)

    return guarded


def calendar_day(borrower: Borrower) -> date:
    """Today where the borrower lives: what is due today there is due today here."""
    return timezone.now().astimezone(ZoneInfo(borrower.time_zone)).date()
