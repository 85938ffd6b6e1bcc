"""What Alibaba Cloud SMS tells us by HTTP: delivery reports (SmsReport) and texts that people sent (SmsUp).

It signs nothing, so its calls come to an address that nobody else knows: ALIBABA_SMS_HOOK_TOKEN is a part of it. Each
call brings a list. Source: Alibaba Cloud, Short Message Service, "SmsReport" and "SmsUp" over HTTP.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.heard import INBOUND, STATUS, Raw
from notifications.hearing import hear, hear_reply
from notifications.hooks import body as hook_body
from notifications.hooks.keeping import kept_or_503

PROVIDER = "alibaba"
TAKEN = {"code": 0, "msg": "OK"}  # it looks only whether `code` is a number


def at_its_address(view: Callable[[list[dict[str, Any]]], None]) -> Callable[..., HttpResponse]:
    """403 unless the address holds the token; 400 where the body is not a list of objects."""

    @csrf_exempt
    @require_POST
    @kept_or_503
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        if not hook_body.same(token, settings.ALIBABA_SMS_HOOK_TOKEN):
            return HttpResponse("Not accepted.", status=403)
        try:
            entries = hook_body.read(request)
        except hook_body.Unreadable:
            entries = None
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            return HttpResponse("A list of objects is wanted.", status=400)
        view(entries)
        return JsonResponse(TAKEN)

    return guarded


@at_its_address
def report(entries: list[dict[str, Any]]) -> None:
    """Delivery reports. What does not name an attempt of ours in `out_id` was not sent by us."""
    for entry in entries:
        attempt, reference = hook_body.as_uuid(entry.get("out_id")), entry.get("biz_id")
        if attempt and hook_body.is_key(reference):
            key = f"{reference}:{entry.get('err_code', '')}"[:120]
            payload = {"attempt": str(attempt), "report": entry}
            hear(Raw(PROVIDER, STATUS, key, payload), now=timezone.now())


@at_its_address
def inbound(entries: list[dict[str, Any]]) -> None:
    """Texts that people sent; the answer goes back as a text of its own, by an approved template."""
    for entry in entries:
        key, number = str(entry.get("sequence_id", "")), entry.get("phone_number")
        if hook_body.is_key(key) and isinstance(number, str) and hook_body.is_key(number):
            hear_reply(Raw(PROVIDER, INBOUND, key, {"up": entry}), now=timezone.now())
