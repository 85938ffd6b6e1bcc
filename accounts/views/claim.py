"""The pages of a claim: the fact, the address, the code. What happens is in accounts.claiming."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import claiming
from accounts.addresses import Address
from accounts.claiming import InvitationInvalid
from accounts.forms import ClaimAddressForm, FactForm
from accounts.logins import AddressTaken
from accounts.models import Invitation
from accounts.views import code
from accounts.views.code import CodeStep

IN_SESSION = "claim"
# From the right answer to the code; then the fact is asked again.
TIME = timedelta(minutes=30)
STEP = CodeStep("claim", here="accounts:claim_code", back="accounts:claim_contact", number=3)


def claim_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For visitors only; and whatever is wrong with an invitation, the page that says so is the same."""

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.user.is_authenticated:
            return render(request, "accounts/claim_signed_in.html", {"here": request.path})
        try:
            return view(request, *args, **kwargs)
        except InvitationInvalid:
            request.session.pop(IN_SESSION, None)
            return render(request, "accounts/claim_invalid.html", status=404)

    return guarded


@claim_page
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """The link's page: nothing about the person, only the question."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="claim_fact")
    if limited:
        return limited
    now = timezone.now()
    invitation = claiming.open_invitation(token, now=now)
    form = FactForm(request.POST or None)
    if form.is_valid():
        if claiming.answer_fact(invitation, answer=form.cleaned_data["answer"], now=now):
            request.session[IN_SESSION] = {"invitation": invitation.pk.hex, "at": now.timestamp()}
            return redirect("accounts:claim_contact")
        form.add_error("answer", _("That does not match our records. Check the number and try again."))
    return render(request, "accounts/claim.html", {"form": form})


@claim_page
def contact(request: HttpRequest) -> HttpResponse:
    """Which address to sign in with. Ours are masked: the person may still be a thief of the link."""
    invitation = _answered(request, timezone.now())
    form = ClaimAddressForm(
        request.POST or None,
        borrower=invitation.borrower,
        initial={"choice": str(invitation.sent_to_id)},
    )
    if form.is_valid():
        return code.send(request, STEP, to=form.recipient)
    return render(request, "accounts/claim_contact.html", {"form": form})


@claim_page
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code, and with it the login."""
    invitation = _answered(request, timezone.now())
    return code.page(request, STEP, right=lambda proved: _claim(request, invitation, proved))


def _claim(request: HttpRequest, invitation: Invitation, address: Address) -> HttpResponse:
    try:
        language = get_language() or ""
        user = claiming.claim(invitation, address=address, now=timezone.now(), language=language)
    except AddressTaken:  # told only now: whoever reads this has proved to read the address
        messages.error(request, _("This address signs in to another account. Choose another one here."))
        return redirect("accounts:claim_contact")
    request.session.pop(IN_SESSION, None)
    record_authentication(request, user, method="code")
    # allauth's own page offers a password; its `next` is where "continue without one" leads.
    after = f"{reverse('account_set_password')}?next={reverse('home')}"
    response: HttpResponse = perform_login(
        request, user, redirect_url=after, signal_kwargs={"is_first": True}
    )
    return response


def _answered(request: HttpRequest, now: datetime) -> Invitation:
    """The invitation whose fact this session has answered. InvitationInvalid: none, or too long ago."""
    state = request.session.get(IN_SESSION)
    if state is None or now.timestamp() - state["at"] > TIME.total_seconds():
        raise InvitationInvalid
    return claiming.resume(UUID(state["invitation"]), now=now)
