"""Passkeys, authenticator apps and recovery codes: what django-allauth asks of this project about them."""

import logging
from datetime import datetime
from typing import Any, cast

import qrcode
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathImage

from accounts import sealing, security_notices, step_up
from accounts.models import User
from accounts.security_notices import Whence

log = logging.getLogger(__name__)


def is_missing(request: HttpRequest) -> bool:
    """Whether this person works for the lender, must have a second factor, and has none."""
    user = cast(User, request.user)
    return settings.STAFF_SECOND_FACTOR and user.is_staff and not step_up.second_factors(user)


def remove_all(user: User, *, now: datetime) -> None:
    """For a person who lost them: passkeys, app and recovery codes go, every session ends, the person is told."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        Authenticator.objects.filter(user_id=user.pk).delete()
        security_notices.tell(user, "second_factors_removed", now=now)
    end_sessions(user)
    log.warning("second_factors_removed login=%s", user.pk)


@receiver(authentication_failed, dispatch_uid="tell_code_used_twice")
def _used_twice(user: User, request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """A code of the app that was right a moment ago comes again: somebody may have looked over a shoulder."""
    code = request.POST.get("code", "")
    if authenticator.type == Authenticator.Type.TOTP and cache.get(
        authenticator.wrap()._get_used_cache_key(code)  # allauth has no public question for it
    ):
        whence = Whence(get_account_adapter().get_client_ip(request))
        security_notices.tell(user, "code_used_twice", now=timezone.now(), whence=whence)


def end_sessions(user: User) -> None:
    """Sign the login out wherever it is signed in."""
    for session in UserSession.objects.filter(user_id=user.pk):
        session.end()


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """In our words, under the lender's name, and with the secrets sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That did not work. Try again."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """To stand in the page itself: the policy lets no picture come from a data: address."""
        return str(qrcode.make(url, image_factory=SvgPathImage).to_string(encoding="unicode"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.LENDER_NAME}

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}
