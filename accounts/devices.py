"""Telling a person that somebody signed in on a device that their login has never been used on.

The device keeps a signed list of the logins that were used on it, so there is no table of devices. Who clears their
browser is told once more; who steals a code or a password, and not the device, cannot keep it quiet.
"""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import user_logged_in
from django.conf import settings
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import device_names, languages, security_notices
from accounts.models import User
from accounts.security_notices import Whence

KEPT = timedelta(days=400)  # the longest that browsers keep a cookie
MOST = 8  # logins of one device; the latest stay
SALT = "accounts.devices"


@receiver(user_logged_in, dispatch_uid="tell_new_device")
def _signed_in(
    request: HttpRequest, response: HttpResponse, user: User, is_first: bool = False, **_: Any
) -> None:
    """is_first: the login was made a moment ago, on this very device."""
    known = logins_of(request)
    if user.pk not in known and not is_first:
        _tell(user, request)
    _remember(response, [user.pk, *(each for each in known if each != user.pk)][:MOST])


def logins_of(request: HttpRequest) -> list[int]:
    """The ids of the logins that were used on the device that asks. Forged or too old: none."""
    try:
        return list(
            signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT)
        )
    except signing.BadSignature:
        return []


def _tell(user: User, request: HttpRequest) -> None:
    with translation.override(languages.of_user(user)):
        device = device_names.name(request.headers.get("User-Agent", ""), unknown=_("an unknown device"))
    whence = Whence(get_adapter().get_client_ip(request), device)
    security_notices.tell(user, "new_device", now=timezone.now(), whence=whence)


def _remember(response: HttpResponse, logins: list[int]) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(logins, salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
