"""One click in an e-mail ends the e-mails: RFC 8058. The link carries its own proof, so nobody signs in for it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Borrower
from notifications import preferences
from notifications.channels import unsubscribe
from notifications.models import Attempt
from notifications.preferences import Change
from notifications.words import Channel

_SALT = "notifications.one_click"


def address(attempt_id: UUID) -> str:
    """Where a click in this attempt's e-mail leads. Says nothing of the person; only we can have made it."""
    token = signing.dumps(attempt_id.hex, salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('hooks:unsubscribe', args=[token])}"


def headers(attempt_id: UUID) -> dict[str, str]:
    """The e-mail's headers; none where the portal has no HTTPS address, which one click demands."""
    if not settings.PORTAL_URL.startswith("https://"):
        return {}
    return unsubscribe.headers(address(attempt_id))


@csrf_exempt  # a mail program posts it; the signed address is the proof
@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    """A GET, which link scanners send too, asks and changes nothing; the POST ends e-mail reminders."""
    borrower = _borrower(token)
    asked = unsubscribe.answer(request.method or "", request.headers.get("Content-Type", ""), request.body)
    if asked.unsubscribes:
        end_emails(borrower, words="List-Unsubscribe=One-Click", now=timezone.now())
    context = {"is_done": asked.unsubscribes}
    return render(request, "notifications/unsubscribe.html", context, status=asked.status)


def end_emails(borrower: Borrower, *, words: str, now: datetime) -> None:
    """Leave e-mail out of every category; what had no other way is in the inbox. Again: nothing changes.

    words: what the mail program or provider sent, for the record.
    """
    choice = preferences.of(borrower)
    without = {
        category: tuple(channel for channel in order if channel != Channel.EMAIL)
        or ((Channel.INBOX.value,) if order else ())
        for category, order in choice.channels.items()
    }
    chosen = Change(
        choice=replace(choice, channels=without),
        language=borrower.language,
        words=words,
        way="email",
    )
    preferences.change(borrower, chosen=chosen, by=None, now=now)


def _borrower(token: str) -> Borrower:
    try:
        attempt_id = UUID(hex=signing.loads(token, salt=_SALT))
        attempt = Attempt.objects.select_related("borrower__preference").get(pk=attempt_id)
    except (signing.BadSignature, Attempt.DoesNotExist) as error:
        raise Http404 from error
    return attempt.borrower
