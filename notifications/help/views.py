"""The borrower's pages of asking for something: what there is, one form each, and what became of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import BorrowerRequest, borrower_required, calendar_day
from loans import balances
from loans.models import CreditAccount
from notifications import silence
from notifications.conversations.write_limit import may_write
from notifications.help import journeys
from notifications.help.forms import FORMS, HelpForm
from notifications.help.journeys import AlreadyOpen
from notifications.help.words import WORDS, asked, outcome, steps
from notifications.models.help import HelpKind, HelpState

ABOUT_NO_ACCOUNT = {HelpKind.COMPLAINT}
_WITHDRAWN = gettext_lazy("You have withdrawn it.")
_WITHDRAWN_SILENT = gettext_lazy("You have withdrawn it. Reminders come again as you chose them.")


@require_safe
@borrower_required
def list_page(request: BorrowerRequest) -> HttpResponse:
    """What I can ask for, and what I asked for before."""
    mine = request.borrower.help_requests.select_related("account").order_by("-opened_at")[:50]
    rows = [(each, WORDS[each.kind].title, outcome(each.kind, each.state)) for each in mine]
    return render(request, "help/list.html", {"kinds": WORDS.items(), "rows": rows})


@require_http_methods(["GET", "POST"])
@borrower_required
def ask_page(request: BorrowerRequest, kind: str) -> HttpResponse:
    """Ask for one thing, about one of my accounts where it is about one."""
    if kind not in FORMS:
        raise Http404
    accounts = _accounts(request)
    chosen = None if kind in ABOUT_NO_ACCOUNT else _chosen(request, accounts)
    context: dict[str, Any] = {"kind": kind, "words": WORDS[kind], "steps": steps(kind), "account": chosen}
    if chosen is None and kind not in ABOUT_NO_ACCOUNT:
        return render(request, "help/choose.html", context | {"accounts": accounts})
    today = calendar_day(request.borrower)
    view = balances.account_view(chosen, today=today) if chosen else None
    form = FORMS[kind](request.POST if request.method == "POST" else None, view=view, today=today)
    if form.is_valid() and may_write(request, form):
        return _open(request, form)
    return render(request, "help/ask.html", context | {"form": form})


@require_http_methods(["GET", "POST"])
@borrower_required
def request_page(request: BorrowerRequest, request_id: UUID) -> HttpResponse:
    """One request: its reference, what happens next, and what became of it. Sent, it is taken back."""
    found = get_object_or_404(request.borrower.help_requests.select_related("account"), pk=request_id)
    if request.method == "POST":
        if journeys.withdraw(found, by=request.user, now=timezone.now()):
            was_silent = HelpKind(found.kind) in journeys.SILENT_WHILE
            messages.success(request, _WITHDRAWN_SILENT if was_silent else _WITHDRAWN)
        return redirect("help:request", found.pk)
    is_open = found.state == HelpState.OPEN
    is_silent = is_open and HelpKind(found.kind) in journeys.SILENT_WHILE
    context = {
        "found": found,
        "words": WORDS[found.kind],
        "outcome": outcome(found.kind, found.state),
        "steps": steps(found.kind),
        "is_open": is_open,
        "due_day": found.due_at - timedelta(microseconds=1),  # due as the next day begins
        "asked": asked(found),
        "is_promise": found.kind == HelpKind.PROMISE,
        "notices": silence.legal_notices(request.borrower, now=timezone.now()) if is_silent else [],
    }
    return render(request, "help/request.html", context)


def _open(request: BorrowerRequest, form: HelpForm) -> HttpResponse:
    try:
        made = journeys.open_request(request.borrower, ask=form.ask(), now=timezone.now())
    except AlreadyOpen as known:
        messages.info(request, str(known))
        return redirect("help:request", known.request.pk)
    reference = format_html('<span class="nowrap">{}</span>', made.reference)
    said = format_html(_("We have it. Your reference is {reference}."), reference=reference)
    messages.success(request, said)
    return redirect("help:request", made.pk)


def _accounts(request: BorrowerRequest) -> list[CreditAccount]:
    is_owed = [CreditAccount.Status.OPEN, CreditAccount.Status.CHARGED_OFF]
    return list(request.borrower.credit_accounts.filter(status__in=is_owed).order_by("reference"))


def _chosen(request: BorrowerRequest, accounts: list[CreditAccount]) -> CreditAccount | None:
    """The account that the address names, or the only one. 404: not one of this borrower's."""
    if name := request.GET.get("account"):
        found = [account for account in accounts if str(account.public_id) == name]
        if not found:
            raise Http404
        return found[0]
    return accounts[0] if len(accounts) == 1 else None
