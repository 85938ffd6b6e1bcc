"""The front door, the pages for what went wrong, and the page that shows every component."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import Borrower
from portal import context, samples


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the portal is and how to get in; who is in already goes on to their own first page."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html")
    if Borrower.objects.filter(user_id=request.user.pk).exists():
        return redirect("loans:dashboard")
    return redirect("admin:index" if request.user.is_staff else "loans:dashboard")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for those who build pages. Routed only where settings.LOCAL."""
    shown = samples.context(now=timezone.now(), language=get_language() or settings.LANGUAGE_CODE)
    return render(request, "portal/styleguide.html", shown)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How the portal looks on a home screen. On an iPhone only from there does it show push messages."""
    icons = [
        {"src": static(f"icons/portal-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    told = {
        "name": settings.LENDER_NAME,
        "short_name": settings.LENDER_NAME,
        "start_url": reverse("home"),
        "scope": reverse("home"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be read; or is too much, which a photo may be, and then the page says how much is not."""
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(_standing_alone("413.html", request), status=413)
    return HttpResponse(_standing_alone("400.html", request), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_standing_alone("500.html", request), status=500)


def _standing_alone(template: str, request: HttpRequest) -> str:
    """A page that asks neither session nor database: one of them may be what failed."""
    most = settings.MOST_UPLOADED // 1024 // 1024
    return render_to_string(template, context.portal(request) | {"debug": settings.DEBUG, "most": most})
