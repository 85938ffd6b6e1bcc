"""What a borrower decides about messages, and what they have been sent, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Borrower, ContactPoint
from notifications import preferences, stops
from notifications.models import Attempt
from tests import factories
from tests.browser.keyboard import Keyboard
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Visitor, barriers, flaws, overflow, unfold
from tests.sandbox import Sandbox

NUMBER, EMAIL = "+12125550199", "a.person.with.a.long.name@mail.example.com"
WHY = [{"rule": "choice.lead_day", "facts": {"days": 3, "due_on": "2026-02-01"}}]


@pytest.fixture
def person(borrower: Borrower, reminders: None, phone: Sandbox) -> Borrower:
    """Someone with bills, messages of every kind, a busy phone, and one address not confirmed yet."""
    loan = factories.make_loan(borrower, currency="TWD")
    for days in (2, 33):
        due_on = timezone.now().date() + timedelta(days=days)
        factories.make_bill(loan, due_on=due_on, amount=Decimal("1234567.89"))
    factories.make_contact_point(borrower, kind=ContactPoint.Kind.EMAIL, value=EMAIL, verified_at=None)
    for channel, state in (("sms", "accepted"), ("email", "unknown"), ("inbox", "accepted")):
        make_message(borrower, channel=channel, state=state)
    phone.reply(NUMBER, "Is anybody there?")
    send_mail("A bill", "See https://portal.example/inbox/\n\nThank you.", None, [EMAIL])
    return borrower


def make_message(borrower: Borrower, **fields: str) -> Attempt:
    return Attempt.objects.create(
        borrower=borrower,
        category="upcoming",
        provider=fields["channel"],
        subject="NT$1,234,567.89 due on February 1, 2026",
        body="Hello Zhang Wei,\n\nNT$1,234,567.89 is due on February 1, 2026 for your account …0001.",
        reasons=WHY,
        **fields,
    )


@pytest.fixture
def paths(person: Borrower) -> list[str]:
    message = person.attempts.filter(channel="sms").get()
    return [
        reverse("notifications:preferences"),
        reverse("notifications:inbox"),
        reverse("notifications:message", args=[message.pk]),
        reverse("notifications:stop"),
        reverse("accounts:profile"),
        reverse("sandbox:index"),
        reverse("sandbox:phone", args=[NUMBER]),
        reverse("sandbox:mail", args=[EMAIL]),
    ]


def walk(page: Page, paths: list[str], look: Callable[[Page], list[str]]) -> dict[str, list[str]]:
    """What is found on each page, all folds open. Pages without a finding are left out."""
    origin = page.url.split("/", 3)[:3]
    findings = {}
    for path in paths:
        page.goto("/".join(origin) + path)
        for fold in page.locator("summary:visible").all():
            fold.click()
        if found := look(page):
            findings[path] = found
    return findings


# ---------- for everybody ----------


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_pages_are_free_of_barriers_in_either_scheme(
    visitor: Visitor, signed_in: Client, paths: list[str], width: int
) -> None:
    page = visitor.open("/profile/", client=signed_in, width=width)
    assert walk(page, paths, flaws) == {}
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_the_pages_are_free_of_barriers_in_every_language(
    visitor: Visitor, signed_in: Client, person: Borrower, paths: list[str], language: str
) -> None:
    Borrower.objects.filter(pk=person.pk).update(language=language)
    page = visitor.open("/profile/", client=signed_in)
    assert page.get_attribute("html", "lang") == language
    assert walk(page, paths, barriers) == {}
    page.set_viewport_size({"width": SMALL_PHONE, "height": 640})
    assert walk(page, paths, lambda page: ["too wide"] if overflow(page) else []) == {}
    assert visitor.complaints == []


def test_who_has_stopped_reminders_finds_no_barrier_to_start_them(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    stops.stop(person, words="stop", way="sms", by=None, now=timezone.now())
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    assert flaws(page) == []
    page.get_by_role("button", name="Start reminders again").click()
    expect(page.get_by_role("heading", name="Reminders are stopped")).to_be_hidden()
    assert not stops.is_stopped(person)


def test_hours_of_each_day_are_asked_for_only_where_they_differ(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=False)
    unfold(page, "When")
    every_day, sunday = page.get_by_role("group", name="Every day"), page.get_by_role("group", name="Sunday")
    expect(every_day).to_be_visible()
    expect(sunday).to_be_hidden()
    page.get_by_label("Different hours on each day").check()
    expect(every_day).to_be_hidden()
    sunday.get_by_label("From").select_option("No messages")
    page.get_by_role("button", name="Save my choice").click()
    assert preferences.of(Borrower.objects.get(pk=person.pk)).windows[6] is None
    unfold(page, "When")
    expect(sunday).to_be_visible()


# ---------- without a mouse ----------


def test_a_keyboard_is_enough_to_choose(visitor: Visitor, signed_in: Client, person: Borrower) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    keyboard = Keyboard(page)
    keyboard.unfold("How we reach you")
    keyboard.tab_to(page.get_by_label("Third way").first)
    keyboard.type("None")
    keyboard.unfold("When")
    keyboard.tab_to(page.get_by_label("1 day before", exact=True))
    keyboard.press("Space")
    keyboard.unfold("How often")
    keyboard.tab_to(page.get_by_label("Most messages in seven days"))
    keyboard.press("5")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    save = page.get_by_role("button", name="Save my choice")
    keyboard.tab_to(save)
    keyboard.press("Enter")
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(save).to_be_focused()
    chosen = preferences.of(Borrower.objects.get(pk=person.pk))
    assert chosen.channels["upcoming"] == ("sms", "email")
    assert chosen.lead_days == {7, 3, 0}
    assert chosen.max_per_week == 5


def test_a_choice_saved_in_haste_is_told_as_saved(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    unfold(page, "When")
    page.get_by_label("1 day before", exact=True).uncheck()
    page.get_by_role(
        "button", name="Save my choice"
    ).click()  # while the page still asks what it would change
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Not saved yet.")).to_be_hidden()
    page.get_by_label("1 day before", exact=True).check()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_label("1 day before", exact=True).uncheck()
    expect(page.get_by_text("Not saved yet.")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_choice_that_cannot_be_kept_leads_to_its_field(
    visitor: Visitor, signed_in: Client, person: Borrower, script: bool
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=script)
    unfold(page, "How we reach you")
    second = page.get_by_label("Second way").first
    second.select_option("Text message")
    page.get_by_role("button", name="Save my choice").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    if script:
        expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Second way").first).to_be_focused()


# ---------- beside the form ----------


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_what_a_choice_brings_is_in_sight_once_it_is_saved(
    visitor: Visitor, signed_in: Client, person: Borrower, width: int
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=width)
    save = page.get_by_role("button", name="Save my choice")
    save.scroll_into_view_if_needed()
    if width == DESKTOP:
        expect(page.locator("#plan")).to_be_in_viewport(ratio=0.3)
    save.click()
    expect(page.get_by_text("Your choice is saved.")).to_be_in_viewport()


def test_the_navigation_counts_what_is_new(visitor: Visitor, signed_in: Client, person: Borrower) -> None:
    page = visitor.open(reverse("notifications:inbox"), client=signed_in)
    inbox = page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox")
    expect(inbox).to_have_accessible_name("Inbox 2 new")
    page.get_by_role("link", name="NT$1,234,567.89").first.click()
    expect(inbox).to_have_accessible_name("Inbox 1 new")
