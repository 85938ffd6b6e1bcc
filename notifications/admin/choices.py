"""Staff pages of what a borrower chose: the words they read, and the choice in the language of who looks."""

import json

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from notifications import choice_words, consents, history
from notifications.choice import Choice
from notifications.models import Consent, Preference


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("given_at", "borrower", "title", "by_way", "given_by")
    list_select_related = ("borrower", "given_by")
    list_filter = ("kind",)
    search_fields = ("borrower__reference__exact",)
    fields = ("borrower", "title", "by_way", "words", "was", "is_now", "given_by", "given_at", "seal")
    readonly_fields = ("title", "by_way", "was", "is_now", "seal")

    @admin.display(description=_("kind"))
    def title(self, obj: Consent) -> str:
        return str(obj.get_kind_display())

    @admin.display(description=_("way"))
    def by_way(self, obj: Consent) -> str:
        return history.way(obj.way)

    @admin.display(description=_("before"))
    def was(self, obj: Consent) -> SafeString | str:
        return _listed(history.state(obj.before)) or gettext("Nothing had been chosen.")

    @admin.display(description=_("after"))
    def is_now(self, obj: Consent) -> SafeString | str:
        """What is new is marked."""
        return _listed(history.state(obj.after), known=history.state(obj.before))

    @admin.display(description=_("Seal"))
    def seal(self, obj: Consent) -> SafeString:
        chain = [each for each in history.of(obj.borrower) if each.pk <= obj.pk]
        fits = gettext("fits all records of this borrower before it")
        broken = gettext("does not fit: something was changed that must not be")
        words = broken if consents.first_broken(chain) else fits
        return format_html("<code>{}…</code> {}", obj.digest[:16], words)


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ("borrower", "changed_at")
    list_select_related = ("borrower",)
    search_fields = ("borrower__reference__exact",)
    fields = ("borrower", "in_words", "changed_at")
    readonly_fields = ("in_words",)

    @admin.display(description=_("choice"))
    def in_words(self, obj: Preference) -> SafeString:
        """As the borrower reads it, in the language of who looks."""
        try:
            chosen = Choice.from_json(obj.choice)
        except (KeyError, ValueError):  # what sets a borrower aside: whoever mends it must see what is there
            return format_html("{} <code>{}</code>", gettext("Nobody can read it:"), json.dumps(obj.choice))
        return _listed(choice_words.lines(chosen, language=obj.borrower.language))


def _listed(lines: list[str], *, known: list[str] | None = None) -> SafeString:
    """One line each. known: lines that are no news; every other one is marked."""
    marked = ((line, "strong" if known is not None and line not in known else "span") for line in lines)
    items = format_html_join("", "<li><{1}>{0}</{1}></li>", marked)
    return format_html('<ul class="lines">{}</ul>', items) if lines else SafeString("")
