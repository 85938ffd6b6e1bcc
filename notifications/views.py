"""The borrower's pages about messages: preferences with their plan, stop, and the inbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts import languages
from accounts.access import BorrowerRequest, borrower_required
from accounts.models import Borrower
from notifications import (
    choice_words,
    contact_plan,
    inbox,
    local_time,
    news,
    preferences,
    preview,
    reason,
    reasons,
    silence,
    stops,
)
from notifications.choice import Choice
from notifications.conversation_notices import ANSWERED
from notifications.forms import PreferenceForm
from notifications.models import Attempt
from notifications.past import habits
from notifications.preferences import Change
from notifications.reply_links import links
from notifications.words import AttemptState, Channel

MESSAGES_A_PAGE = 20


@borrower_required
@require_http_methods(["GET", "POST"])
def preferences_page(request: BorrowerRequest) -> HttpResponse:
    """What I chose, and beside it the next 60 days as the sending gate decides them."""
    now, borrower = timezone.now(), request.borrower
    form = _form(borrower, now, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _save(request, form, now)
        if not request.htmx:
            messages.success(request, _("Your choice is saved. This page shows the reminders it brings."))
            return redirect("notifications:preferences")
        form = _form(borrower, now, None)
        return _page(request, form, now, saved=True)
    return _page(request, form, now)


@borrower_required
@require_POST
def preview_page(request: BorrowerRequest) -> HttpResponse:
    """What the form's choice would change. Saves nothing. htmx asks at each change, in passing."""
    now, borrower = timezone.now(), request.borrower
    form = _form(borrower, now, request.POST)
    trial = form.cleaned_data["choice"] if form.is_valid() and _is_new(form, borrower) else None
    return _page(request, form, now, trial=trial, in_passing=bool(request.htmx))


def _is_new(form: PreferenceForm, borrower: Borrower) -> bool:
    """Whether what the form says differs from what holds."""
    chosen = form.cleaned_data["choice"], form.cleaned_data["language"]
    return chosen != (preferences.of(borrower), borrower.language)


def _form(borrower: Borrower, now: datetime, data: Mapping[str, Any] | None) -> PreferenceForm:
    current = preferences.of(borrower)
    return PreferenceForm(
        data,
        current=current,
        ways=preferences.offered(borrower, current),
        language=borrower.language,
        habit=habits.of_person(borrower, now=now),
        today=local_time.today(borrower.time_zone, now=now),
    )


def _save(request: BorrowerRequest, form: PreferenceForm, now: datetime) -> None:
    chosen, language = form.cleaned_data["choice"], form.cleaned_data["language"]
    words = choice_words.text(chosen, language=language)
    change = Change(choice=chosen, language=language, words=words)
    preferences.change(request.borrower, chosen=change, by=request.user, now=now)
    languages.remember(request, language, now=now)


def _page(
    request: BorrowerRequest,
    form: PreferenceForm,
    now: datetime,
    *,
    trial: Choice | None = None,
    saved: bool = False,
    in_passing: bool = False,
) -> HttpResponse:
    """The whole page, or for htmx the plan alone. trial: a choice that is looked at and not saved."""
    borrower = request.borrower
    with override(borrower.language if saved else get_language()):  # a new language shows at once
        context = {
            "form": form,
            **_plan(borrower, now, trial),
            "time_zone": borrower.time_zone,
            "is_trial": trial is not None,
            "now_count": _count(borrower, now) if trial is not None else None,
            "saved": saved,
            "in_passing": in_passing,
            **_peace(borrower, now),
            **_wanting(borrower),
        }
        template = "notifications/_plan.html" if request.htmx else "notifications/preferences.html"
        return render(request, template, context)


def _peace(borrower: Borrower, now: datetime) -> dict[str, Any]:
    """The holds in force, the person's own stop apart, and what may come all the same."""
    held = silence.held(borrower, now=now)
    return {
        "stop": next((hold for hold in held if hold.is_stop), None),
        "held": [hold for hold in held if not hold.is_stop],
        "notices": silence.legal_notices(borrower, now=now),
    }


def _plan(borrower: Borrower, now: datetime, trial: Choice | None = None) -> dict[str, Any]:
    """What comes, what will not, and the months it lies in. In the language in force."""
    told = preview.with_words(borrower, now=now, days=contact_plan.DAYS, choice=trial)
    lines = contact_plan.lines(told)
    coming = [line for line in lines if line.planned.is_sent]
    today = local_time.today(borrower.time_zone, now=now)
    place = contact_plan.Place(get_language() or "en", borrower.country)
    return {
        "coming": coming,
        "silent": [line for line in lines if not line.planned.is_sent],
        "months": contact_plan.months(coming, today=today, days=contact_plan.DAYS, place=place),
        "days": contact_plan.DAYS,
        "today": today,
    }


def _count(borrower: Borrower, now: datetime) -> int:
    return sum(planned.is_sent for planned in preview.plan_for(borrower, now=now, days=contact_plan.DAYS))


def _wanting(borrower: Borrower) -> dict[str, Any]:
    """The channels that no verified address serves yet; whether push messages are chosen and no device shows them."""
    usable = borrower.contact_points.filter(verified_at__isnull=False, closed_at=None)
    kinds = set(usable.values_list("kind", flat=True))
    needed = {"phone": Channel.SMS, "email": Channel.EMAIL}
    return {
        "unusable": _(", ").join(str(channel.label) for kind, channel in needed.items() if kind not in kinds),
        "wants_device": "push" not in kinds and preferences.of(borrower).uses("push"),
    }


@borrower_required
@require_GET
def plan_page(request: BorrowerRequest) -> HttpResponse:
    """My contact plan: a calendar of every message to come, with its words and its reason."""
    borrower, now = request.borrower, timezone.now()
    context = {
        **_plan(borrower, now),
        "time_zone": borrower.time_zone,
        "is_stopped": stops.is_stopped(borrower),
    }
    return render(request, "notifications/plan.html", context)


@borrower_required
@require_http_methods(["GET", "POST"])
def stop_page(request: BorrowerRequest) -> HttpResponse:
    """What stopping means, and the button that does it."""
    if request.method == "POST":
        words = _("Stop all reminders")
        stops.stop(request.borrower, words=words, way="page", by=request.user, now=timezone.now())
        messages.success(request, _("We have stopped all reminders. Your bills stay due."))
        return redirect("notifications:preferences")
    if stops.is_stopped(request.borrower):
        return redirect("notifications:preferences")  # it says so, and how to start again
    context = {"notices": silence.legal_notices(request.borrower, now=timezone.now())}
    return render(request, "notifications/stop.html", context)


@borrower_required
@require_POST
def start(request: BorrowerRequest) -> HttpResponse:
    """Take the stop back."""
    words = _("Start reminders again")
    stops.start(request.borrower, words=words, way="page", by=request.user, now=timezone.now())
    messages.success(request, _("Reminders come again, the way you chose."))
    return redirect("notifications:preferences")


@borrower_required
@require_GET
def inbox_page(request: BorrowerRequest) -> HttpResponse:
    """Everything that was sent to me."""
    page = Paginator(inbox.messages(request.borrower), MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    zone = local_time.zone(request.borrower.time_zone)
    rows = [(message, message.started_at.astimezone(zone), inbox.standing(message)) for message in page]
    return render(request, "notifications/inbox.html", {"page": page, "rows": rows})


@borrower_required
@require_POST
def inbox_read(request: BorrowerRequest) -> HttpResponse:
    """Mark everything as read."""
    inbox.mark_all_read(request.borrower, now=timezone.now())
    messages.success(request, _("All messages are marked as read."))
    return redirect("notifications:inbox")


@borrower_required
@require_GET
def news_page(request: BorrowerRequest) -> HttpResponse:
    """For htmx, which asks again and again: the numbers of the navigation, or nothing where they are as they were.

    mark: of what the page shows. The inbox listens to the event and fetches its list anew.
    """
    found = news.of(request.user.pk)
    if request.GET.get("mark") == found.mark:
        return HttpResponse(status=204)
    answer = render(request, "notifications/_news.html", {"news": found})
    return trigger_client_event(answer, "news")


@borrower_required
@require_GET
def message_page(request: BorrowerRequest, attempt_id: UUID) -> HttpResponse:
    """One message: its words as they were sent, what became of it, and why it came."""
    message = get_object_or_404(inbox.messages(request.borrower), pk=attempt_id)
    inbox.mark_read(message.pk, now=timezone.now())
    bills = [reminder.bill for reminder in message.reminders.select_related("bill__account")]
    at = message.started_at.astimezone(local_time.zone(request.borrower.time_zone))
    context = {
        "message": message,
        "at": at,
        "standing": inbox.standing(message),
        "why": _why(message, at),
        "links": links.of_page(message, now=timezone.now()),
        "answered": message.announced.values_list("conversation", flat=True).first(),
        "tells_of_answer": reason.says(reason.from_json(message.reasons), ANSWERED.rule),
        "accounts": {bill.account_id: bill.account for bill in bills}.values(),
    }
    return render(request, "notifications/message.html", context)


def _why(message: Attempt, at: datetime) -> str:
    """Of what was perhaps sent, only why: nothing here claims that it went out."""
    if message.state == AttemptState.ACCEPTED:
        return reasons.sent(at, message.reasons)
    return reasons.sentence(message.reasons)
