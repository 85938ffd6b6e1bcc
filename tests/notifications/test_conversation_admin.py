"""Staff read conversations and answer them: who waits longest first, with the right, and with files."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, User
from notifications import holds
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Attachment, Conversation, Hold
from notifications.words import Side, Topic
from tests import factories
from tests.notifications.test_attachments import PDF

pytestmark = pytest.mark.django_db
LIST = reverse("admin:notifications_conversation_changelist")
SCRIPT = "<script>alert(1)</script>"


def write(
    borrower: Borrower, words: str = "When?", *, hours_ago: int = 1, topic: str = Topic.BILL
) -> Conversation:
    now = timezone.now() - timedelta(hours=hours_ago)
    return conversations.write(borrower, said=Said(words), topic=topic, now=now).conversation


def page(name: str, conversation: Conversation) -> str:
    return reverse(f"admin:notifications_conversation_{name}", args=[conversation.pk])


def clerk(*rights: str) -> Client:
    client, user = Client(), factories.make_staff(is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return client


def listed(client: Client, query: str = "") -> list[Conversation]:
    return list(client.get(LIST + query).context["cl"].result_list)


def test_the_list_shows_who_waits_and_the_longest_first(
    staff_client: Client, staff: User, borrower: Borrower, stranger: Borrower
) -> None:
    late, early = write(stranger, hours_ago=1), write(borrower, hours_ago=5)
    answered, closed = write(borrower, topic=Topic.OTHER), write(borrower, topic=Topic.DETAILS)
    conversations.answer(staff, conversation=answered, said=Said("Yes."), now=timezone.now())
    conversations.close(closed, by=staff, now=timezone.now())
    assert listed(staff_client) == [early, late]
    assert listed(staff_client, "?turn=answered") == [answered]
    assert listed(staff_client, "?turn=closed") == [closed]
    assert len(listed(staff_client, "?turn=all")) == 4
    assert listed(staff_client, "?turn=nonsense") == [early, late]
    assert listed(staff_client, f"?q={stranger.reference}") == [late]


def test_staff_read_the_thread_and_answer_with_a_file(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    conversation = write(borrower, f"Is this right? {SCRIPT}")
    assert page("answer", conversation) in staff_client.get(page("change", conversation)).content.decode()
    shown = staff_client.get(page("answer", conversation)).content.decode()
    assert "Is this right? &lt;script&gt;" in shown
    assert SCRIPT not in shown
    assert conversation.messages.get().read_at is not None
    form = {"text": "Yes, see the letter.", "attached": SimpleUploadedFile("letter.pdf", PDF)}
    assert staff_client.post(page("answer", conversation), form)["Location"] == LIST
    _asked, answered = conversation.messages.all()
    assert (answered.side, answered.text, answered.written_by) == (Side.LENDER, "Yes, see the letter.", staff)
    assert answered.attachments.get().name == "letter.pdf"
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.closed_at) == (None, None)
    assert not Hold.objects.filter(holds.in_force(timezone.now())).exists()


def test_an_answer_may_close_and_what_is_closed_is_not_answered(
    staff_client: Client, borrower: Borrower
) -> None:
    conversation = write(borrower)
    staff_client.post(page("answer", conversation), {"text": "Done.", "closes": "on"})
    conversation.refresh_from_db()
    assert conversation.closed_at is not None
    assert page("answer", conversation) not in staff_client.get(page("change", conversation)).content.decode()
    late = staff_client.post(page("answer", conversation), {"text": "And more"}, follow=True)
    assert "has been closed meanwhile" in late.content.decode()
    assert conversation.messages.count() == 2


def test_an_empty_answer_is_asked_for(staff_client: Client, borrower: Borrower) -> None:
    conversation = write(borrower)
    shown = staff_client.post(page("answer", conversation), {"text": " "}).content.decode()
    assert "Write what you want to say or ask." in shown
    assert conversation.messages.count() == 1


def test_staff_close_what_needs_no_answer(staff_client: Client, borrower: Borrower) -> None:
    conversation = write(borrower, "You have the wrong number.")
    assert "wrong number" in staff_client.get(page("close", conversation)).content.decode()
    assert staff_client.post(page("close", conversation)).status_code == 302
    conversation.refresh_from_db()
    assert conversation.closed_at is not None
    assert not Hold.objects.filter(holds.in_force(timezone.now())).exists()


def test_to_read_is_not_to_answer_and_neither_is_to_open_files(borrower: Borrower) -> None:
    conversation, reader = write(borrower), clerk("view_conversation")
    assert reader.get(page("change", conversation)).status_code == 200
    for name in ("answer", "close"):
        assert reader.post(page(name, conversation), {"text": "x"}).status_code == 403
    assert conversation.messages.get().read_at is None  # who may not answer leaves no sign
    message = conversation.messages.get()
    kept = Attachment.objects.create(message=message, name="a.pdf", kind="pdf", size=len(PDF))
    kept.file.save("a.pdf", SimpleUploadedFile("a.pdf", PDF))
    path = reverse("admin:notifications_attachment_download", args=[kept.pk])
    assert reader.get(path).status_code == 403
    answered = clerk("view_attachment").get(path)
    assert answered.content == PDF
    assert answered["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert answered["X-Content-Type-Options"] == "nosniff"
