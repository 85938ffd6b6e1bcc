"""The staff pages' frame: the lender's name, and one front door shared with borrowers."""

from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import second_factors


class PortalAdminSite(AdminSite):
    """Django's own admin: it runs under the strict CSP, where its rivals ask for 'unsafe-eval'."""

    site_header = format_lazy(_("{lender} staff"), lender=settings.LENDER_NAME)
    site_title = site_header
    index_title = _("Overview")

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

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every staff page. Who must have a second factor and has none is led to where they set it up."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if second_factors.is_missing(request):
                messages.warning(
                    request, gettext("Staff need a passkey or an authenticator app. Add one to go on.")
                )
                return redirect("mfa_index")
            return view(request, *args, **kwargs)

        return super().admin_view(guarded, cacheable)
