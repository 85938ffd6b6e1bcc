"""My profile: language, time zone, and where I can be reached."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import addresses, closing, contact_points, languages, logins
from accounts.access import BorrowerRequest, borrower_required
from accounts.addresses import Address
from accounts.codes import Recipient
from accounts.forms import AddAddressForm, ProfileForm
from accounts.models import ContactPoint
from accounts.step_up import step_up_required
from accounts.views import code
from accounts.views.code import CodeStep

ADDING = CodeStep("add_address", here="accounts:contact_code", back="accounts:contact_add")


@borrower_required
@require_http_methods(["GET", "POST"])
def profile(request: BorrowerRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.borrower)
    if form.is_valid():
        borrower = form.save()
        languages.remember(request, borrower.language, now=timezone.now())
        with translation.override(borrower.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    closed = closing.notices(request.borrower)
    points = addresses.of(request.borrower).exclude(pk__in=[one.point.pk for one in closed])
    signs_in = {logins.value_of(request.user, kind) for kind in ("email", "phone")}
    context = {
        "form": form,
        "rows": [
            {"point": point, "shown": _shown(point), "signs_in": point.value in signs_in}
            for point in points.order_by("closed_at", "kind", "pk")
        ],
        "closed": closed,
    }
    return render(request, "accounts/profile.html", context)


# ---------- an address more, an address less ----------


@step_up_required
@borrower_required
@require_http_methods(["GET", "POST"])
def contact_add(request: BorrowerRequest) -> HttpResponse:
    """A new address. It counts once its code is entered."""
    form = AddAddressForm(request.POST or None, borrower=request.borrower)
    if form.is_valid():
        return code.send(request, ADDING, to=form.recipient)
    return render(request, "accounts/contact_add.html", {"form": form})


@step_up_required
@borrower_required
@require_http_methods(["GET", "POST"])
def contact_confirm(request: BorrowerRequest, point_id: int) -> HttpResponse:
    """An address we have on file, or one closed earlier, wants its proof."""
    point = get_object_or_404(addresses.of(request.borrower), pk=point_id)
    if request.method == "POST":
        to = Recipient(point.kind, point.value, _shown(point), request.borrower.language)
        return code.send(request, ADDING, to=to)
    return render(request, "accounts/contact_confirm.html", {"shown": _shown(point)})


@step_up_required
@borrower_required
@require_http_methods(["GET", "POST"])
def contact_code(request: BorrowerRequest) -> HttpResponse:
    return code.page(request, ADDING, right=lambda proved: _add(request, proved))


def _add(request: BorrowerRequest, address: Address) -> HttpResponse:
    contact_points.add(request.borrower, address, now=timezone.now())
    messages.success(
        request, _("We can reach you at %(address)s now.") % {"address": addresses.shown(address)}
    )
    return redirect("accounts:profile")


@step_up_required
@borrower_required
@require_http_methods(["GET", "POST"])
def contact_remove(request: BorrowerRequest, point_id: int) -> HttpResponse:
    point = get_object_or_404(
        addresses.of(request.borrower).exclude(closed_reason=ContactPoint.Closed.REMOVED), pk=point_id
    )
    if request.method == "POST":
        try:
            contact_points.remove(request.borrower, point, now=timezone.now())
        except ValueError as error:
            messages.error(request, str(error))
        else:
            done = _("We will not write to %(address)s any more.") % {"address": _shown(point)}
            messages.success(request, done)
        return redirect("accounts:profile")
    return render(request, "accounts/contact_remove.html", {"shown": _shown(point)})


def _shown(point: ContactPoint) -> str:
    return addresses.shown(Address.of(point))
