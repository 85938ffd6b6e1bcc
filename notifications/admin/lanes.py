"""Staff page of borrowers whom the engine has set aside, and the journey that gives one back to the workers."""

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from accounts.models import User
from notifications import quarantine
from notifications.models import Lane


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label=_("What was mended"),
        max_length=200,
        help_text=_("Unmended, the engine sets the borrower aside again. It is kept on record."),
    )


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    """A lane is the borrower's place in the engine's queue. Only those that are set aside are anybody's work."""

    list_display = ("borrower", "set_aside_at", "fruitless")
    list_select_related = ("borrower",)
    search_fields = ("borrower__reference__exact",)
    ordering = ("set_aside_at",)  # type: ignore[misc]
    fields = ("borrower", "set_aside_at", "fruitless", "next_at")
    journeys = ("release",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lane]:
        return super().get_queryset(request).filter(set_aside_at__isnull=False)

    def release_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let workers take the borrower again, at once."""
        lane = self.of_journey(request, object_id, "notifications.change_lane")
        form = ReleaseForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            by, reason = cast(User, request.user), form.cleaned_data["reason"]
            if quarantine.release(lane.pk, reason=reason, by=by, now=timezone.now()):
                messages.success(request, gettext("The borrower is with the workers again."))
            return redirect("admin:notifications_lane_changelist")
        words = {
            "title": gettext("Give back to the workers"),
            "submit": gettext("Give back"),
            "intro": gettext("Reminders of %(borrower)s wait since %(since)s.")
            % {"borrower": lane.borrower, "since": _time(lane)},
        }
        return self.journey_page(request, lane, form, words)


def _time(lane: Lane) -> str:
    return date_format(timezone.localtime(lane.set_aside_at), "DATETIME_FORMAT")
