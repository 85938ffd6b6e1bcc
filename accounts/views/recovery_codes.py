"""The pages of recovery codes: seen for a while, saved as a file, made anew."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import recovery_codes, security_notices, step_up
from accounts.downloads import attached
from accounts.models import User
from accounts.security_notices import Whence
from accounts.step_up import step_up_required


@step_up_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not recovery_codes.left(user):
        return redirect("mfa_index")
    context = {"codes": recovery_codes.shown(user), "minutes": recovery_codes.SHOWN.seconds // 60}
    return render(request, "accounts/recovery_codes.html", context)


@step_up_required
@require_GET
def file(request: HttpRequest) -> HttpResponse:
    if not (codes := recovery_codes.shown(cast(User, request.user))):
        return redirect("accounts:recovery_codes")  # which says why
    text = render_to_string("accounts/recovery_codes.txt", {"codes": codes}, request)
    return attached(text, content_type="text/plain; charset=utf-8", name="recovery-codes.txt")


@step_up_required
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """New ones for the old ones. They stand in for a second factor, so only who has one has them."""
    user = cast(User, request.user)
    if not step_up.second_factors(user):
        messages.info(request, _("Add a passkey or an authenticator app first."))
        return redirect("mfa_index")
    if request.method == "POST":
        recovery_codes.make(user)
        whence = Whence(get_adapter().get_client_ip(request))
        security_notices.tell(user, "recovery_codes_made", now=timezone.now(), whence=whence)
        return redirect("accounts:recovery_codes")
    context = {"left": recovery_codes.left(user)}
    return render(request, "accounts/new_recovery_codes.html", context)
