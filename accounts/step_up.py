"""Before an address or a password changes, the person shows once more that it is them.

A session left open on a shared computer must not be enough to take a login over. allauth asks nothing of a person
without a password, and many have none; so we ask for a code at an address they have proved. Who has a second factor
shows that one: whoever reads a person's mail must not be able to take the passkey off their login.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import contact_points, logins
from accounts.addresses import WRITTEN_TO, Address
from accounts.models import Borrower, User

FRESH = timedelta(minutes=15)
WAYS = ("code", "password", "password_reset")
SECOND_FACTOR = ("mfa",)


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the person of this session gave a code or a password in the last 15 minutes; their second factor,
    if they have one."""
    since = (now - FRESH).timestamp()
    user = cast(User, request.user)
    ways = SECOND_FACTOR if second_factors(user) else WAYS
    return any(
        record["method"] in ways and record["at"] > since
        for record in get_authentication_records(request, user)
    )


def second_factors(user: User) -> set[str]:
    """What this login shows beyond a code or a password: "totp", "webauthn". Recovery codes only stand in for it."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user_id=user.pk, type__in=kinds)
    return set(rows.values_list("type", flat=True))


def step_up_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ask for a code first, where the last one is too old. The page must also answer GET: one comes back to it."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request, now=timezone.now()):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('accounts:step_up')}?{urlencode({'next': request.path})}")

    return guarded


def addresses(borrower: Borrower | None, user: User) -> list[Address]:
    """Where the code may go: the proved addresses, else what the login signs in with. Staff are no borrowers."""
    proved = contact_points.proved(borrower) if borrower else []
    points = [Address.of(point) for point in proved]
    signs_in = [Address(kind, value) for kind in WRITTEN_TO if (value := logins.value_of(user, kind))]
    return points or signs_in


def done(request: HttpRequest) -> None:
    """The code was right: the session counts as fresh, under a new key."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
    record_authentication(request, cast(User, request.user), method="code", reauthenticated=True)
