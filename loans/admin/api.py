"""Staff pages: the API's keys and the audit of its calls."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import PortalAdmin, ReadOnlyAdmin
from accounts.admin_filters import Recent
from loans.api import keys
from loans.models import ApiCall, ApiKey
from loans.models.api import Scope


class NewKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "calls_a_minute", "expires_at")


class RevokeForm(forms.Form):
    """Asks nothing: the button is the answer."""


@admin.register(ApiKey)
class ApiKeyAdmin(PortalAdmin):
    """A key is made, shown once, and revoked; it is never changed."""

    form = NewKeyForm
    list_display = ("name", "start", "may", "created_at", "expires_at", "revoked_at", "last_used_on")
    search_fields = ("start__exact",)
    journeys = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return NewKeyForm.Meta.fields
        return (
            *("name", "start", "may", "calls_a_minute", "created_at", "created_by"),
            *("expires_at", "revoked_at", "last_used_on"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("may",) if obj else ()

    @admin.display(description=_("may"))
    def may(self, obj: ApiKey) -> str:
        return gettext(", ").join(str(Scope(scope).label) for scope in obj.scopes)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        obj.created_by = request.user  # type: ignore[assignment]
        obj.secret = keys.fill(obj)
        obj.save()

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The one page that ever shows the secret: made in this answer, stored nowhere."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Copy the key now"),
            "opts": self.opts,
            "original": obj,
            "secret": obj.secret,
        }
        return TemplateResponse(request, "admin/loans/apikey/made.html", context)

    def revoke_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a key for good."""
        key = self.of_journey(request, object_id, "loans.change_apikey")
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            keys.revoke(key, now=timezone.now())
            self.log_change(request, key, [{"changed": {"fields": [str(_("revoked"))]}}])
            messages.success(request, gettext("The key is revoked. Nobody comes in with it any more."))
            return redirect(self.change_address(key))
        words = {
            "title": _("Revoke the key"),
            "submit": _("Revoke the key"),
            "intro": _("The system that uses it can no longer reach the portal. This cannot be undone."),
        }
        return self.journey_page(request, key, form, words)


class Refused(admin.SimpleListFilter):
    title = _("refused rows")
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("with refused rows"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        return queryset.filter(refused__gt=0) if self.value() else queryset


class Called(Recent):
    column = "at"


@admin.register(ApiCall)
class ApiCallAdmin(ReadOnlyAdmin):
    list_display = ("at", "key", "method", "path", "rows", "refused", "status")
    list_select_related = ("key",)
    list_filter = (Called, Refused, "key")
    search_fields = ("idempotency_key__exact",)
