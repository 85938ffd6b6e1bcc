"""The pages of the links: one question, one button. A GET, which link scanners send too, changes nothing."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, cast

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from loans.forms import DayAheadField
from notifications import local_time
from notifications.help.rules import last_day_to_promise
from notifications.models import AnswerKind, Attempt
from notifications.reply_links import journeys, links, short
from notifications.reply_links.journeys import Given
from notifications.reply_links.links import LinkInvalid
from notifications.reply_links.words import WORDS


class DayForm(forms.Form):
    """The day on which somebody pays, and nothing else: the sum is for who has signed in."""

    day = DayAheadField(label=_("You pay on"), required=_("Choose the day on which you pay."))

    def __init__(self, data: Mapping[str, Any] | None, *, today: date) -> None:
        super().__init__(data)
        last_day = last_day_to_promise(today, settings.PROMISE_MOST_DAYS)
        cast(DayAheadField, self.fields["day"]).offer(today, last_day)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Where the one link of a text leads: all its answers, each on a page of its own. Nothing changes here, and whoever
    posts is told the same."""
    try:
        attempt = short.opened(token, now=timezone.now())
    except LinkInvalid:
        return _invalid(request)
    return _spoken(attempt, lambda: _offered(request, attempt))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """Whatever is wrong with a link, the page that says so is the same."""
    now = timezone.now()
    try:
        known, attempt = links.opened(kind, token, now=now)
    except LinkInvalid:
        return _invalid(request)
    return _spoken(attempt, lambda: _answered(request, known, attempt, now))


def _invalid(request: HttpRequest) -> HttpResponse:
    """Only wrong links are counted by place: the phones of one network share theirs, and press in the same minutes."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="wrong_link", limit_get=True)
    return limited or render(request, "reply_links/invalid.html", status=404)


def _spoken(attempt: Attempt, show: Callable[[], HttpResponse]) -> HttpResponse:
    """In the language of the message that led here."""
    language = attempt.language or attempt.borrower.language
    with override(language):
        response = show()
    response.headers["Content-Language"] = language
    return response


def _offered(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    given = journeys.given(attempt)
    choices = [(link, kind in given) for kind, link in links.of_choice(attempt)]
    return render(request, "reply_links/choose.html", {"choices": choices})


def _answered(request: HttpRequest, kind: AnswerKind, attempt: Attempt, now: datetime) -> HttpResponse:
    form = _form(request, kind, attempt, now)
    is_done = kind in journeys.given(attempt)
    if request.method == "POST" and not is_done and (form is None or form.is_valid()):
        day = form.cleaned_data["day"] if form else None
        journeys.give(Given(attempt, kind, now, day))
        return redirect(request.path)
    context = {"words": WORDS[kind], "form": form, "is_done": is_done, "kind": kind.value}
    return render(request, "reply_links/page.html", context)


def _form(request: HttpRequest, kind: AnswerKind, attempt: Attempt, now: datetime) -> DayForm | None:
    if kind is not AnswerKind.DATE:
        return None
    today = local_time.today(attempt.borrower.time_zone, now=now)
    return DayForm(request.POST if request.method == "POST" else None, today=today)
