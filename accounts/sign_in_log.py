"""Who signed in, who failed to, who signed out: one line each, with ids only. And from when on a sign-in counts.

Imported by the app's config.
"""

import logging
from typing import Any

from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import refusals, session_life
from accounts.models import User
from accounts.refusals import Kind

log = logging.getLogger(__name__)


@receiver(user_logged_in, dispatch_uid="log_signed_in")
def _signed_in(user: User, request: HttpRequest, **_: Any) -> None:
    session_life.begin(request.session, now=timezone.now())
    log.info("signed_in login=%s staff=%d", user.pk, user.is_staff)


@receiver(user_logged_out, dispatch_uid="log_signed_out")
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        log.info("signed_out login=%s", user.pk)


@receiver(user_login_failed, dispatch_uid="log_sign_in_failed")
def _failed(**_: Any) -> None:
    """Whose password was wrong is not written: what was typed may be anything, a password too."""
    refusals.note(Kind.SIGN_IN, way="password")


@receiver(authentication_failed, dispatch_uid="log_second_step_failed")
def _second_step_failed(user: User, *, reauthentication: bool, **_: Any) -> None:
    refusals.note(Kind.STEP_UP if reauthentication else Kind.SIGN_IN, way="second_step", login=user.pk)
