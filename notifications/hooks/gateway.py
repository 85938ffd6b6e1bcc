"""What a provider that a TOML file describes tells us: receipts, and replies. JSON, signed as the file says."""

import base64
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications import gateway_file
from notifications.channels.gateway import as_text
from notifications.gateway_file import Gateway, Hook, at
from notifications.heard import INBOUND, STATUS, Raw
from notifications.hearing import hear, hear_reply
from notifications.hooks import body as hook_body
from notifications.hooks.keeping import kept_or_503


@csrf_exempt
@require_POST
@kept_or_503
def receipt(request: HttpRequest, name: str) -> HttpResponse:
    """What does not bring an attempt's id back was not sent by us."""
    file = _file(name)
    return _heard(request, name, file.receipt if file else None, _take_receipt)


@csrf_exempt
@require_POST
@kept_or_503
def reply(request: HttpRequest, name: str) -> HttpResponse:
    """A text that a person sent; the answer goes back as a text of its own."""
    file = _file(name)
    return _heard(request, name, file.reply if file else None, _take_reply)


def _file(name: str) -> Gateway | None:
    return gateway_file.load(name) if name in settings.HTTP_PROVIDERS else None


def _heard(request: HttpRequest, name: str, hook: Hook | None, take: Any) -> HttpResponse:
    """403 where nothing is expected or the signature is wrong; 400 where the body is not what the file says."""
    given = request.headers.get(hook.header, "") if hook else ""
    if hook is None or not hook_body.same(given, signature(hook, request.body)):
        return HttpResponse("Not accepted.", status=403)
    try:
        body = hook_body.read(request)
    except hook_body.Unreadable:
        return HttpResponse("JSON is wanted.", status=400)
    found = at(body, hook.listed)
    entries = found if isinstance(found, list) else [found]
    if not all(isinstance(entry, dict) for entry in entries):
        return HttpResponse("Objects are wanted.", status=400)
    for entry in entries:
        take(name, hook, entry)
    return HttpResponse(status=204)


def signature(hook: Hook, body: bytes) -> str:
    """The value of the hook's header for a body."""
    if hook.kind == "token":
        return hook.prefix + hook.secret
    digest = hmac.new(hook.secret.encode(), body, hook.algorithm).digest()
    return hook.prefix + (digest.hex() if hook.encoding == "hex" else base64.b64encode(digest).decode())


def _take_receipt(name: str, hook: Hook, entry: dict[str, Any]) -> None:
    key, state = (as_text(at(entry, hook.paths[part])) for part in ("id", "state"))
    attempt = hook_body.as_uuid(as_text(at(entry, hook.paths["reference"])))
    if attempt and hook_body.is_key(key) and hook_body.is_key(state):
        payload = {"of": name, "attempt": str(attempt), "entry": entry}
        hear(Raw(name, STATUS, f"{key}:{state}"[:120], payload), now=timezone.now())


def _take_reply(name: str, hook: Hook, entry: dict[str, Any]) -> None:
    key, number = (as_text(at(entry, hook.paths[part])) for part in ("id", "from"))
    digits = number.removeprefix("+")
    if not hook_body.is_key(key) or not digits.isdecimal() or len(digits) > 15:
        return
    hear_reply(Raw(name, INBOUND, key, {"of": name, "entry": entry}), now=timezone.now())
