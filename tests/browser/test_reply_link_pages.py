"""The pages of a reminder's links, in a real browser that is not signed in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications.models import AnswerKind, Attempt, Hold
from notifications.reply_links import links, short
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws
from tests.portal.rows import belongings


@pytest.fixture
def attempt(borrower: Borrower) -> Attempt:
    found = belongings(borrower)[Attempt]
    Attempt.objects.filter(pk=found.pk).update(started_at=timezone.now())
    Hold.objects.all().delete()
    return Attempt.objects.get(pk=found.pk)


def path(attempt: Attempt, kind: AnswerKind) -> str:
    return links.path(kind, links.sign(attempt.pk))


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("kind", list(AnswerKind))
def test_each_answer_is_one_button_without_barriers_and_without_a_script(
    visitor: Visitor, attempt: Attempt, kind: AnswerKind, language: str
) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(language=language)
    page = visitor.open(path(attempt, kind), width=SMALL_PHONE, script=language == "en")
    assert page.get_attribute("html", "lang") == language
    if language == "en":
        assert flaws(page) == []
    if kind is AnswerKind.DATE:
        page.locator("input[name=day]").fill((timezone.now() + timedelta(days=5)).date().isoformat())
    expect(page.locator("main button[type=submit]")).to_have_count(1)
    page.locator("main button[type=submit]").click()
    expect(page.locator("main form")).to_have_count(0)
    assert attempt.link_answers.filter(kind=kind).exists()
    if language == "en":
        assert flaws(page) == []
        page.set_viewport_size({"width": DESKTOP, "height": 800})
        assert flaws(page) == []
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_link_of_a_text_leads_to_an_answer_in_two_steps_by_keyboard(
    visitor: Visitor, attempt: Attempt, language: str
) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(language=language, channel="sms")
    page = visitor.open(short.path(attempt.pk), width=SMALL_PHONE, script=language == "en")
    assert page.get_attribute("html", "lang") == language
    choices = page.locator("main li a")
    expect(choices).to_have_count(len(AnswerKind))
    if language == "en":
        assert flaws(page) == []
    choices.first.focus()
    page.keyboard.press("Enter")
    page.locator("main button[type=submit]").press("Enter")
    expect(page.locator("main form")).to_have_count(0)
    assert attempt.link_answers.get().kind == AnswerKind.PAID
    page.goto(page.url.partition("/answer/")[0] + short.path(attempt.pk))
    expect(page.locator("main li .hint")).to_have_count(1)
    if language == "en":
        assert flaws(page) == []
        page.set_viewport_size({"width": DESKTOP, "height": 800})
        assert flaws(page) == []
    assert visitor.complaints == []
