"""django-allauth's pages of passkeys, apps and sessions, where the portal needs more care.

accounts.urls puts them in allauth's places, each behind the step-up.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from accounts import device_names, recovery_codes
from accounts.models import User


def with_app(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page about the person's app. Who has none is led to where they can add it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists():
            return view(request, *args, **kwargs)
        return redirect("mfa_index")

    return guarded


def set_up(request: HttpRequest, kind: Authenticator.Type, onward: HttpResponse) -> HttpResponse:
    """Who has just set a second factor up holds it: no step-up asks for it at once. The first brings recovery codes."""
    user = cast(User, request.user)
    record_authentication(request, user, method="mfa", type=kind.value, reauthenticated=True)
    if recovery_codes.of(user).exists():
        return onward
    recovery_codes.make(user)
    return redirect("accounts:recovery_codes")


class Overview(IndexView):  # type: ignore[misc]
    """What the login has, with the codes as we keep them."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        codes = {"codes_left": recovery_codes.left(user), "codes_shown": bool(recovery_codes.shown(user))}
        return {**super().get_context_data(**kwargs), **codes}


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        return set_up(self.request, Authenticator.Type.TOTP, super().form_valid(form))


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """Always a passkey that signs in on its own; allauth leaves that to a box to tick."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        options = auth.begin_registration(self.request.user, passwordless=True)
        return {**FormView.get_context_data(self, **kwargs), "js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        return set_up(self.request, Authenticator.Type.WEBAUTHN, super().form_valid(form))


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")


class EndSessionForm(forms.Form):
    """One of the person's sessions; none: all but this one."""

    session = forms.ModelChoiceField(UserSession.objects.none(), required=False)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = UserSession.objects.filter(user_id=request.user.pk)
        self.others = others.exclude(session_key=request.session.session_key)
        self.fields["session"].queryset = self.others  # type: ignore[attr-defined]

    def save(self, request: HttpRequest) -> None:
        one = self.cleaned_data["session"]
        for session in [one] if one else self.others:
            session.end()


class Sessions(ListUserSessionsView):  # type: ignore[misc]
    """Where the person is signed in. allauth's page ends all other sessions or none; here also a single one."""

    form_class = EndSessionForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            UserSession.objects.create_from_request(request)  # this one is on the page too
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        newest_first = sorted(context["sessions"], key=lambda session: session.last_seen_at, reverse=True)
        rows = [(each, device_names.name(each.user_agent, unknown=_("A browser"))) for each in newest_first]
        return {**context, "rows": sorted(rows, key=lambda row: not row[0].is_current())}

    def form_invalid(self, form: EndSessionForm) -> HttpResponse:
        messages.info(self.request, _("That session has ended already."))
        return redirect("usersessions_list")
