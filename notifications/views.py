"""The borrower's pages about messages: preferences with their plan, stop, and the inbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts import languages
from accounts.access import BorrowerRequest, borrower_required
from accounts.models import Borrower
from notifications import (
    choice_words,
    contact_plan,
    folds,
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
from notifications.conversations.notices import ANSWERED
from notifications.forms import PreferenceForm, Standing
from notifications.models import Attempt
from notifications.preferences import Change
from notifications.preview import Looked
from notifications.reply_links import links
from notifications.words import AttemptState, Channel, HoldReason

MESSAGES_A_PAGE = 20
SOON = 3  # messages to come that are shown without being asked for


@borrower_required
@require_http_methods(["GET", "POST"])
def preferences_page(request: BorrowerRequest) -> HttpResponse:
    """What I chose, and beside it the next 60 days as the sending gate decides them."""
    now = timezone.now()
    looked = _look(request, now)
    form = _form(looked, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _save(request, form, now)
        language = form.cleaned_data["language"]
        if request.htmx and language == looked.borrower.language:
            looked = _look(request, now)
            return _page(request, looked, _form(looked), saved=True)
        with override(language):  # the next page speaks it
            messages.success(request, _("Your choice is saved. This page shows the reminders it brings."))
        page = reverse("notifications:preferences")
        return HttpResponseClientRedirect(page) if request.htmx else redirect(page)
    return _page(request, looked, form)


@borrower_required
@require_http_methods(["GET", "POST"])
def preview_page(request: BorrowerRequest) -> HttpResponse:
    """What the form's choice would change. Saves nothing. htmx asks at each change, in passing.

    GET: from here to another language, or back after signing in anew; what was typed is not known any more.
    """
    if request.method == "GET":
        return redirect("notifications:preferences")
    looked = _look(request, timezone.now())
    form = _form(looked, request.POST)
    trial = form.cleaned_data["choice"] if form.is_valid() and _is_new(form, looked.borrower) else None
    return _page(request, looked, form, trial=trial, in_passing=bool(request.htmx))


def _look(request: BorrowerRequest, now: datetime) -> Looked:
    return preview.look(request.borrower, now=now, days=contact_plan.DAYS)


def _is_new(form: PreferenceForm, borrower: Borrower) -> bool:
    """Whether what the form says differs from what holds."""
    chosen = form.cleaned_data["choice"], form.cleaned_data["language"]
    return chosen != (preferences.of(borrower), borrower.language)


def _form(looked: Looked, data: Mapping[str, Any] | None = None) -> PreferenceForm:
    current = preferences.of(looked.borrower)
    standing = Standing(
        choice=current,
        language=looked.borrower.language,
        habit=looked.habit,
        today=looked.today,
        ways=preferences.offered(current, looked.ahead.kinds),
    )
    return PreferenceForm(data, standing=standing)


def _save(request: BorrowerRequest, form: PreferenceForm, now: datetime) -> None:
    chosen, language = form.cleaned_data["choice"], form.cleaned_data["language"]
    words = choice_words.text(chosen, language=language)
    change = Change(choice=chosen, language=language, words=words)
    preferences.change(request.borrower, chosen=change, by=request.user, now=now)
    languages.remember(request, language, now=now)


def _page(
    request: BorrowerRequest,
    looked: Looked,
    form: PreferenceForm,
    *,
    trial: Choice | None = None,
    **more: bool,
) -> HttpResponse:
    """The whole page, or for htmx the plan alone. trial: a choice that is looked at and not saved. more: for the plan's
    template."""
    context = {
        "form": form,
        "folds": _folds(request, looked, form, trial),
        **_plan(looked, trial),
        "time_zone": looked.borrower.time_zone,
        "is_trial": trial is not None,
        "now_count": sum(one.is_sent for one in looked.planned()) if trial is not None else None,
        **more,
    }
    if request.htmx:
        return render(request, "notifications/_plan.html", context)
    return render(request, "notifications/preferences.html", context | _peace(looked) | _wanting(looked))


def _folds(
    request: BorrowerRequest, looked: Looked, form: PreferenceForm, trial: Choice | None
) -> dict[str, folds.Fold]:
    """The form's parts in words: what holds, or what is looked at."""
    return folds.folds(
        form,
        trial or preferences.of(looked.borrower),
        language=form.cleaned_data["language"] if trial else looked.borrower.language,
        asked=request.GET.get("open", ""),
    )


def _peace(looked: Looked) -> dict[str, Any]:
    """The holds in force, the person's own stop apart, and what may come all the same."""
    held = silence.held(looked.holds(), time_zone=looked.borrower.time_zone)
    return {
        "stop": next((hold for hold in held if hold.is_stop), None),
        "held": [hold for hold in held if not hold.is_stop],
        "notices": silence.legal_notices(looked.borrower, now=looked.now),
    }


def _plan(looked: Looked, trial: Choice | None = None) -> dict[str, Any]:
    """What comes, what will not, and the months it lies in. In the language in force."""
    lines = contact_plan.lines(looked.told(trial))
    coming = [line for line in lines if line.planned.is_sent]
    place = contact_plan.Place(get_language() or "en", looked.borrower.country)
    return {
        "coming": coming,
        "soon": coming[:SOON],
        "later": coming[SOON:],
        "silent": [line for line in lines if not line.planned.is_sent],
        "months": contact_plan.months(coming, today=looked.today, days=contact_plan.DAYS, place=place),
        "days": contact_plan.DAYS,
        "today": looked.today,
    }


def _wanting(looked: Looked) -> dict[str, Any]:
    """The channels that no verified address serves yet; whether push messages are chosen and no device shows them."""
    kinds = looked.ahead.kinds
    needed = {"phone": Channel.SMS, "email": Channel.EMAIL}
    return {
        "unusable": _(", ").join(str(channel.label) for kind, channel in needed.items() if kind not in kinds),
        "wants_device": "push" not in kinds and preferences.of(looked.borrower).uses("push"),
    }


@borrower_required
@require_GET
def plan_page(request: BorrowerRequest) -> HttpResponse:
    """My contact plan: a calendar of every message to come, with its words and its reason."""
    looked = _look(request, timezone.now())
    context = {
        **_plan(looked),
        "time_zone": looked.borrower.time_zone,
        "is_stopped": any(hold.reason == HoldReason.STOP for hold in looked.holds()),
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
