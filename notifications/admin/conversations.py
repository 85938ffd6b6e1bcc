"""Staff pages of conversations: who waits, longest first; one thread, with its answer; and the files."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_filters import Unasked
from accounts.models import User
from notifications.conversations import journeys as conversations
from notifications.conversations.forms import MessageForm
from notifications.conversations.journeys import ConversationClosed, Said
from notifications.conversations.views import download
from notifications.models import Attachment, Conversation
from notifications.words import Side


class TurnFilter(Unasked):
    """Whose turn it is; unasked, those who wait for us."""

    title = _("state")
    parameter_name = "turn"
    unasked = "waiting"

    def options(self) -> list[tuple[str, object]]:
        return [
            (self.unasked, _("wait for us")),
            ("answered", _("answered")),
            ("closed", _("closed")),
            (self.ALL, _("all")),
        ]

    def narrowed(self, queryset: QuerySet[Conversation], chosen: str) -> QuerySet[Conversation]:
        match chosen:
            case "answered":
                return queryset.filter(waiting_since=None, closed_at=None)
            case "closed":
                return queryset.filter(closed_at__isnull=False)
        return queryset.filter(waiting_since__isnull=False)


class AnswerForm(MessageForm):
    """The answer, and whether that is all."""

    closes = forms.BooleanField(
        label=_("Close the conversation with this answer"),
        required=False,
        help_text=_("Nothing more is expected of the borrower, who can still open a new one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Answer")
        self.fields["text"].help_text = _(
            "The borrower reads it here in the portal. What goes out says only that a message waits."
        )


class NoWords(forms.Form):
    """Nothing to say: the button is enough."""


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    """Written in by journeys, which keep and lift the hold. The right to change is the right to answer."""

    list_display = ("borrower", "topic", "waiting_since", "last_at", "closed_at")
    list_select_related = ("borrower",)
    list_filter = (TurnFilter, "topic")
    search_fields = ("borrower__reference__exact",)
    ordering = ("waiting_since", "id")  # type: ignore[misc]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Who waits comes first; where nobody does, the latest."""
        is_history = request.GET.get(TurnFilter.parameter_name) in ("answered", "closed")
        return ("-last_at", "-id") if is_history else self.ordering

    fields = ("borrower", "topic", "opened_at", "waiting_since", "closed_at", "thread")
    readonly_fields = ("thread",)
    journeys = ("answer", "close")

    @admin.display(description=_("messages"))
    def thread(self, obj: Conversation) -> SafeString:
        return self._said(obj)

    def answer_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Read the thread and answer it."""
        conversation = self.of_journey(request, object_id, "notifications.change_conversation")
        is_sent = request.method == "POST"
        form = AnswerForm(request.POST if is_sent else None, request.FILES if is_sent else None)
        if form.is_valid():
            return self._answer(request, conversation, form)
        conversations.mark_read(conversation, by=Side.LENDER, now=timezone.now())
        words = {"title": _("Answer"), "submit": _("Send the answer"), "detail": self._said(conversation)}
        return self.journey_page(request, conversation, form, {"intro": str(conversation), **words})

    def _answer(self, request: HttpRequest, conversation: Conversation, form: AnswerForm) -> HttpResponse:
        written = form.cleaned_data
        said, staff = Said(written["text"], files=written["attached"]), cast(User, request.user)
        try:
            conversations.answer(
                staff, conversation=conversation, said=said, now=timezone.now(), closes=written["closes"]
            )
        except ConversationClosed as refusal:
            messages.warning(request, str(refusal))
            return redirect(self.change_address(conversation))
        messages.success(request, _("The answer is sent. Reminders that waited for it come again."))
        return redirect("admin:notifications_conversation_changelist")

    def close_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a conversation that needs no answer."""
        conversation = self.of_journey(request, object_id, "notifications.change_conversation")
        form = NoWords(request.POST if request.method == "POST" else None)
        if form.is_valid():
            conversations.close(conversation, by=cast(User, request.user), now=timezone.now())
            messages.success(
                request, _("The conversation is closed. Reminders that waited for it come again.")
            )
            return redirect(self.change_address(conversation))
        words = {
            "title": _("Close without an answer"),
            "submit": _("Close"),
            "detail": self._said(conversation),
        }
        return self.journey_page(request, conversation, form, {"intro": str(conversation), **words})

    def _said(self, conversation: Conversation) -> SafeString:
        said = conversation.messages.select_related("written_by", "answers").prefetch_related("attachments")
        return render_to_string("admin/notifications/conversation/_thread.html", {"said": said})


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """A file is handed out to who may view attachments."""

    list_display = ("name", "kind", "size", "message", "virus")
    list_select_related = ("message",)
    ordering = ("-message_id",)  # type: ignore[misc]
    fields = ("name", "kind", "size", "message", "scanned_at", "virus")
    journeys = ("download",)

    def download_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return download(request, self.of_journey(request, object_id, "notifications.view_attachment"))
