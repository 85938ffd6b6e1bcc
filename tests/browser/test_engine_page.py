"""The engine's staff page in a real browser: it comes anew by itself, politely, and can be told not to."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Borrower
from notifications import workers
from notifications.models import Attempt, Lane, Tick
from tests.browser import pictures
from tests.browser.visiting import DESKTOP, SMALL_PHONE, Visitor, flaws

PAGE = reverse("admin:notifications_worker_changelist")
OFTEN = '"every 15s"', '"every 300ms"'


@pytest.fixture
def busy(borrower: Borrower) -> None:
    """An engine in trouble, with something under every heading."""
    now = timezone.now()
    Tick.objects.create(name="plan", slot=now, finished_at=now, planned=1234)
    workers.beat("run_engine@engine-7c9f5d8b4-x2x9k:7", now=now)
    workers.beat("celery@worker-2", now=now - workers.late_after() - timedelta(minutes=3))
    Lane.objects.create(borrower=borrower, next_at=now - timedelta(minutes=20))
    ways = [("sms", "twilio", "accepted"), ("sms", "twilio", "unknown"), ("email", "email", "refused_final")]
    for minutes in (1, 33):
        for channel, provider, state in ways:
            Attempt.objects.create(
                borrower=borrower, category="due", channel=channel, provider=provider, state=state, body="",
                detail="ServerDisconnectedError: it hung up", started_at=now - timedelta(minutes=minutes),
            )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_staff_read_the_engine_in_their_language_without_barriers(
    visitor: Visitor, staff_client: Client, busy: None, language: str
) -> None:
    for width in (DESKTOP, SMALL_PHONE):
        page = visitor.open(reverse("admin:index"), client=staff_client, width=width)
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": visitor.portal}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(visitor.portal + PAGE)
        assert page.locator("html").get_attribute("lang") == language
        pictures.keep_each_scheme(page, f"staff engine {language} {width}")
        assert flaws(page) == []
    assert visitor.complaints == []


def test_it_comes_anew_by_itself_but_not_out_of_a_hand(
    visitor: Visitor, staff_client: Client, busy: None, borrower: Borrower
) -> None:
    page = visitor.open(reverse("admin:index"), client=staff_client, width=DESKTOP)
    _hasten(page)
    page.goto(visitor.portal + PAGE)
    page.get_by_text("ServerDisconnectedError").first.wait_for()
    page.locator("#engine a").first.focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1000)
    assert asked == []  # whoever reads by keyboard keeps their place
    Attempt.objects.update(detail="a new word")
    page.evaluate("document.activeElement.blur()")
    page.get_by_text("a new word").first.wait_for()
    assert visitor.complaints == []


def test_signed_out_meanwhile_the_page_leads_to_sign_in(
    visitor: Visitor, staff_client: Client, busy: None
) -> None:
    page = visitor.open(reverse("admin:index"), client=staff_client, width=DESKTOP)
    _hasten(page)
    page.goto(visitor.portal + PAGE)
    staff_client.logout()
    page.get_by_role("heading", name="Sign in").wait_for()  # as a page of its own, not inside the frame
    assert page.locator("#engine, #header").count() == 0


def test_without_a_script_the_link_does_it(visitor: Visitor, staff_client: Client, busy: None) -> None:
    page = visitor.open(PAGE, client=staff_client, width=DESKTOP, script=False)
    Attempt.objects.update(detail="a new word")
    page.get_by_role("link", name="Look again").click()
    page.get_by_text("a new word").first.wait_for()


def _hasten(page: Page) -> None:
    """The page as it is, but for how often it comes anew."""

    def answer(route: object) -> None:
        fetched = route.fetch()  # type: ignore[attr-defined]
        route.fulfill(response=fetched, body=fetched.text().replace(*OFTEN))  # type: ignore[attr-defined]

    page.route(f"**{PAGE}", answer)
