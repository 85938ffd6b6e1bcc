"""Pace, discretion, holds and notices in a real browser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications import preferences
from notifications.choice import DEFAULT, Choice
from notifications.models import Hold
from tests import factories
from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, Visitor, flaws, overflow, unfold

NONE = "None, except what the law requires"


@pytest.fixture
def person(borrower: Borrower, reminders: None) -> Borrower:
    """Someone in Britain, whose law has notices of its own, with a bill to come."""
    account = factories.make_loan(borrower)
    factories.make_bill(account, due_on=timezone.now().date() + timedelta(days=9))
    Borrower.objects.filter(pk=borrower.pk).update(country="GB", region="")
    return borrower


@pytest.fixture
def held(person: Borrower) -> Borrower:
    now, account = timezone.now(), person.credit_accounts.get()
    Hold.objects.create(borrower=person, reason="dispute", account=account, started_at=now)
    Hold.objects.create(borrower=person, reason="promise", started_at=now, ended_at=now + timedelta(days=5))
    return person


def chosen(person: Borrower) -> Choice:
    return preferences.of(Borrower.objects.get(pk=person.pk))


def test_the_plan_follows_the_pace_before_it_is_saved(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    expect(page.locator("ol.plan li")).not_to_have_count(0)
    unfold(page, "How often")
    page.get_by_label(NONE).check()
    expect(page.get_by_text("No reminder is planned.")).to_be_visible()
    assert chosen(person) == DEFAULT
    page.get_by_role("button", name="Save my choice").click()
    expect(page.locator("#plan").get_by_text("Your choice is saved.")).to_be_visible()
    assert chosen(person).pace == "off"
    assert visitor.complaints == []


def test_pace_and_discretion_can_be_chosen_without_a_script(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=False)
    unfold(page, "How often", "How we write")
    page.get_by_label("Gentle").check()
    page.get_by_label("Discreet messages").check()
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_label("Gentle")).to_be_checked()
    expect(page.get_by_label("Discreet messages")).to_be_checked()
    assert (chosen(person).pace, chosen(person).is_discreet) == ("gentle", True)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_holds_and_notices_are_free_of_barriers(
    visitor: Visitor, signed_in: Client, held: Borrower, language: str, width: int
) -> None:
    Borrower.objects.filter(pk=held.pk).update(language=language)
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=width)
    assert page.get_attribute("html", "lang") == language
    for fold in page.locator("summary:visible").all():
        fold.click()
    assert flaws(page) == []
    expect(page.locator("section[aria-labelledby=held] li")).to_have_count(2)
    page.set_viewport_size({"width": SMALL_PHONE, "height": 640})
    assert not overflow(page)


def test_a_phone_shows_what_a_choice_changes_where_the_choice_is_made(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=SMALL_PHONE)
    unfold(page, "When")
    page.get_by_label("1 day before", exact=True).uncheck()
    expect(page.locator("#not-saved")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Save my choice")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("1 day before", exact=True)).to_be_in_viewport(ratio=1)
    unfold(page, "When")
    expect(
        page.get_by_text("Before a bill is due: 7 days before, 3 days before, on the day.")
    ).to_be_visible()


def test_what_a_choice_changes_does_not_come_up_over_what_has_the_focus(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    unfold(page, "When")
    chosen = page.get_by_label("1 day before", exact=True)
    chosen.focus()
    chosen.evaluate("here => scrollBy(0, here.getBoundingClientRect().bottom - innerHeight + 4)")
    chosen.press("Space")
    expect(page.locator("#not-saved")).to_be_visible()
    expect(chosen).to_be_focused()
    top = page.locator(".decide").evaluate("foot => foot.getBoundingClientRect().top")
    assert chosen.evaluate("here => here.getBoundingClientRect().bottom") <= top


def test_a_problem_leads_into_the_part_where_it_is(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in)
    unfold(page, "How we reach you")
    second = page.get_by_label("Second way").first
    second.select_option("Text message")
    expect(page.get_by_role("alert")).to_be_visible()  # in passing; the save then breaks no look off
    unfold(page, "How we reach you")
    expect(second).to_be_hidden()
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(second).to_be_focused()
    assert visitor.complaints == []


def test_what_a_choice_changes_is_shown_without_a_script_too(
    visitor: Visitor, signed_in: Client, person: Borrower
) -> None:
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, script=False)
    unfold(page, "When")
    page.get_by_label("1 day before", exact=True).uncheck()
    page.get_by_role("button", name="Show what this changes").click()
    expect(page.locator("#not-saved")).to_be_in_viewport(ratio=1)
    assert chosen(person) == DEFAULT
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    assert chosen(person).lead_days == {7, 3, 0}


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_a_list_shows_its_words_whole_on_the_smallest_phone(
    visitor: Visitor, signed_in: Client, person: Borrower, language: str
) -> None:
    Borrower.objects.filter(pk=person.pk).update(language=language)
    page = visitor.open(reverse("notifications:preferences"), client=signed_in, width=SMALL_PHONE)
    for fold in page.locator("summary:visible").all():
        fold.click()
    assert page.evaluate(CUT) == []


# Words that a select has no room for: what it shows, in the width that it leaves beside its arrow.
CUT = """
() => [...document.querySelectorAll("main select")].filter((select) => select.checkVisibility()).flatMap((select) => {
  const style = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const arrow = 20;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
  return [...select.options].map((option) => option.label).filter((words) => pen.measureText(words).width > room);
})
"""
