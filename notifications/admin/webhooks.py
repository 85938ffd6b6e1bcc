"""Staff pages: where the lender's systems are told, and what became of each telling."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import PortalAdmin, ReadOnlyAdmin
from accounts.admin_filters import Recent
from notifications import webhooks
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.models.webhooks import Event


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=Event.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "events", "is_active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if webhooks.problem_of(url):
            raise ValidationError(_("Give an address that begins with https:// and is reached from outside."))
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(PortalAdmin):
    form = EndpointForm
    list_display = ("name", "url", "is_active", "created_at")

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        told = EndpointForm.Meta.fields
        if obj and not self.has_change_permission(request, obj):
            told = ("name", "url", "told_of", "is_active")
        return (*told, *(["secret", "created_at"] if obj else []))

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        """Who may change the webhook may copy its secret to the receiver; who may only look may not."""
        return ("secret", "created_at", "told_of")

    @admin.display(description=_("events"))
    def told_of(self, obj: WebhookEndpoint) -> str:
        return gettext(", ").join(str(Event(each).label) for each in obj.events)

    def get_exclude(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        return None if self.has_change_permission(request, obj) else ("secret",)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        obj.secret = obj.secret or webhooks.new_secret()
        obj.save()


class Happened(Recent):
    column = "created_at"


class Outcome(admin.SimpleListFilter):
    """What a person may have to look into: what no receiver has taken."""

    title = _("state")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("taken", _("taken")), ("waiting", _("to be tried again")), ("given_up", _("given up"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]
    ) -> QuerySet[WebhookDelivery]:
        match self.value():
            case "taken":
                return queryset.filter(delivered_at__isnull=False)
            case "waiting":
                return queryset.filter(next_attempt_at__isnull=False)
            case "given_up":
                return queryset.filter(delivered_at=None, next_attempt_at=None)
        return queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "endpoint", "event", "tries", "delivered_at", "next_attempt_at", "detail")
    list_select_related = ("endpoint",)
    list_filter = (Happened, Outcome, "endpoint", "event")
    ordering = ("-created_at",)  # type: ignore[misc]
