"""The staff pages' frame: the lender's name, and one front door shared with borrowers."""

from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import desk, second_factors
from accounts.models import User
from notifications import local_time

OF_PEOPLE = ("account", "auth")  # proved addresses; groups
ZONE_COOKIE = "staff_zone"  # written by static/js/staff.js


class PortalAdminSite(AdminSite):
    """Django's own admin: it runs under the strict CSP, where its rivals ask for 'unsafe-eval'."""

    site_header = format_lazy(_("{lender} staff"), lender=settings.LENDER_NAME)
    site_title = site_header
    index_title = _("Overview")
    site_url = None  # the first page would lead staff back here

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Deleting by the page invites accidents, and its confirmation loads every related row.
        self.disable_action("delete_selected")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in on the portal's page: its codes and its rate limits hold for staff too.

        A borrower who is signed in already is refused (403), not shown a second door to try.
        """
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What waits for a person, then all tables."""
        waiting = desk.of(cast(User, request.user), now=timezone.now())
        return super().index(request, {"waiting": waiting, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables of what the portal is built with stand among those of people, where staff look for them."""
        apps: list[Any] = super().get_app_list(request, app_label)
        people = next((app for app in apps if app["app_label"] == "accounts"), None)
        if people is None or app_label:
            return apps
        theirs = [app for app in apps if app["app_label"] in OF_PEOPLE]
        tables = [*people["models"], *(table for app in theirs for table in app["models"])]
        people["models"] = sorted(tables, key=lambda table: str(table["name"]))
        return [app for app in apps if app not in theirs]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every staff page, its times by the reader's own clock.

        Who must have a second factor and has none is led to where they set it up.
        """

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if second_factors.is_missing(request):
                messages.warning(
                    request, gettext("Staff need a passkey or an authenticator app. Add one to go on.")
                )
                return redirect("mfa_index")
            with timezone.override(_zone(request)):
                response = view(request, *args, **kwargs)
                # Later it would be by the server's clock.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return super().admin_view(guarded, cacheable)


def _zone(request: HttpRequest) -> ZoneInfo:
    """That of the reader's computer; the portal's own where it has named none. Each page says which."""
    try:
        return local_time.zone(request.COOKIES.get(ZONE_COOKIE, settings.TIME_ZONE))
    except ValueError:
        return local_time.zone(settings.TIME_ZONE)
