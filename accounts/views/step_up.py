"""Is it still you? A code once more, or the second factor of who has one. Borrowers and staff alike."""

from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import languages, step_up
from accounts.forms import StepUpForm
from accounts.models import Borrower, User
from accounts.refusals import Kind
from accounts.views import code
from accounts.views.code import CodeStep

STEP = CodeStep("step_up", here="accounts:step_up_code", back="accounts:step_up", refusal=Kind.STEP_UP)
AFTER = "step_up_next"  # in the session: the page to go on to
# By what a login has, the page that takes it; the first that fits, and from there one can choose another.
SECOND_FACTOR_PAGES = {"webauthn": "mfa_reauthenticate_webauthn", "totp": "mfa_reauthenticate"}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Where the code shall go. `next` is kept in the session, past the code's page."""
    user = cast(User, request.user)
    if _is_ours(request, target := request.GET.get("next", "")):
        request.session[AFTER] = target
    if has := step_up.second_factors(user):
        onward = request.session.pop(AFTER, "") or reverse("home")
        place = next(name for kind, name in SECOND_FACTOR_PAGES.items() if kind in has)
        return redirect(f"{reverse(place)}?{urlencode({'next': onward})}")
    borrower = Borrower.objects.filter(user=user).first()
    own = step_up.addresses(borrower, user)
    form = StepUpForm(request.POST or None, own=own, language=languages.of_user(user))
    if form.is_valid():
        return code.send(request, STEP, to=form.recipient)
    return render(request, "accounts/step_up.html", {"form": form})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    return code.page(request, STEP, right=lambda _proved: _go_on(request))


def _go_on(request: HttpRequest) -> HttpResponse:
    step_up.done(request)
    target: str = request.session.pop(AFTER, "")
    is_borrower = Borrower.objects.filter(user_id=request.user.pk).exists()  # type: ignore[misc]
    return redirect(target or ("accounts:profile" if is_borrower else "home"))


def _is_ours(request: HttpRequest, target: str) -> bool:
    return url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
