"""The devices that show a person's push messages, and the script that shows them there."""

from functools import cache
from pathlib import Path

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import device_names
from accounts.access import BorrowerRequest, borrower_required
from notifications import preferences
from notifications.channels import push_key
from notifications.push import devices as push_devices
from notifications.push.form import WRONG, SubscriptionForm


@borrower_required
@require_http_methods(["GET", "POST"])
def devices_page(request: BorrowerRequest) -> HttpResponse:
    """My devices, and the button that makes this one of them. Only a browser with scripts can fill the form in."""
    if request.method == "POST":
        limited: HttpResponse | None = ratelimit.consume_or_429(
            request, action="push_device", key=str(request.borrower.pk)
        )
        return limited or _add(request)
    devices = list(push_devices.of(request.borrower))
    context = {
        "form": SubscriptionForm(),
        "devices": devices,
        "is_offered": push_devices.is_offered(),
        "key": push_key.public(settings.PUSH_PRIVATE_KEY) if push_devices.is_offered() else "",
        "is_unused": bool(devices) and not preferences.of(request.borrower).uses("push"),
    }
    return render(request, "notifications/devices.html", context)


def _add(request: BorrowerRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST)
    if not push_devices.is_offered() or not form.is_valid():
        messages.error(request, WRONG)
        return redirect("notifications:devices")
    name = device_names.name(request.headers.get("User-Agent", ""), unknown=_("A browser"))
    try:
        push_devices.add(request.borrower, form.subscription, name=name, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This device can show push messages now."))
    return redirect("notifications:devices")


@borrower_required
@require_http_methods(["GET", "POST"])
def device_remove(request: BorrowerRequest, device_id: int) -> HttpResponse:
    device = get_object_or_404(push_devices.of(request.borrower), pk=device_id)
    if request.method == "GET":
        return render(request, "notifications/device_remove.html", {"device": device})
    push_devices.remove(device, now=timezone.now())
    messages.success(request, _("%(device)s shows no push messages any more.") % {"device": device.name})
    return redirect("notifications:devices")


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. At the root, because it is in charge of nothing above its own folder."""
    return HttpResponse(
        _worker(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


@cache
def _worker() -> bytes:
    return Path(settings.BASE_DIR, "static", "js", "push-worker.js").read_bytes()
