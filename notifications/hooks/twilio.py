"""What Twilio tells us: receipts and replies."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.channels import twilio_signature
from notifications.heard import INBOUND, STATUS, Raw
from notifications.hearing import hear
from notifications.hooks.keeping import kept_or_503

logger = logging.getLogger(__name__)

LONGEST = 60  # characters of a SID or a status; Twilio's have 34 and 11


def signed_by_twilio(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 unless Twilio's signature covers the public address and the form; nothing is read or stored before.

    Behind a proxy the request's own host and scheme are the proxy's business; what Twilio was given, and so
    what it signed, is PORTAL_URL. An empty token would let anyone sign, so it lets nobody.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = [(name, value) for name, values in request.POST.lists() for value in values]
        is_signed = bool(settings.TWILIO_AUTH_TOKEN) and twilio_signature.validate(
            settings.TWILIO_AUTH_TOKEN,
            url=settings.PORTAL_URL + request.get_full_path(),
            form=form,
            signature=request.headers.get("X-Twilio-Signature", ""),
        )
        return view(request, *args, **kwargs) if is_signed else HttpResponse("Not accepted.", status=403)

    return guarded


@csrf_exempt
@require_POST
@signed_by_twilio
@kept_or_503
def status_of(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Twilio's status callback for one attempt: one event per message and status."""
    sid, status = request.POST.get("MessageSid", ""), request.POST.get("MessageStatus", "")
    if not _is_key(sid) or not _is_key(status):
        return HttpResponse("MessageSid or MessageStatus is missing.", status=400)
    payload = {"attempt": str(attempt_id), "form": request.POST.dict()}
    hear(Raw("twilio", STATUS, f"{sid}:{status}", payload), now=timezone.now())
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@signed_by_twilio
@kept_or_503
def inbound(request: HttpRequest) -> HttpResponse:
    """A text that a person sent us. The answer is TwiML: the text to send back, or nothing."""
    sid, number = request.POST.get("MessageSid", ""), request.POST.get("From", "")
    if not _is_key(sid) or not _is_key(number):
        return HttpResponse("MessageSid or From is missing.", status=400)
    answer = hear(Raw("twilio", INBOUND, sid, {"form": request.POST.dict()}), now=timezone.now())
    return twiml(answer.text if answer else "")


def twiml(text: str) -> HttpResponse:
    """Twilio's XML for "answer with this text", or for "do not answer"."""
    message = f"<Message>{escape(text)}</Message>" if text else ""
    document = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return HttpResponse(document, content_type="text/xml; charset=utf-8")


def _is_key(value: str) -> bool:
    return 0 < len(value) <= LONGEST and "\0" not in value
