"""What WhatsApp tells us: statuses of our messages, and messages that people sent.

Signed with the app's secret over the raw body. Source: Meta, Graph API, "Webhooks: getting started" (the challenge and
X-Hub-Signature-256); WhatsApp Cloud API, "Webhooks".
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.channels import whatsapp_signature
from notifications.heard import INBOUND, STATUS, Raw
from notifications.hearing import hear, hear_reply
from notifications.hooks import body as hook_body
from notifications.hooks.keeping import kept_or_503

PROVIDER = "whatsapp"


@csrf_exempt
@require_http_methods(["GET", "POST"])
@kept_or_503
def webhook(request: HttpRequest) -> HttpResponse:
    """GET: Meta asks whether this address is ours. POST: a batch of news; 403 where it is not signed by Meta."""
    return _challenge(request) if request.method == "GET" else _news(request)


def _challenge(request: HttpRequest) -> HttpResponse:
    is_ours = request.GET.get("hub.mode") == "subscribe" and hook_body.same(
        request.GET.get("hub.verify_token", ""), settings.WHATSAPP_VERIFY_TOKEN
    )
    if not is_ours:
        return HttpResponse("Not accepted.", status=403)
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")


def _news(request: HttpRequest) -> HttpResponse:
    given, secret = request.headers.get("X-Hub-Signature-256", ""), settings.WHATSAPP_APP_SECRET
    if not secret or not hook_body.same(given, whatsapp_signature.sign(secret, request.body)):
        return HttpResponse("Not accepted.", status=403)
    try:
        body = hook_body.read(request)
    except hook_body.Unreadable:
        return HttpResponse("JSON is wanted.", status=400)
    for value in _values(body):
        for status in _objects(value.get("statuses")):
            _take_status(status)
        for message in _objects(value.get("messages")):
            _take_message(message)
    return HttpResponse(status=200)


def _values(body: Any) -> Iterator[dict[str, Any]]:
    """The news about our own number: an account may have several."""
    for entry in _objects(body.get("entry") if isinstance(body, dict) else None):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if change.get("field") != "messages" or not isinstance(value, dict):
                continue
            number = (value.get("metadata") or {}).get("phone_number_id")
            if number == settings.WHATSAPP_PHONE_NUMBER_ID:
                yield value


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _take_status(status: dict[str, Any]) -> None:
    """What does not bring an attempt's id back was not sent by us."""
    key, word = status.get("id"), status.get("status")
    attempt = hook_body.as_uuid(status.get("biz_opaque_callback_data"))
    if attempt and hook_body.is_key(key) and isinstance(word, str) and hook_body.is_key(word):
        payload = {"attempt": str(attempt), "status": status}
        hear(Raw(PROVIDER, STATUS, f"{key}:{word}"[:120], payload), now=timezone.now())


def _take_message(message: dict[str, Any]) -> None:
    """A person wrote. The answer goes back in free words, which the 24 hours since then allow."""
    key, number = message.get("id"), message.get("from")
    if not (hook_body.is_key(key) and isinstance(number, str) and number.isdecimal() and len(number) <= 15):
        return
    hear_reply(Raw(PROVIDER, INBOUND, str(key), {"message": message}), now=timezone.now())
