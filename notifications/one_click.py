"""One click in an e-mail ends the e-mails: RFC 8058. The link carries its own proof, so nobody signs in for it."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Borrower
from notifications import preferences
from notifications.channels import unsubscribe
from notifications.models import Attempt
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
        words = "List-Unsubscribe=One-Click"
        preferences.leave_out(borrower, Channel.EMAIL, words=words, now=timezone.now())
    context = {"is_done": asked.unsubscribes}
    with translation.override(
        borrower.language
    ):  # machines ask under this path, so nobody else has chosen one
        return render(request, "notifications/unsubscribe.html", context, status=asked.status)


def _borrower(token: str) -> Borrower:
    try:
        attempt_id = UUID(hex=signing.loads(token, salt=_SALT))
        attempt = Attempt.objects.select_related("borrower__preference").get(pk=attempt_id)
    except (signing.BadSignature, Attempt.DoesNotExist) as error:
        raise Http404 from error
    return attempt.borrower
