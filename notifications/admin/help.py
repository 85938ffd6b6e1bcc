"""Staff pages of requests: what is due first, and the answer to each."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_filters import Unasked
from accounts.models import User
from notifications.help import journeys, words
from notifications.help.journeys import AlreadyEnded, Decision
from notifications.models import HelpRequest
from notifications.models.help import HelpKind, HelpState


class DecisionForm(forms.Form):
    """Yes or no, and the words for it."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[(HelpState.ACCEPTED.value, _("Agree")), (HelpState.DECLINED.value, _("Do not agree"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "The borrower reads it here in the portal. What goes out says only that a message waits."
        ),
    )


class DueDayDecisionForm(DecisionForm):
    moves_bills = forms.BooleanField(
        label=_("Move the bills to come to this day now"),
        required=False,
        initial=True,
        help_text=_("Leave it out where the core system sends the new days."),
    )


class StateFilter(Unasked):
    """Unasked, those that are open."""

    title = _("state")
    parameter_name = "state"
    unasked = HelpState.OPEN.value

    def options(self) -> list[tuple[str, object]]:
        return [*HelpState.choices, (self.ALL, _("all"))]

    def narrowed(self, queryset: QuerySet[HelpRequest], chosen: str) -> QuerySet[HelpRequest]:
        return queryset.filter(state=chosen)


@admin.register(HelpRequest)
class HelpRequestAdmin(ReadOnlyAdmin):
    """Moved by journeys, which hold reminders back and free them. The right to change is the right to answer."""

    list_display = ("reference", "kind", "borrower", "account", "state", "due_at", "opened_at")
    list_select_related = ("borrower", "account")
    list_filter = (StateFilter, "kind")
    search_fields = ("reference__exact", "borrower__reference__exact", "account__reference__exact")
    ordering = ("due_at",)  # type: ignore[misc]
    fields = (
        "reference", "kind", "borrower", "account", "state", "text", "asked", "opened_at", "due_at", "ended_at",
        "ended_by", "answer", "conversation",
    )  # fmt: skip
    readonly_fields = ("asked",)
    journeys = ("decide",)

    @admin.display(description=_("details"))
    def asked(self, obj: HelpRequest) -> SafeString:
        """As the borrower reads it."""
        return format_html_join("", "<p><strong>{}</strong> {}</p>", words.asked(obj))

    def decide_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer a request. A promise is judged by what comes in, and by nobody."""
        found = self.of_journey(request, object_id, "notifications.change_helprequest")
        if found.state != HelpState.OPEN or found.kind == HelpKind.PROMISE:
            messages.warning(request, _("This request waits for no answer."))
            return redirect(self.change_address(found))
        kind = DueDayDecisionForm if found.kind == HelpKind.DUE_DAY else DecisionForm
        form = kind(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._decide(request, found, form.cleaned_data)
        page = {
            "title": _("Answer the request"),
            "submit": _("Send the answer"),
            "intro": found.text,
            "detail": self.asked(found),
        }
        return self.journey_page(request, found, form, page)

    def _decide(self, request: HttpRequest, found: HelpRequest, chosen: dict[str, Any]) -> HttpResponse:
        state = HelpState(chosen["state"])
        moves_bills = state == HelpState.ACCEPTED and chosen.get("moves_bills", False)
        decision = Decision(state, chosen["answer"], moves_bills)
        try:
            journeys.decide(found, decision=decision, by=cast(User, request.user), now=timezone.now())
        except AlreadyEnded as refusal:
            messages.warning(request, str(refusal))
        else:
            self.log_change(request, found, [{"changed": {"fields": [str(_("state"))]}}])
            messages.success(request, _("The answer is sent. Reminders that waited for it come again."))
        return redirect("admin:notifications_helprequest_changelist")
