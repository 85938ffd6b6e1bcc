"""django-allauth's pages where the portal needs more care; accounts.urls puts them in their place."""

from typing import Any

from allauth.account.views import ConfirmLoginCodeView
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts import refusals, sign_in_codes


class EnterSignInCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """allauth 65.21 counts wrong codes in the session, which guesses made in parallel outrun; so count them here too.

    A new code is limited like the first one, by the address it goes to.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        state = self._process.state
        address = state.get("email") or state["phone"]
        if self._action == "resend":
            limited = ratelimit.consume_or_429(request, action="request_login_code", key=address)
        else:
            limited = ratelimit.consume_or_429(
                request, action="confirm_login_code", key=f"{address} {state['at']}"
            )
        answer: HttpResponseBase = limited or super().post(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        refusals.note(refusals.Kind.SIGN_IN, way="code")
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        """allauth's process.resend() asserts that a phone number is somebody's: a stranger's would answer 500."""
        self._process.send(skip_enumeration_mails=True)
        sign_in_codes.hide(self._process.state)
        self._process.record_resend()
        self._process.persist()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))
