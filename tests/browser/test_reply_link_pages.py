"""The pages of a reminder's links, in a real browser that is not signed in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Borrower
from notifications.models import AnswerKind, Attempt, Hold
from notifications.reply_links import links
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
