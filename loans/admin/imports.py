"""Staff pages: what was imported, how far an import has come, and a table handed in by staff."""

import hashlib
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from loans import bulk, imports, sheets
from loans.api.schemas import MOST_ROWS
from loans.models import ImportRun
from loans.sheet_kinds import KINDS, Kind

SALT = "loans.admin.imports"
SEEN_FOR = 3600  # seconds from the preview in which it can be written

BECAME = {
    "created": _("New"),
    "updated": _("Changed"),
    "unchanged": _("As it was"),
    "refused": _("Refused"),
}


class SheetForm(forms.Form):
    kind = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8 or Excel (.xlsx)."))

    def __init__(self, request: HttpRequest, kinds: dict[str, Kind]) -> None:
        posted = request.method == "POST" and "signed" not in request.POST
        super().__init__(request.POST if posted else None, request.FILES if posted else None)
        self.fields["kind"].choices = [(name, kind.label) for name, kind in kinds.items()]  # type: ignore[attr-defined]

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            sheets.check_size(file.size or 0)  # before it is read
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return file


class Outcome(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("not finished")), ("refused", _("refused")), ("finished", _("finished"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        match self.value():
            case "open":
                return imports.unfinished(queryset)
            case "refused":
                return imports.refused(queryset)
            case "finished":
                return queryset.filter(finished_at__isnull=False, refused_lines=0)
        return queryset


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("folder", "started_at", "borrowers_to", "accounts_to", "finished_at", "refused_lines")
    list_filter = (Outcome,)
    ordering = ("-started_at",)  # type: ignore[misc]
    fields = (
        *("folder", "started_at", "finished_at", "borrowers_to", "accounts_to", "refused_lines", "problems"),
        "digest",
    )
    search_fields = ("digest__exact",)
    change_list_template = "admin/loans/importrun/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.sheet_page)
        return [path("sheet/", page, name="loans_importrun_sheet"), *super().get_urls()]

    def sheet_page(self, request: HttpRequest) -> HttpResponse:
        """Hand in a file, see what it changes, then write it. Nothing is kept between: the preview carries the rows,
        signed for who saw it."""
        kinds = {name: kind for name, kind in KINDS.items() if request.user.has_perms(kind.permissions)}
        if not kinds:
            raise PermissionDenied
        form = SheetForm(request, kinds)
        if "signed" in request.POST:
            return self._write(request, form, kinds)
        if form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            name = form.cleaned_data["kind"]
            try:
                sheet = sheets.read(content, most_rows=MOST_ROWS)
                bulk.check_columns(sheet, kinds[name])
            except ValueError as error:
                form.add_error("file", str(error))
            else:
                source = f"{file.name} ({hashlib.sha256(content).hexdigest()[:12]})"
                return self._show(request, form, kinds, (name, replace(sheet, source=source)))
        return self._page(request, form, kinds)

    def _show(
        self,
        request: HttpRequest,
        form: SheetForm,
        kinds: dict[str, Kind],
        given: tuple[str, sheets.Sheet],
    ) -> HttpResponse:
        """The dry run. What can be written is signed with what was seen."""
        name, sheet = given
        outcome = bulk.hand_in(sheet, kinds[name], by=request.user, now=timezone.now())  # type: ignore[arg-type]
        signed = ""
        if not outcome.is_refused:
            kept = [request.user.pk, name, sheet.columns, sheet.rows, sheet.source, outcome.digest]
            signed = signing.dumps(kept, salt=SALT, compress=True)
        counts = [(label, outcome.count(became)) for became, label in BECAME.items()]  # type: ignore[arg-type]
        lines = [(line, BECAME[line.became]) for line in outcome.lines]
        shown = {
            "outcome": outcome,
            "counts": counts,
            "lines": lines,
            "signed": signed,
            "source": sheet.source,
        }
        return self._page(request, form, kinds, shown)

    def _write(self, request: HttpRequest, form: SheetForm, kinds: dict[str, Kind]) -> HttpResponse:
        try:
            who, name, columns, rows, source, digest = signing.loads(
                request.POST["signed"], salt=SALT, max_age=SEEN_FOR
            )
        except signing.BadSignature:
            messages.error(request, gettext("That preview is too old. Hand the file in again."))
            return redirect("admin:loans_importrun_sheet")
        if who != request.user.pk or name not in kinds:
            raise PermissionDenied
        sheet = sheets.Sheet(tuple(columns), tuple((line, tuple(cells)) for line, cells in rows), source)
        now = timezone.now()
        outcome = bulk.hand_in(sheet, kinds[name], by=request.user, now=now, expected=digest)  # type: ignore[arg-type]
        if outcome.digest != digest:
            messages.warning(request, gettext("The books have changed since the preview. Look at it again."))
            return self._show(request, form, kinds, (name, sheet))
        messages.success(
            request,
            gettext("Written: %(created)d new, %(updated)d changed, %(unchanged)d as they were.")
            % {
                "created": outcome.count("created"),
                "updated": outcome.count("updated"),
                "unchanged": outcome.count("unchanged"),
            },
        )
        return redirect("admin:loans_importrun_sheet")

    def _page(
        self,
        request: HttpRequest,
        form: SheetForm,
        kinds: dict[str, Kind],
        shown: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Import a file"),
            "form": form,
            "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}, model_admin=self),  # type: ignore[arg-type]
            "kinds": [(kind.label, kind.required, _optional(kind)) for kind in kinds.values()],
            "most_rows": MOST_ROWS,
            **(shown or {}),
        }
        return TemplateResponse(request, "admin/loans/importrun/sheet.html", context)


def _optional(kind: Kind) -> list[str]:
    return [name for name in kind.row.model_fields if name not in kind.required]
