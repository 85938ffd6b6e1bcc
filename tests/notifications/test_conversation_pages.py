"""The borrower's pages of conversations: writing, reading, files, and whose they are."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, User
from notifications import holds
from notifications.conversations import attachments
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Attachment, Attempt, Conversation, ConversationMessage, Hold
from notifications.words import Side, Topic
from tests.notifications.test_attachments import PDF, PNG

pytestmark = pytest.mark.django_db
NEW, LIST = reverse("conversations:new"), reverse("conversations:list")
SCRIPT = "<script>alert(1)</script>"


def write(borrower: Borrower, text: str = "When is it due?", topic: str = Topic.BILL) -> Conversation:
    now = timezone.now() - timedelta(hours=1)
    return conversations.write(borrower, said=Said(text), topic=topic, now=now).conversation


def answer(staff: User, conversation: Conversation, text: str = "On Sunday.") -> None:
    conversations.answer(staff, conversation=conversation, said=Said(text), now=timezone.now())


def thread(conversation: Conversation) -> str:
    return reverse("conversations:thread", args=[conversation.pk])


def form(**changes: Any) -> dict[str, Any]:
    return {"topic": "bill", "text": "When is it due?", **changes}


def text(client: Client, path: str) -> str:
    answered = client.get(path)
    assert answered.status_code == 200
    return answered.content.decode()


def sent_to(borrower: Borrower, **fields: Any) -> Attempt:
    usual = {"category": "due", "channel": "inbox", "provider": "inbox", "state": "accepted"}
    words = {"subject": "A bill", "body": "A bill is due."}
    return Attempt.objects.create(borrower=borrower, **{**usual, **words, **fields})


# ---------- writing ----------


def test_a_message_with_files_opens_a_conversation_that_waits_for_us(
    signed_in: Client, borrower: Borrower
) -> None:
    files = [SimpleUploadedFile("pay slip.pdf", PDF), SimpleUploadedFile("a.png", PNG)]
    answered = signed_in.post(NEW, form(attached=files))
    conversation = borrower.conversations.get()
    assert answered["Location"] == thread(conversation)
    page = text(signed_in, thread(conversation))
    assert "When is it due?" in page
    assert "Expect our answer by" in page
    assert "Until then we hold reminders back, but no longer than until" in page
    assert "What may still come" in page
    kept = Attachment.objects.order_by("name")
    assert [(each.name, each.kind) for each in kept] == [("a.png", "png"), ("pay slip.pdf", "pdf")]
    assert conversation.waiting_since is not None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"text": "  "}, "Write what you want to say or ask."),
        ({"text": "x" * 4001}, "Enter at most 4000 characters."),
        ({"topic": ""}, "Choose what it is about."),
        ({"topic": "gossip"}, "Choose what it is about."),
        ({"attached": SimpleUploadedFile("a.pdf", b"<html>")}, "is not a PDF"),
    ],
)
def test_what_cannot_be_sent_is_told_and_nothing_is_lost(
    signed_in: Client, changes: dict[str, Any], says: str
) -> None:
    page = signed_in.post(NEW, form(**changes)).content.decode()
    assert says in page
    assert changes.get("text", "When is it due?").strip() in page
    assert not Conversation.objects.exists()
    assert not Hold.objects.exists()


def test_a_reply_goes_on_with_the_thread(signed_in: Client, borrower: Borrower, staff: User) -> None:
    conversation = write(borrower)
    answer(staff, conversation)
    assert signed_in.post(thread(conversation), {"text": "Thank you!"})["Location"] == thread(conversation)
    assert [each.text for each in conversation.messages.all()] == [
        "When is it due?",
        "On Sunday.",
        "Thank you!",
    ]


def test_a_closed_thread_leads_to_a_new_one_on_the_same_topic(
    signed_in: Client, borrower: Borrower, staff: User
) -> None:
    conversation = write(borrower)
    conversations.close(conversation, by=staff, now=timezone.now())
    page = text(signed_in, thread(conversation))
    assert "This conversation was closed on" in page
    assert f"{NEW}?topic=bill" in page
    assert 'value="bill" required id="id_topic_1" checked' in text(signed_in, f"{NEW}?topic=bill")
    signed_in.post(thread(conversation), {"text": "One more question"})
    assert borrower.conversations.count() == 2


def test_who_needs_no_answer_any_more_says_so_and_reminders_come_again(
    signed_in: Client, borrower: Borrower
) -> None:
    conversation = write(borrower)
    assert "I need no answer any more" in text(signed_in, thread(conversation))
    assert signed_in.post(thread(conversation), {"action": "close"})["Location"] == LIST
    assert not Hold.objects.filter(holds.in_force(timezone.now())).exists()
    assert "closed" in text(signed_in, LIST)


def test_too_many_messages_in_an_hour_are_asked_to_wait_with_the_words_kept(
    signed_in: Client, borrower: Borrower
) -> None:
    for number in range(10):
        assert signed_in.post(NEW, form(text=f"Message {number}")).status_code == 302
    page = signed_in.post(NEW, form(text="The eleventh")).content.decode()
    assert "You have written to us often just now." in page
    assert "The eleventh" in page
    assert ConversationMessage.objects.count() == 10


def test_a_request_that_is_far_too_long_is_refused_before_it_is_kept(signed_in: Client) -> None:
    files = [SimpleUploadedFile(f"{number}.pdf", PDF + b"x" * 5_999_999) for number in range(3)]
    answer = signed_in.post(NEW, form(attached=files))
    assert (answer.status_code, "may have 16 MB" in answer.text) == (413, True)
    assert not Conversation.objects.exists()


def test_a_form_without_its_token_is_refused(borrower: Borrower) -> None:
    assert borrower.user is not None
    client = Client(enforce_csrf_checks=True)
    client.force_login(borrower.user)
    assert client.post(NEW, form()).status_code == 403
    assert client.post(thread(write(borrower)), {"text": "x"}).status_code == 403


# ---------- reading ----------


def test_opening_the_thread_reads_the_answer_and_its_note(
    signed_in: Client, borrower: Borrower, staff: User
) -> None:
    conversation = write(borrower)
    answer(staff, conversation)
    overview = text(signed_in, reverse("loans:dashboard"))
    assert "We have answered your message." in overview
    assert "new answer" in text(signed_in, LIST)
    assert "On Sunday." in text(signed_in, thread(conversation))
    assert "We have answered your message." not in text(signed_in, reverse("loans:dashboard"))
    assert not ConversationMessage.objects.filter(side=Side.LENDER, read_at=None).exists()
    assert Attempt.objects.get().read_at is not None


def test_what_was_written_is_shown_as_words_never_as_page(
    signed_in: Client, borrower: Borrower, staff: User
) -> None:
    conversation = write(borrower, SCRIPT)
    staff.name = SCRIPT
    staff.save()
    answer(staff, conversation, SCRIPT)
    signed_in.post(thread(conversation), {"text": "x", "attached": SimpleUploadedFile(f"{SCRIPT}.pdf", PDF)})
    page = text(signed_in, thread(conversation))
    assert SCRIPT not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3


def test_an_answer_that_is_late_is_told_so(signed_in: Client, borrower: Borrower) -> None:
    conversation = write(borrower)
    Conversation.objects.update(waiting_since=timezone.now() - timedelta(days=2))
    assert "We meant to answer sooner" in text(signed_in, thread(conversation))
    Hold.objects.update(ended_at=timezone.now())
    assert "Reminders come again" in text(signed_in, thread(conversation))


def test_the_inbox_leads_to_an_answer_and_from_its_note_to_ours(
    signed_in: Client, borrower: Borrower, staff: User
) -> None:
    sent = sent_to(borrower)
    assert f"{NEW}?answers={sent.pk}" in text(signed_in, reverse("notifications:message", args=[sent.pk]))
    page = text(signed_in, f"{NEW}?answers={sent.pk}")
    assert "You answer this message:" in page
    signed_in.post(NEW, form(answers=str(sent.pk), topic="reminders"))
    conversation = borrower.conversations.get()
    assert conversation.messages.get().answers == sent
    assert "About this message of ours" in text(signed_in, thread(conversation))
    answer(staff, conversation)
    note = Attempt.objects.exclude(pk=sent.pk).get()
    assert thread(conversation) in text(signed_in, reverse("notifications:message", args=[note.pk]))


@pytest.mark.parametrize(("rule", "leads_to"), [("conversation.answered", LIST), ("receipt", NEW)])
def test_a_notice_leads_to_the_conversations_only_where_it_told_of_an_answer(
    signed_in: Client, borrower: Borrower, rule: str, leads_to: str
) -> None:
    sent = sent_to(borrower, category="service", channel="sms", reasons=[{"rule": rule, "facts": {}}])
    page = text(signed_in, reverse("notifications:message", args=[sent.pk]))
    assert ("Read the answer" in page, "Answer this message" in page) == (leads_to == LIST, leads_to == NEW)


@pytest.mark.parametrize("named", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_a_message_that_is_not_there_cannot_be_answered(signed_in: Client, named: str) -> None:
    assert signed_in.get(f"{NEW}?answers={named}").status_code == 404


def test_a_message_to_somebody_else_cannot_be_answered(signed_in: Client, stranger: Borrower) -> None:
    sent = sent_to(stranger, subject="Private of Maria")
    assert signed_in.get(f"{NEW}?answers={sent.pk}").status_code == 404
    assert signed_in.post(NEW, form(answers=str(sent.pk))).status_code == 404
    assert not Conversation.objects.exists()


# ---------- files ----------


@pytest.fixture
def attachment(signed_in: Client, borrower: Borrower) -> Attachment:
    signed_in.post(NEW, form(attached=SimpleUploadedFile("工资单.pdf", PDF)))
    return Attachment.objects.get()


def test_a_file_is_handed_out_to_be_saved_and_never_run(signed_in: Client, attachment: Attachment) -> None:
    answered = signed_in.get(reverse("conversations:file", args=[attachment.pk]))
    assert answered.content == PDF
    assert answered["Content-Type"] == "application/pdf"
    assert answered["Content-Disposition"].startswith("attachment; filename")
    assert answered["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answered["Cache-Control"]
    assert "default-src 'none'" in answered["Content-Security-Policy"]


def test_a_file_lies_outside_the_web_root_under_a_name_that_says_nothing(attachment: Attachment) -> None:
    path = Path(attachment.file.path)
    assert path.is_relative_to(settings.MEDIA_ROOT)
    assert not path.is_relative_to(settings.STATIC_ROOT)
    assert len(path.name) == 32
    assert path.suffix == ""
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_another_borrower_is_not_there(
    stranger_client: Client, staff_client: Client, client: Client, attachment: Attachment
) -> None:
    path = reverse("conversations:file", args=[attachment.pk])
    assert [each.get(path).status_code for each in (stranger_client, staff_client, client)] == [404, 403, 302]


def test_a_file_that_is_gone_is_not_there(signed_in: Client, attachment: Attachment) -> None:
    Path(attachment.file.path).unlink()
    assert signed_in.get(reverse("conversations:file", args=[attachment.pk])).status_code == 404


def test_another_borrowers_thread_can_be_neither_read_nor_written_nor_closed(
    stranger_client: Client, borrower: Borrower
) -> None:
    conversation = write(borrower)
    assert stranger_client.get(thread(conversation)).status_code == 404
    for data in ({"text": "x"}, {"action": "close"}):
        assert stranger_client.post(thread(conversation), data).status_code == 404
    conversation.refresh_from_db()
    assert (conversation.closed_at, conversation.messages.count()) == (None, 1)


# ---------- what they ask of the database ----------


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page).status_code == 200
    return len(seen)


def test_pages_ask_no_more_for_more_messages(signed_in: Client, borrower: Borrower, staff: User) -> None:
    conversation = write(borrower)
    few = [queries(signed_in, page) for page in (LIST, thread(conversation))]
    for topic in (Topic.OTHER, Topic.PAYMENT, Topic.DETAILS):
        write(borrower, topic=topic)
    for number in range(9):
        files = attachments.check([SimpleUploadedFile(f"{number}.pdf", PDF)])
        conversations.write(borrower, said=Said("More", files=files), topic=Topic.BILL, now=timezone.now())
    assert [queries(signed_in, page) for page in (LIST, thread(conversation))] == few
    assert max(few) <= 12
