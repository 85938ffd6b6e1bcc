"""The demo's phones and mailboxes in the browser, read from the sandbox server over HTTP."""

import json
import urllib.request
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import addresses
from accounts.access import BorrowerRequest, borrower_required
from accounts.models import ContactPoint
from notifications import sms_text
from notifications.channels import push_key
from notifications.push import devices as push_devices
from notifications.push.devices import Subscription

TIMEOUT = 3  # seconds


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Which phones and mailboxes have something in them, newest first."""
    try:
        boxes = {"phones": _get("/phones"), "mailboxes": _get("/mailboxes")}
    except OSError:
        return _away(request)
    return render(request, "sandbox/index.html", {**boxes, **_own(request)})


@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """One phone: its texts, and a way to answer."""
    try:
        if request.method == "POST":
            _answer(request, number)
            return redirect("sandbox:phone", number=number)
        texts = _get(f"/phones/{quote(number)}")
    except OSError:
        return _away(request)
    for text in texts:
        text["size"] = sms_text.measure(text["text"])
    return render(request, _template(request, "phone"), {"number": number, "texts": texts})


@borrower_required
@require_POST
def allow_push(request: BorrowerRequest) -> HttpResponse:
    """The browser of the person's own phone in the sandbox becomes one of their devices, as a real one would."""
    phone = addresses.of(request.borrower).filter(kind=ContactPoint.Kind.PHONE, closed_at=None).first()
    if phone is None or not push_devices.is_offered():
        messages.error(request, _("The sandbox has no phone of yours."))
        return redirect("notifications:devices")
    key = push_key.public(settings.PUSH_PRIVATE_KEY)
    try:
        told = _call("/subscriptions", {"number": phone.value, "key": key})
        subscription = Subscription(told["endpoint"], **told["keys"])
        push_devices.add(request.borrower, subscription, name=_("Phone in the sandbox"), now=timezone.now())
    except OSError:
        return _away(request)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The phone in the sandbox shows push messages now."))
    return redirect("notifications:devices")


@require_GET
def mail(request: HttpRequest, address: str) -> HttpResponse:
    """One mailbox, newest mail first."""
    try:
        mails = _get(f"/mailboxes/{quote(address)}")
    except OSError:
        return _away(request)
    return render(request, _template(request, "mail"), {"address": address, "mails": mails[::-1]})


def _template(request: HttpRequest, name: str) -> str:
    return f"sandbox/_{name}.html" if request.headers.get("HX-Request") else f"sandbox/{name}.html"


def _answer(request: HttpRequest, number: str) -> None:
    text = request.POST.get("text", "").strip()
    if not text:
        messages.error(request, _("Write something to answer with."))
        return
    _call(f"/phones/{quote(number)}/reply", {"text": text})


def _own(request: HttpRequest) -> dict[str, Any]:
    """The signed-in borrower's own phone and mailbox."""
    borrower = getattr(request.user, "borrower", None)
    points = addresses.of(borrower).filter(closed_at=None) if borrower else []
    return {"own_points": points}


def _away(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/away.html", {"url": settings.SANDBOX_URL}, status=503)


def _get(path: str) -> Any:
    return _call(path, None)


def _call(path: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  the address is a setting
        settings.SANDBOX_URL + path, data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        return json.loads(answer.read() or b"null")
