"""Staff page for the providers' own templates: which of them stands for which words of ours."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from accounts.admin_base import PortalAdmin
from notifications import provider_templates
from notifications.models import ProviderTemplate


class ProviderTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    provider = forms.ChoiceField()

    class Meta:
        model = ProviderTemplate
        fields = ("provider", "provider_code", "provider_language", "code", "language", "version", "gaps")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in settings.PROVIDERS if provider_templates.needs_approved(name)]
        self.fields["provider"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["provider"].label = ProviderTemplate._meta.get_field("provider").verbose_name

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if not self.errors:
            row = ProviderTemplate(**{name: chosen[name] for name in self.Meta.fields})
            for name, sentence in provider_templates.problems(row).items():
                self.add_error(name, sentence)
        return chosen


@admin.register(ProviderTemplate)
class ProviderTemplateAdmin(PortalAdmin):
    form = ProviderTemplateForm
    list_display = ("code", "language", "version", "provider", "provider_code", "changed_at")
    list_filter = ("provider", "language")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and what is wanting in it."""
        for sentence in provider_templates.unanswered():
            messages.warning(request, f"{sentence} {provider_templates.MAP_THEM}")
        return super().changelist_view(request, extra_context)
