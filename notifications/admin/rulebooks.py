"""Staff pages of the rulebooks: which are in force, each rule in words with its source, and what has changed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from accounts.admin_base import ReadOnlyAdmin
from notifications import rulebook_texts
from notifications.law import books, reading
from notifications.law.rule import Rulebook
from notifications.models import RulebookText

RIGHT = "notifications.view_rulebooktext"
MOST_VERSIONS = 20  # older ones are found by their address


@admin.register(RulebookText)
class RulebookTextAdmin(ReadOnlyAdmin):
    """Read from the files and from what was kept of them; changed by a release alone."""

    journeys = ("compare",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The rulebooks in force. One query, however many texts are kept."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        in_force = rulebook_texts.in_force()
        kept = RulebookText.objects.filter(sha256__in=[known.sha256 for known in in_force.values()])
        pages = dict(kept.values_list("book_id", "pk"))
        rows = [(known, pages.get(book_id)) for book_id, known in in_force.items()]
        return self._page(request, "list", {"title": gettext("Rulebooks"), "rows": rows})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One text: its rules in words, those it is applied together with, and the other texts of the book."""
        kept = self._kept(request, object_id)
        in_force = rulebook_texts.in_force().get(kept.book_id)
        book = _read(kept)
        words = {
            "title": book.name if book else str(kept),
            "kept": kept,
            "book": book,
            "along": _along(book) if book else (),
            "is_in_force": in_force is not None and in_force.sha256 == kept.sha256,
            "versions": RulebookText.objects.filter(book_id=kept.book_id)
            .exclude(pk=kept.pk)
            .only("book_id", "version", "seen_at")[:MOST_VERSIONS],
        }
        return self._page(request, "book", words)

    def compare_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What changed from another text of the same book, named in the address, to this one."""
        kept = self._kept(request, object_id)
        others = RulebookText.objects.filter(book_id=kept.book_id).exclude(pk=kept.pk)
        named = request.GET.get("with", "")
        other = others.filter(pk=int(named)).first() if named.isdecimal() and len(named) < 19 else None
        if other is None:
            raise Http404
        old, new = sorted((kept, other), key=lambda each: (each.seen_at, each.pk))
        lines = rulebook_texts.compare(old.text, new.text)
        words = {
            "title": gettext("What has changed"),
            "kept": kept,
            "old": old,
            "new": new,
            "lines": lines,
            "added": sum(line.change == "added" for line in lines),
            "removed": sum(line.change == "removed" for line in lines),
        }
        return self._page(request, "compare", words)

    def _kept(self, request: HttpRequest, object_id: str) -> RulebookText:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        kept: RulebookText | None = self.get_object(request, unquote(object_id))
        if kept is None:
            raise Http404
        return kept

    def _page(self, request: HttpRequest, name: str, words: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **words}
        return TemplateResponse(request, f"admin/notifications/rulebooktext/{name}.html", context)


def _read(kept: RulebookText) -> Rulebook | None:
    """None: a text of an earlier format, which today's reader does not take."""
    try:
        return reading.parse(kept.text, f"{kept.book_id}.toml")
    except reading.RulebookError:
        return None


def _along(book: Rulebook) -> Sequence[Rulebook]:
    """What the book is applied together with, as it is in force: its parents, and the lender's own policy."""
    wider = books.with_parents(book.parent) if book.parent in books.all_books() else ()
    own = () if book.id == books.CAREFUL else (books.careful(),)
    return (*reversed(wider), *own)
