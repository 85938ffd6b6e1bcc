"""Telling a person that something about their sign-in changed: at every address they have proved.

Whoever changed it may be somebody else, and may read one of the addresses; so all of them are told.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import languages, letters, step_up
from accounts.addresses import Address
from accounts.models import Borrower, User

# By the names of django-allauth's own notification mails, whose place these letters take.
WHAT: dict[str, Promise] = {
    "account/email/password_changed": _("Your password was changed"),
    "account/email/password_set": _("A password was set for your login"),
    "account/email/password_reset": _("Your password was set anew"),
    "mfa/email/totp_activated": _("An authenticator app was added to your login"),
    "mfa/email/totp_deactivated": _("The authenticator app was removed from your login"),
    "mfa/email/webauthn_added": _("A passkey was added to your login"),
    "mfa/email/webauthn_removed": _("A passkey was removed from your login"),
    "new_device": _("Somebody signed in to your login on a new device"),
    "recovery_codes_made": _("New recovery codes were made for your login"),
    "code_used_twice": _("A code of your authenticator app was used a second time, and refused"),
    "second_factors_removed": _("Our staff removed the passkeys and the authenticator app from your login"),
    "login_deleted": _("Your login was deleted"),
}


@dataclass(frozen=True)
class Whence:
    """Where something was done; empty where that is not known."""

    ip: str = ""
    device: str = ""  # as accounts.device_names calls it


NOWHERE = Whence()


def tell(user: User, what: str, *, now: datetime, whence: Whence = NOWHERE) -> None:
    """Write to all of the login's addresses once the transaction has committed. what: a key of WHAT."""
    borrower = Borrower.objects.filter(user=user).first()
    to = step_up.addresses(borrower, user)
    send(to, what, language=languages.of_user(user), now=now, whence=whence)


def send(to: list[Address], what: str, *, language: str, now: datetime, whence: Whence = NOWHERE) -> None:
    """The same to addresses that are no longer the login's."""
    with translation.override(language):
        words = {"what": str(WHAT[what]), "time": now, "ip": whence.ip, "device": whence.device}
    for address in to:
        transaction.on_commit(partial(letters.send, "security", to=address, language=language, **words))
