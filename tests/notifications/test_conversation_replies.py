"""What a person texts back in free words is a message of their conversation, and is confirmed once."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, ContactPoint, User
from notifications.channels import twilio_signature
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Attempt, Conversation, ConversationMessage, Hold
from notifications.words import HoldReason, Side, Way
from tests import factories

pytestmark = pytest.mark.django_db
Texts = Callable[..., str]
_sids = itertools.count(1)


@pytest.fixture
def texts(client: Client, settings: Any) -> Texts:
    """A person's text as Twilio hands it over; returns the answer that it is to send."""

    def text(number: str, words: str, **fields: str) -> str:
        path = reverse("hooks:twilio_inbound")
        form = {
            "MessageSid": f"SM{next(_sids)}",
            "From": number,
            "To": "+15550100100",
            "Body": words,
            **fields,
        }
        signature = twilio_signature.sign(
            settings.TWILIO_AUTH_TOKEN, url=settings.PORTAL_URL + path, form=list(form.items())
        )
        answer: HttpResponse = client.post(path, form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        return answer.content.decode()

    return text


def phone_of(borrower: Borrower) -> str:
    return str(borrower.contact_points.get(kind=ContactPoint.Kind.PHONE).value)


def sent_text(borrower: Borrower) -> Attempt:
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="accepted", body="x"
    )


def test_free_words_become_a_message_and_reminders_wait(texts: Texts, borrower: Borrower) -> None:
    sent = sent_text(borrower)
    answer = texts(phone_of(borrower), "Please do not stop, but when is it due?")
    assert "we have your message" in answer
    message = ConversationMessage.objects.get()
    assert message.text == "Please do not stop, but when is it due?"
    assert (message.side, message.channel, message.answers) == (Side.BORROWER, Way.SMS, sent)
    assert message.conversation.borrower == borrower
    assert Hold.objects.get().reason == HoldReason.CONVERSATION


def test_it_is_confirmed_once_until_we_have_answered(texts: Texts, borrower: Borrower, staff: User) -> None:
    number = phone_of(borrower)
    assert ["<Message>" in texts(number, words) for words in ("Hello?", "Anybody?")] == [True, False]
    said, now = Said("Yes."), timezone.now()
    conversations.answer(staff, conversation=Conversation.objects.get(), said=said, now=now)
    assert "<Message>" in texts(number, "Thank you. And now?")
    assert ConversationMessage.objects.filter(side=Side.BORROWER).count() == 3


def test_key_words_are_no_message(texts: Texts, borrower: Borrower) -> None:
    for word in ("STOP", "START", "HELP"):
        texts(phone_of(borrower), word)
    assert not ConversationMessage.objects.exists()


def test_a_shared_phone_speaks_for_whom_a_message_reached_last(
    texts: Texts, borrower: Borrower, stranger: Borrower
) -> None:
    number = phone_of(borrower)
    factories.make_contact_point(stranger, value=number)
    sent_text(borrower)
    sent_text(stranger)
    texts(number, "When?")
    assert Conversation.objects.get().borrower == stranger


def test_a_number_nobody_has_leaves_nothing(texts: Texts, borrower: Borrower) -> None:
    assert "<Message>" not in texts("+12025550143", "Who is this?")
    assert not Conversation.objects.exists()


def test_a_picture_alone_is_answered_with_where_to_send_it(texts: Texts, borrower: Borrower) -> None:
    assert "we cannot read pictures here" in texts(phone_of(borrower), "", NumMedia="1")
    assert not Conversation.objects.exists()


def test_a_very_long_text_is_kept_as_far_as_a_message_goes(texts: Texts, borrower: Borrower) -> None:
    texts(phone_of(borrower), "字" * 5000)
    assert len(ConversationMessage.objects.get().text) == conversations.LONGEST_TEXT
