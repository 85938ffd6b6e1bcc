"""Filters that all staff pages share: one that narrows unasked, and one of what is recent."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Unasked(admin.SimpleListFilter):
    """A filter that is on unless another choice is made: the list begins with what is anybody's work.

    Who searches means all rows, unless they narrow those too.
    """

    ALL = "all"
    unasked: str

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.is_search = bool(request.GET.get(SEARCH_VAR))

    def options(self) -> list[tuple[str, object]]:
        """Each choice with its label."""
        raise NotImplementedError

    def narrowed(self, queryset: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.options()

    @property
    def chosen(self) -> str:
        """What nobody offers counts as not asked."""
        value = self.value()
        if value == self.ALL or value in dict(self.options()):
            return str(value)
        return self.ALL if self.is_search else self.unasked

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value}, [self.parameter_name])
            yield {"selected": self.chosen == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.chosen == self.ALL else self.narrowed(queryset, self.chosen)


class Recent(Unasked):
    """Rows of the last days, by a column that only an index by blocks serves: to tell the newest of all would read each
    of them. So all is not offered, and left to searches and to narrower filters."""

    title = _("when")
    parameter_name = "within"
    column: str
    unasked = "1"
    DAYS = (1, 7, 30, 90)

    def options(self) -> list[tuple[str, object]]:
        words = (
            ngettext("the last day", "the last %(days)d days", days) % {"days": days} for days in self.DAYS
        )
        return [*zip(map(str, self.DAYS), words, strict=True)]

    def narrowed(self, queryset: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        since = timezone.now() - timedelta(days=int(chosen))
        return queryset.filter(**{f"{self.column}__gt": since})
