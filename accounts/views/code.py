"""The page that takes a code; claiming, adding an address and the step-up share it."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import codes, refusals
from accounts.addresses import Address
from accounts.codes import Answer, Recipient
from accounts.forms import CodeForm
from accounts.refusals import Kind


@dataclass(frozen=True)
class CodeStep:
    """Where in a journey the code stands."""

    purpose: str  # of accounts.codes
    here: str  # name of the page that takes the code
    back: str  # name of the page before, which asks where to send it
    refusal: Kind = Kind.CODE  # what a wrong code counts as
    number: int | None = None  # of the three steps that a claim has


def send(request: HttpRequest, step: CodeStep, *, to: Recipient) -> HttpResponse:
    """Send a code and go on to its page. Too often, from this place or to this address: 429."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="send_code", key=to.value)
    if limited:
        return limited
    codes.send(request.session, step.purpose, to=to, now=timezone.now())
    return redirect(step.here)


def page(request: HttpRequest, step: CodeStep, *, right: Callable[[Address], HttpResponse]) -> HttpResponse:
    """Take the code, or send another. right: what follows once the address is proved."""
    sent = codes.pending(request.session, step.purpose)
    if sent is None:
        return redirect(step.back)
    if request.POST.get("action") == "resend":
        return send(request, step, to=sent)
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="check_code")
    if limited:
        return limited
    form = CodeForm(request.POST or None)
    if form.is_valid():
        answer = codes.check(
            request.session, step.purpose, code=form.cleaned_data["code"], now=timezone.now()
        )
        if answer is Answer.RIGHT:
            return right(sent.address)
        refusals.note(step.refusal, purpose=step.purpose, login=request.user.pk or "-")
        if answer is Answer.OVER:
            codes.forget(request.session, step.purpose)
            messages.error(request, _("That code cannot be used any more. Ask for a new one."))
            return redirect(step.back)
        form.add_error("code", _("That code is not right. Check the latest message we sent you."))
    minutes = codes.LIFETIME.seconds // 60
    context = {"form": form, "shown": sent.shown, "minutes": minutes, "step": step}
    return render(request, "accounts/code.html", context)
