"""Deleting one's login: what opens it goes, what the lender must keep stays, and the borrower can come back.

Agreements, bills, payments, messages and the record of choices belong to the borrower, not to the login: the lender
must keep them, and goes on reminding by them. A new invitation makes a new login for the same borrower.
"""

import logging
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import second_factors, security_notices, step_up
from accounts.models import Borrower, User
from accounts.signals import login_deleted

log = logging.getLogger(__name__)


def delete_login(borrower: Borrower, *, now: datetime) -> None:
    """The login opens no more, and says nothing of the person. They are told at every address they have proved.

    ValueError, with words for the person: they also work for the lender.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=borrower.user_id)  # type: ignore[misc]
        if user.is_staff:
            raise ValueError(_("This login also opens the staff pages. Ask who gave it to you to close it."))
        to = step_up.addresses(borrower, user)
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        user.email = user.phone = None
        user.phone_verified = user.is_active = False
        user.name = ""
        user.set_unusable_password()  # which ends sessions that are in no list
        user.save()
        borrower.user = None
        borrower.save(update_fields=["user"])
        login_deleted.send(sender=None, borrower=borrower, now=now)
        security_notices.send(to, "login_deleted", language=borrower.language, now=now)
    second_factors.end_sessions(user)
    log.info("login_deleted login=%s borrower=%s", user.pk, borrower.pk)
