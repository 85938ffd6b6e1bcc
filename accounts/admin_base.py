"""What all staff pages share: history is read and never edited, and no page's cost grows with the portfolio."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from psycopg.errors import QueryCanceled

from accounts import looks
from accounts.models import User

MOST_COUNTED = 10_000  # rows; counting millions takes seconds, and nobody leafs that far
LONGEST = 10_000  # milliseconds of one query of a list
MOST_BY_RELATION = 100  # rows found through a related table by one search


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED. What lies behind is found by search or filter, not by leafing."""

    most = MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[: self.most].count()


class BoundedList(ChangeList):
    """Beside the search field stands how many were found; of a list that nobody searched, its end says how many."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class PortalAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table of staff pages: sorted and searched by index only, counted within a bound, deleted nowhere.

    search_fields name a field and an exact or startswith lookup that an index serves. (Django's own "=" and "^"
    compare in upper case, and its "exact" casts other types to text; neither uses the index.)
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet is one more count
    list_per_page = 50
    list_max_show_all = 0
    ordering: tuple[str, ...] = ("-pk",)  # type: ignore[misc]
    sortable_by: tuple[str, ...] = ()  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The whole term, against each of the search fields. No duplicates: a relation is searched on its own."""
        if not (term := search_term.strip()):
            return queryset, False
        matches = Q(pk__in=[])
        for condition in self._conditions(term):
            matches |= condition
        return queryset.filter(matches), False

    @property
    def search_help_text(self) -> Any:  # type: ignore[override]
        """What can be searched, for an index finds only whole terms, or the beginning of one."""
        if not self.search_fields:
            return ""
        return gettext("Write the whole of one: %(fields)s.") % {
            "fields": gettext(", ").join(map(self._named, self.search_fields))
        }

    def _named(self, search_field: object) -> str:
        """A search field in words: "borrower: lender's reference"."""
        name, rest = str(search_field).split("__", 1)
        field = self.opts.get_field(name)
        if related := field.related_model:
            wanted = related._meta.get_field(rest.split("__")[0])
            return f"{related._meta.verbose_name}: {wanted.verbose_name}"  # type: ignore[union-attr]
        words = str(field.verbose_name)  # type: ignore[union-attr]
        if rest == "startswith":
            return gettext("%(field)s (or its beginning)") % {"field": words}
        return words

    def _conditions(self, term: str) -> Iterator[Q]:
        for search_field in self.search_fields:
            name, rest = str(search_field).split("__", 1)
            field = self.opts.get_field(name)
            if related := field.related_model:
                # Found first, by its own index: an OR across two tables would read both whole.
                rows = related._default_manager.filter(**{rest: term})
                # Of many rows of one object, the objects are named: two such joins would show each several times.
                here, there = ("pk", field.field.attname) if field.one_to_many else (name, "pk")  # type: ignore[union-attr]
                yield Q(**{f"{here}__in": list(rows.values_list(there, flat=True)[:MOST_BY_RELATION])})
            else:
                try:
                    yield Q(**{search_field: field.to_python(term)})  # type: ignore[union-attr]
                except ValidationError:
                    continue  # a word is not an id

    # ---------- whom staff looked at ----------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            response = self._list_in_time(request, extra_context)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled) or not request.GET:
                raise
            words = gettext("That is too much to look through. Search for one, or filter more narrowly.")
            messages.warning(request, words)
            return redirect(request.path)
        shown = (getattr(response, "context_data", None) or {}).get("cl")
        if shown:
            self._note_look(request, [row.pk for row in shown.result_list])
        return response

    def _list_in_time(self, request: HttpRequest, extra_context: dict[str, Any] | None) -> HttpResponse:
        """A filter for what is rare reads a table of millions to its end: the database stops it at LONGEST."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST)])
            response = super().changelist_view(request, extra_context)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._noted(request, object_id, super().change_view(request, object_id, *args, **kwargs))

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._noted(request, object_id, super().history_view(request, object_id, *args, **kwargs))

    def _noted(self, request: HttpRequest, object_id: str, response: HttpResponse) -> HttpResponse:
        """The page of one row; what only leads on, to a row that is not there say, shows nobody."""
        if response.status_code == 200:
            self._note_look(request, [unquote(object_id)], row=unquote(object_id))
        return response

    def _note_look(self, request: HttpRequest, rows: list[Any], row: object = "") -> None:
        looks.note(cast(User, request.user), self.model, rows, row=row, now=timezone.now())

    # ---------- pages of a journey: one object, one form, one button ----------

    journeys: tuple[str, ...] = ()  # names; each is a method `<name>_page(request, object_id)` and an address

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(getattr(self, f"{name}_page")),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name in self.journeys
        ]
        return own + super().get_urls()

    def of_journey(self, request: HttpRequest, object_id: str, permission: str) -> Any:
        """The object a journey is about. 403 without the permission (or the right to view), 404 if not there."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        self._note_look(request, [obj.pk], row=obj.pk)
        return obj

    def journey_page(
        self, request: HttpRequest, obj: Model, form: BaseForm, words: Mapping[str, object]
    ) -> HttpResponse:
        """The page of one journey. words: title, submit, and what else its template names."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "form": form,
            "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}, model_admin=self),  # type: ignore[arg-type]
            "media": self.media + form.media,
            **words,
        }
        return TemplateResponse(request, "admin/journey.html", context)

    def change_address(self, obj: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])


class ReadOnlyAdmin(PortalAdmin):
    """History, or what only a journey may change: seen by who may view it, changed here by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
