"""Opening a page as a person does, and looking at it as an inspector does."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.waiting import PATIENCE

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("dark", "light")
PHONE, SMALL_PHONE, DESKTOP = 360, 320, 1280  # CSS pixels


class Visitor:
    """One person with a browser. Keeps what the console said, so that a refused script cannot pass unseen."""

    def __init__(self, browser: Browser, portal: str) -> None:
        self.browser = browser
        self.portal = portal
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self,
        path: str,
        *,
        client: Client | None = None,
        width: int = PHONE,
        script: bool = True,
        **browser: Any,
    ) -> Page:
        """The page at `path`, with the session of `client`, if it has one. browser: more, as Playwright names it."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            **{"color_scheme": "light", "locale": "en-US", **browser},
        )
        context.set_default_timeout(1000 * PATIENCE)
        self.contexts.append(context)
        name = settings.SESSION_COOKIE_NAME
        if client and name in client.cookies:
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.portal}])
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.portal + path)
        return page

    def leave(self) -> None:
        for context in self.contexts:
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")  # an answer on its way must not fail the next test
            context.close()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")


def unfold(page: Page, *titles: str) -> None:
    """Open parts of a page that are folded, by their headings."""
    for title in titles:
        page.locator("summary").filter(has=page.get_by_role("heading", name=title, exact=True)).click()


def barriers(page: Page, **options: Any) -> list[str]:
    """What axe-core finds against WCAG and good practice: rule, and the first place. options: axe's own."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def flaws(page: Page) -> list[str]:
    """Barriers, in either scheme (only colours differ), and whether the page is wider than its window."""
    show(page, "dark")
    found = [f"dark {barrier}" for barrier in barriers(page, runOnly=["color-contrast"])]
    show(page, "light")
    found += barriers(page)
    return found + ([f"too wide by {excess} px"] if (excess := overflow(page)) else [])


def show(page: Page, scheme: Scheme) -> None:
    """Switch the colours, with none caught half way."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def overflow(page: Page) -> int:
    """CSS pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
