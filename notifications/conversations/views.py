"""The borrower's pages of conversations: the list, a thread with its answer, a new message, and the files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import BorrowerRequest, borrower_required
from accounts.downloads import attached
from notifications import holds, inbox, silence
from notifications.conversations import attachments
from notifications.conversations import journeys as conversations
from notifications.conversations.forms import MessageForm, NewMessageForm
from notifications.conversations.journeys import Said
from notifications.conversations.write_limit import may_write
from notifications.models import Attachment, Attempt, Conversation
from notifications.words import HoldReason, Side, Topic

CONVERSATIONS_A_PAGE = 20


@borrower_required
@require_GET
def list_page(request: BorrowerRequest) -> HttpResponse:
    """My conversations, the latest first, and whose turn each is."""
    own = conversations.of(request.borrower)
    page = Paginator(own, CONVERSATIONS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "conversations/list.html", {"page": page})


@borrower_required
@require_http_methods(["GET", "POST"])
def new_page(request: BorrowerRequest) -> HttpResponse:
    """A new message; ?answers= names the message of ours that it answers."""
    answers = _answered(request)
    initial = {"topic": request.GET.get("topic") or (Topic.REMINDERS if answers else None)}
    form = NewMessageForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid() and may_write(request, form):
        return _write(request, form, topic=form.cleaned_data["topic"], answers=answers)
    context = {"form": form, "answers": answers, **_promise()}
    return render(request, "conversations/new.html", context)


@borrower_required
@require_http_methods(["GET", "POST"])
def thread_page(request: BorrowerRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation, and a field to go on with it. Opening it reads what we answered."""
    now = timezone.now()
    conversation = get_object_or_404(request.borrower.conversations, pk=conversation_id)
    if request.POST.get("action") == "close":
        conversations.close(conversation, by=request.user, now=now)
        messages.success(request, _("The conversation is closed. Thank you for telling us."))
        return redirect("conversations:list")
    form = MessageForm(request.POST or None, request.FILES or None)
    if form.is_valid() and may_write(request, form):
        return _write(request, form, topic=conversation.topic)
    conversations.mark_read(conversation, by=Side.BORROWER, now=now)
    context = {"conversation": conversation, "form": form, **_thread(conversation, now), **_promise()}
    return render(request, "conversations/thread.html", context)


@borrower_required
@require_GET
def file(request: BorrowerRequest, attachment_id: UUID) -> HttpResponse:
    """A file of one of my conversations."""
    mine = Attachment.objects.filter(message__conversation__borrower=request.borrower)
    return download(request, get_object_or_404(mine, pk=attachment_id))


def download(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """The file, to save. 404: it is gone. Where files are scanned, only after it was found clean."""
    try:
        with attachment.file.open("rb") as stored:
            content = stored.read()  # of at most attachments.MOST_BYTES
    except FileNotFoundError as error:
        raise Http404 from error
    if refusal := attachments.scanned(attachment, content, now=timezone.now()):
        context = {"refusal": refusal, "name": attachment.name}
        return render(request, "conversations/file_refused.html", context, status=refusal.status)
    return attached(content, content_type=attachments.CONTENT_TYPES[attachment.kind], name=attachment.name)


def _answered(request: BorrowerRequest) -> Attempt | None:
    """The message that is answered. 404: not one of this borrower's."""
    named = request.POST.get("answers") or request.GET.get("answers")
    if not named:
        return None
    try:
        return get_object_or_404(inbox.messages(request.borrower), pk=UUID(named))
    except ValueError as error:
        raise Http404 from error


def _write(
    request: BorrowerRequest, form: MessageForm, *, topic: str, answers: Attempt | None = None
) -> HttpResponse:
    said = Said(form.cleaned_data["text"], answers=answers, files=form.cleaned_data["attached"])
    message = conversations.write(request.borrower, said=said, topic=topic, now=timezone.now())
    messages.success(request, _("We have your message. You will find our answer here."))
    return redirect("conversations:thread", message.conversation_id)


def _thread(conversation: Conversation, now: datetime) -> dict[str, Any]:
    said = conversation.messages.select_related("written_by", "answers").prefetch_related("attachments")
    expected = conversations.expected_by(conversation)
    borrower = conversation.borrower
    hold = (
        holds.current(borrower, reason=HoldReason.CONVERSATION, account=None, now=now) if expected else None
    )
    return {
        "said": said,
        "expected": expected,
        "is_late": expected is not None and expected < now,
        "hold": hold,
        "notices": silence.legal_notices(borrower, now=now) if hold else [],
    }


def _promise() -> dict[str, Any]:
    return {"answer_hours": settings.CONVERSATION_ANSWER_HOURS}
