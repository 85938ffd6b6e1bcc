"""Everything about me to take away; and deleting my login."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import leaving, my_data
from accounts.access import BorrowerRequest, borrower_required
from accounts.downloads import attached
from accounts.forms import DeleteLoginForm
from accounts.step_up import step_up_required


@step_up_required
@borrower_required
@require_GET
def page(request: BorrowerRequest) -> HttpResponse:
    return render(request, "accounts/my_data.html")


@step_up_required
@borrower_required
@require_POST
def download(request: BorrowerRequest) -> HttpResponse:
    """The archive. A form sends for it: an address alone, in a mail say, starts no work."""
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action="my_data", key=str(request.user.pk)
    )
    if limited:
        return limited
    now = timezone.now()
    archive = my_data.archive(request.borrower, now=now)
    return attached(archive, content_type="application/zip", name=f"my-data-{timezone.localdate(now)}.zip")


@step_up_required
@borrower_required
@require_http_methods(["GET", "POST"])
def delete_login(request: BorrowerRequest) -> HttpResponse:
    form = DeleteLoginForm(request.POST or None)
    if form.is_valid():
        try:
            leaving.delete_login(request.borrower, now=timezone.now())
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(request, _("Your login is deleted. We have confirmed it at your addresses."))
            return redirect("home")
    return render(request, "accounts/delete_login.html", {"form": form})
