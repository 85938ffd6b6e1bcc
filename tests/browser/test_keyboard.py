"""The main journeys without a mouse, with and without script: nothing here ever clicks."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications import preferences, stops
from notifications.models.help import HelpRequest
from tests import factories
from tests.browser.keyboard import Keyboard
from tests.browser.test_sign_in_pages import code
from tests.browser.visiting import DESKTOP, PHONE, Visitor
from tests.days import today

OVERVIEW = reverse("loans:dashboard")

pytestmark = pytest.mark.parametrize(
    ("width", "script"), [(PHONE, False), (DESKTOP, True)], ids=["phone no script", "desktop script"]
)


@pytest.fixture
def person(borrower: Borrower, transactional_db: None) -> Borrower:
    factories.make_bill(factories.make_loan(borrower), due_on=today() - timedelta(days=3))
    return borrower


@pytest.fixture
def keyboard(visitor: Visitor, person: Borrower, signed_in: Client, width: int, script: bool) -> Keyboard:
    """Of a borrower before their overview."""
    return Keyboard(visitor.open(OVERVIEW, client=signed_in, width=width, script=script))


def test_signing_in_by_code(visitor: Visitor, person: Borrower, width: int, script: bool) -> None:
    page = visitor.open(reverse("account_login"), width=width, script=script)
    keyboard = Keyboard(page)
    keyboard.skip_to_main()
    keyboard.use("Send me a code")
    name = page.get_by_label("E-mail address or phone number")
    keyboard.mend(name)
    assert person.user is not None
    EmailAddress.objects.create(user=person.user, email=person.user.email, verified=True, primary=True)
    keyboard.type(person.user.email)
    keyboard.use("Send me a code")
    expect(page.get_by_label("Code")).to_be_visible()
    keyboard.skip_to_main()
    keyboard.use("Sign in")
    keyboard.mend(page.get_by_label("Code"))
    keyboard.type(code())
    keyboard.press("Enter")
    expect(page.get_by_text("You owe in total")).to_be_visible()
    assert visitor.complaints == []


def test_changing_how_one_is_reminded(keyboard: Keyboard, person: Borrower, script: bool) -> None:
    page = keyboard.page
    keyboard.follow("Reminders")
    keyboard.unfold("How we reach you")
    second = page.get_by_label("Second way").first
    keyboard.tab_to(second)
    keyboard.type("Text message")  # as the first way: it cannot be kept
    if script:  # said at once, but it takes the focus only from who is done
        expect(page.get_by_role("alert")).to_be_visible()
        expect(second).to_be_focused()
    keyboard.use("Save my choice")
    keyboard.mend(second)
    keyboard.type("E-mail")
    keyboard.unfold("When")
    keyboard.tab_to(page.get_by_label("1 day before", exact=True))
    keyboard.press("Space")
    same, each = (
        page.get_by_label("The same hours every day"),
        page.get_by_label("Different hours on each day"),
    )
    keyboard.tab_to(same)
    keyboard.press("ArrowDown")
    expect(each).to_be_focused()
    keyboard.tab_to(page.get_by_role("group", name="Monday").get_by_label("From"))
    keyboard.type("No messages")
    keyboard.use("Save my choice")
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    chosen = preferences.of(Borrower.objects.get(pk=person.pk))
    assert 1 not in chosen.lead_days
    assert chosen.windows[0] is None


def test_promising_to_pay(keyboard: Keyboard) -> None:
    page = keyboard.page
    keyboard.follow("Ask for help")
    keyboard.skip_to_main()
    keyboard.follow("Pay on another day")
    keyboard.tab_to(page.get_by_label("You pay on"))
    keyboard.type(f"{today() + timedelta(days=90):%m%d%Y}")
    keyboard.use("Promise this")
    keyboard.mend(page.get_by_label("You pay on"))
    keyboard.type(f"{today() + timedelta(days=7):%m%d%Y}")
    keyboard.back_to(page.get_by_label("You pay, in "))
    keyboard.use("Promise this")
    expect(page.get_by_text("We have it. Your reference is R-")).to_be_visible()
    assert HelpRequest.objects.get().details["day"] == (today() + timedelta(days=7)).isoformat()


def test_writing_to_the_lender(keyboard: Keyboard, person: Borrower) -> None:
    page = keyboard.page
    keyboard.follow("Contact")
    keyboard.skip_to_main()
    keyboard.follow("Write a message")
    keyboard.use("Send")
    topics = page.get_by_role("radio")
    keyboard.mend(topics.first)
    keyboard.press("ArrowDown", "Space")
    keyboard.tab_to(page.get_by_label("Your message"))
    keyboard.type("I earn less since January.")
    keyboard.use("Send")
    expect(page.get_by_text("We have your message.")).to_be_visible()
    assert person.conversations.get().messages.get().text == "I earn less since January."


def test_stopping_all_reminders(keyboard: Keyboard, person: Borrower) -> None:
    page = keyboard.page
    keyboard.follow("Reminders")
    keyboard.skip_to_main()
    keyboard.follow("Stop all reminders")
    keyboard.skip_to_main()
    keyboard.use("Stop all reminders")
    expect(page.get_by_role("heading", name="Reminders are stopped")).to_be_visible()
    assert stops.is_stopped(person)
    keyboard.use("Start reminders again")
    expect(page.get_by_role("heading", name="Reminders are stopped")).to_be_hidden()
    assert not stops.is_stopped(person)
