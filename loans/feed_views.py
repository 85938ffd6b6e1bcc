"""The page on which a borrower makes and revokes a calendar feed, and the address that calendar apps read."""

from collections.abc import Mapping
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import BorrowerRequest, borrower_required
from loans import feeds
from loans.feeds import Chosen
from loans.models import CalendarFeed

Alarm = CalendarFeed.Alarm


class FeedForm(forms.Form):
    """What the calendar tells."""

    is_discreet = forms.BooleanField(
        label=gettext_lazy("Discreet entries"),
        help_text=gettext_lazy("Each due date then says only “Reminder”: no amount, no account, no lender."),
        required=False,
    )
    alarm_days = forms.TypedChoiceField(
        label=gettext_lazy("Let the calendar app remind me"),
        choices=[("", gettext_lazy("not at all")), *Alarm.choices],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a reminder from the list, or none.")},
    )

    def __init__(self, data: Mapping[str, Any] | None, feed: CalendarFeed | None) -> None:
        super().__init__(
            data,
            initial={
                "is_discreet": feed.is_discreet if feed else True,
                "alarm_days": feed.alarm_days if feed else None,
            },
        )

    def chosen(self) -> Chosen:
        return Chosen(self.cleaned_data["is_discreet"], self.cleaned_data["alarm_days"])


@borrower_required
@require_http_methods(["GET", "POST"])
def page(request: BorrowerRequest) -> HttpResponse:
    """What the calendar tells, and its address: shown once, when it is made."""
    feed = feeds.of(request.borrower)
    asked = request.POST.get("do") if request.method == "POST" else None
    if asked == "revoke":
        feeds.revoke(request.borrower)
        messages.success(request, _("The calendar's address no longer works."))
        return redirect("loans:calendar")
    form = FeedForm(request.POST if asked else None, feed)
    address = ""
    if form.is_valid():
        if asked == "save" and feeds.choose(request.borrower, form.chosen()):
            messages.success(request, _("Saved. Calendar apps show it when they next look."))
            return redirect("loans:calendar")
        if asked == "make":
            address = feeds.renew(request.borrower, chosen=form.chosen(), now=timezone.now())
            feed = feeds.of(request.borrower)
    context = {
        "form": form,
        "feed": feed,
        "address": address,
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return render(request, "loans/calendar.html", context)


@csrf_exempt  # it changes nothing; a stranger's POST is to be told the same as a stranger's GET
@never_cache
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar. Whatever is wrong with an address, the answer is the same; only wrong ones are counted by place,
    because the readers of large calendar services share theirs."""
    found = feeds.find(secret)
    if found is None:
        limited: HttpResponse | None = ratelimit.consume_or_429(
            request, action="wrong_calendar", limit_get=True
        )
        if limited:
            return limited
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    limited = ratelimit.consume_or_429(request, action="read_calendar", key=str(found.pk), limit_get=True)
    if limited:
        return limited
    text = feeds.read(found, now=timezone.now())
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="dates.ics"',
            "Content-Language": found.borrower.language,
            "Referrer-Policy": "no-referrer",
        },
    )
