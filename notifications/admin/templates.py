"""Staff pages for the words of messages: write a draft, see what stands against it, approve, retire."""

import difflib
import re
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import PortalAdmin
from accounts.models import User
from notifications import finding_words, linkless, templates
from notifications.models import MessageTemplate
from notifications.templates import State

RIGHT = "notifications.change_messagetemplate"
_TOKENS = re.compile(r"[A-Za-z0-9{}_]+\s*|\s+|.\s*")  # a word or one sign: Chinese has no gaps


def difference(old: str, new: str) -> SafeString:
    """The new text, with what has gone and what has come marked."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    parts: list[tuple[str, str]] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("span", "".join(after[j1:j2])))
        else:
            parts += [("del", "".join(before[i1:i2])), ("ins", "".join(after[j1:j2]))]
    return format_html_join("", "<{0}>{1}</{0}>", ((tag, text) for tag, text in parts if text))


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = MessageTemplate
        fields = ("code", "language", *templates.WORDS)


class ApproveForm(forms.Form):
    """Names the words that the approver has read: what is approved is what was seen."""

    read = forms.CharField(widget=forms.HiddenInput)


@admin.register(MessageTemplate)
class MessageTemplateAdmin(PortalAdmin):
    """Drafts are edited here; approving and retiring are journeys (notifications.templates)."""

    form = DraftForm
    list_display = ("code", "language", "version", "state", "subject", "approved_at")
    list_filter = ("state", "language", "code")
    journeys = ("approve", "retire", "new_version")
    told = ("standing_against", "changes")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only a draft is edited."""
        is_draft = obj is None or cast(MessageTemplate, obj).state == State.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        if obj is None:
            return DraftForm.Meta.fields
        history = ("version", "state", "written_by", "approved_by", "approved_at", "retired_at", "changed_at")
        return ("code", "language", *templates.WORDS, *self.told, *history)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """All but the words: what a version is a version of never changes."""
        if obj is None:
            return ()
        return tuple(name for name in self.get_fields(request, obj) if name not in templates.WORDS)

    @admin.display(description=_("What stands against it"))
    def standing_against(self, template: MessageTemplate) -> str:
        return _listed(templates.told(templates.findings(template, today=timezone.now().date())))

    @admin.display(description=_("Changes from the version before"))
    def changes(self, template: MessageTemplate) -> str:
        if (before := templates.before(template)) is None:
            return gettext("This is the first version.")
        changed = [name for name in templates.WORDS if getattr(before, name) != getattr(template, name)]
        rows = (
            (
                finding_words.FIELDS[name],
                linebreaksbr(difference(getattr(before, name), getattr(template, name))),
            )
            for name in changed
        )
        return format_html_join("", "<strong>{}</strong> {}", rows) or gettext("None.")

    def save_model(self, request: HttpRequest, obj: MessageTemplate, form: Any, change: bool) -> None:
        user = cast(User, request.user)
        words = {name: getattr(obj, name) for name in templates.WORDS}
        if not change:
            obj.pk = templates.write(words, code=obj.code, language=obj.language, by=user).pk
            return
        try:
            templates.rewrite(obj, words, by=user)
        except templates.Refused as refused:
            messages.error(request, str(refused))

    def approve_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve a draft, with all that stands against it in view."""
        template = self.of_journey(request, object_id, RIGHT)
        read = {"read": templates.fingerprint(template)}
        form = ApproveForm(request.POST if request.method == "POST" else None, initial=read)
        if form.is_valid():
            try:
                templates.approve(
                    template,
                    read=form.cleaned_data["read"],
                    by=cast(User, request.user),
                    now=timezone.now(),
                )
            except templates.Refused as refused:
                for sentence in refused.sentences:
                    form.add_error(None, sentence)
            else:
                messages.success(request, gettext("Approved: from now on these words are sent."))
                return redirect(self.change_address(template))
        words = {
            "title": gettext("Approve"),
            "submit": gettext("Approve"),
            "intro": str(template),
            "detail": self._shown(template),
        }
        return self.journey_page(request, template, form, words)

    def _shown(self, template: MessageTemplate) -> str:
        """What the approver reads."""
        words = [
            (str(finding_words.FIELDS[name]), linebreaksbr(getattr(template, name)))
            for name in templates.WORDS
        ]
        rest = [
            *_without_links(template),
            (gettext("What stands against it"), self.standing_against(template)),
            (gettext("Changes from the version before"), self.changes(template)),
        ]
        return format_html_join("", "<h2>{}</h2><div>{}</div>", [*words, *rest])

    def retire_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send these words no more."""
        template = self.of_journey(request, object_id, RIGHT)
        form = forms.Form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                templates.retire(template, now=timezone.now())
            except templates.Refused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, gettext("Retired: these words are sent no more."))
            return redirect(self.change_address(template))
        intro = gettext("Without approved words, reminders of this kind are not sent in this language.")
        words = {"title": gettext("Retire"), "submit": gettext("Retire"), "intro": f"{template}. {intro}"}
        return self.journey_page(request, template, form, words)

    def new_version_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin a draft with these words."""
        template = self.of_journey(request, object_id, RIGHT)
        form = forms.Form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return redirect(self.change_address(templates.new_version(template, by=cast(User, request.user))))
        intro = gettext("A draft begins with these words. What is approved stays in use until the draft is.")
        words = {
            "title": gettext("New version"),
            "submit": gettext("New version"),
            "intro": f"{template}. {intro}",
        }
        return self.journey_page(request, template, form, words)


def _without_links(template: MessageTemplate) -> list[tuple[str, SafeString | str]]:
    """How the short text reads where texts carry no links."""
    if not linkless.has_link(template.short):
        return []
    label = gettext("Short text where texts carry no links")
    return [(label, linebreaksbr(linkless.without_links(template.short)))]


def _listed(sentences: list[str]) -> SafeString | str:
    if not sentences:
        return gettext("Nothing.")
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((one,) for one in sentences)))
