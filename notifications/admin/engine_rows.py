"""Staff pages: cadences and words to edit, and everything the engine did, with its reasons."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import PortalAdmin, ReadOnlyAdmin
from accounts.admin_filters import Recent
from notifications import reasons
from notifications.models import (
    Attempt,
    Cadence,
    ProviderEvent,
    Reminder,
    Step,
    Tick,
)
from notifications.words import AttemptState


class StepInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Step
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        return super().get_queryset(request).select_related("cadence")  # each row says its cadence's name


@admin.register(Cadence)
class CadenceAdmin(PortalAdmin):
    list_display = ("name", "code", "product", "is_active")
    inlines = (StepInline,)


class Explained(ReadOnlyAdmin):
    """Rows that carry the reasons of a decision."""

    @admin.display(description=_("why"))
    def why(self, obj: Any) -> str:
        return reasons.sentence(obj.reasons, audience="staff")


@admin.register(Reminder)
class ReminderAdmin(Explained):
    list_display = ("borrower", "bill", "step", "state", "step_day", "next_attempt_at", "why")
    list_select_related = ("borrower", "bill__account", "step__cadence")
    list_filter = ("state",)
    search_fields = ("borrower__reference__exact",)
    fields = (
        *("borrower", "bill", "step", "state", "why", "step_day", "next_attempt_at", "expires_at"),
        *("tries", "failed_channels", "decided_at", "planned_at"),
    )
    readonly_fields = ("why",)


class Reconciled(admin.SimpleListFilter):
    """What was perhaps sent: while it may still be learnt, and after."""

    title = _("perhaps sent")
    parameter_name = "perhaps"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("may still be learnt")), ("closed", _("closed as unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        if self.value() not in ("open", "closed"):
            return queryset
        return queryset.filter(state=AttemptState.UNKNOWN, reconciled_at__isnull=self.value() == "open")


class Begun(Recent):
    column = "started_at"


class Provider(admin.SimpleListFilter):
    """By the providers that are set up: to ask the table for those in it would read all of it."""

    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in settings.PROVIDERS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        return queryset.filter(provider=self.value()) if self.value() else queryset


@admin.register(Attempt)
class AttemptAdmin(Explained):
    list_display = (*("started_at", "borrower", "channel", "provider", "state", "delivery", "why"),)
    list_select_related = ("borrower",)
    list_filter = (Begun, Reconciled, "state", "channel", Provider, "category")
    search_fields = ("id__exact", "provider_reference__exact", "borrower__reference__exact")
    ordering = ("-started_at",)  # type: ignore[misc]
    fields = (
        *("borrower", "category", "channel", "provider", "contact_point", "state", "delivery", "detail"),
        *("provider_reference", "language", "template", "subject", "body", "full_text", "segments", "why"),
        *("started_at", "settled_at", "asked_at", "reconciled_at", "read_at"),
    )
    readonly_fields = ("why",)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ("provider", "kind", "event_key", "received_at", "handled_at", "result")
    search_fields = ("event_key__exact",)


@admin.register(Tick)
class TickAdmin(ReadOnlyAdmin):
    list_display = ("name", "slot", "finished_at", "planned")
