"""A conversation from the borrower's question to the lender's answer, in a real browser."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import Borrower, User
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Conversation
from notifications.words import Topic
from tests import factories
from tests.browser import pictures
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Visitor, flaws, overflow
from tests.notifications.test_attachments import PDF

SLIP = FilePayload(name="pay slip of January.pdf", mimeType="application/pdf", buffer=PDF)
LONG = "https://example.com/" + "a-very-long-address-" * 8


@pytest.fixture
def person(borrower: Borrower) -> Borrower:
    factories.make_bill(factories.make_loan(borrower))
    return borrower


def write(person: Borrower, words: str, topic: str = Topic.BILL) -> Conversation:
    return conversations.write(person, said=Said(words), topic=topic, now=timezone.now()).conversation


def inspect(page: Page, name: str) -> None:
    """No barrier in either scheme and at either width of a phone."""
    assert flaws(page) == [], name
    width = page.viewport_size["width"] if page.viewport_size else DESKTOP
    pictures.keep_each_scheme(page, f"conversation {name} {width}")
    page.set_viewport_size({"width": SMALL_PHONE, "height": 640})
    assert overflow(page) == 0, name
    page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_borrower_asks_with_a_file_and_reads_the_answer(
    visitor: Visitor, signed_in: Client, staff: User, person: Borrower, script: bool
) -> None:
    page = visitor.open(reverse("loans:dashboard"), client=signed_in, script=script)
    contact = page.get_by_role("navigation", name="Main").get_by_role("link", name="Contact")
    contact.click()
    page.get_by_role("link", name="Write a message").click()
    page.get_by_label("A bill or what I owe").check()
    page.get_by_label("Your message").fill("I earn less since January. What can we do?")
    page.get_by_label("Files").set_input_files([SLIP])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We have your message.")).to_be_visible()
    expect(page.get_by_text("Expect our answer by")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="pay slip of January.pdf").click()
    assert Path(downloading.value.path()).read_bytes() == PDF

    conversation = person.conversations.get()
    conversations.answer(
        staff, conversation=conversation, said=Said("Let us find a smaller amount."), now=timezone.now()
    )
    page.goto(visitor.portal + reverse("loans:dashboard"))
    expect(contact).to_have_accessible_name("Contact 1 new")
    page.get_by_role("link", name="We have answered your message.").click()
    page.get_by_role("link", name="A bill or what I owe").click()
    expect(page.get_by_text("Let us find a smaller amount.")).to_be_visible()
    expect(contact).to_have_accessible_name("Contact")
    page.get_by_label("Your message").fill("Thank you.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We will answer you")).to_be_visible()
    page.get_by_role("button", name="I need no answer any more").click()
    expect(page.get_by_text("The conversation is closed.")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_cannot_be_sent_leads_to_its_field(
    visitor: Visitor, signed_in: Client, person: Borrower, script: bool
) -> None:
    page = visitor.open(reverse("conversations:new"), client=signed_in, script=script)
    wrong = FilePayload(name="page.pdf", mimeType="application/pdf", buffer=b"<html>")
    page.get_by_label("Files").set_input_files([wrong])
    page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_count(3)
    if script:
        expect(summary).to_be_focused()
        inspect(page, "wrong")
    summary.get_by_role("link", name="Write what you want").click()
    expect(page.get_by_label("Your message")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_pages_are_free_of_barriers(
    visitor: Visitor, signed_in: Client, staff: User, person: Borrower, width: int, language: str
) -> None:
    Borrower.objects.filter(pk=person.pk).update(language=language)
    answered, waiting = write(person, f"See {LONG}\n\nand tell me."), write(person, "Hello?", Topic.PAYMENT)
    conversations.answer(staff, conversation=answered, said=Said("We have seen it."), now=timezone.now())
    page = visitor.open(reverse("conversations:list"), client=signed_in, width=width)
    assert page.get_attribute("html", "lang") == language
    inspect(page, f"list-{language}")
    note = person.attempts.get()
    for name, path in {
        "new": f"{reverse('conversations:new')}?answers={note.pk}",
        "waiting": reverse("conversations:thread", args=[waiting.pk]),
        "answered": reverse("conversations:thread", args=[answered.pk]),
        "note": reverse("notifications:message", args=[note.pk]),
    }.items():
        page.goto(visitor.portal + path)
        for fold in page.locator("summary").all():
            fold.click()
        inspect(page, f"{name}-{language}")
    assert visitor.complaints == []
