"""Staff pages: what was imported, and how far an import has come."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from loans.models import ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("folder", "started_at", "borrowers_to", "accounts_to", "finished_at")
    search_fields = ("digest__exact",)
