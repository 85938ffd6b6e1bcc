"""Pictures of what the tests see, where SCREENSHOTS names a folder for them: `SCREENSHOTS=screenshots make test`."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.visiting import DESKTOP, SCHEMES, show

FOLDER = os.environ.get("SCREENSHOTS")


def keep(page: Page, name: str) -> None:
    """The whole page as it is, as `folder/name.png`. Two of one name in a run: the later one stays."""
    if not FOLDER:
        return
    window = page.viewport_size or {"width": DESKTOP, "height": 800}
    # In a window as high as the page: what is fixed to the window's foot would stand across the middle of the picture.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": window["width"], "height": max(height, window["height"])})
    page.screenshot(path=Path(FOLDER) / f"{_file_name(name)}.png")
    page.set_viewport_size(window)


def keep_each_scheme(page: Page, name: str) -> None:
    """The page by day and by night."""
    for scheme in SCHEMES if FOLDER else ():
        show(page, scheme)
        keep(page, f"{name} {scheme}")


def _file_name(name: str) -> str:
    return re.sub(r"[^\w+]+", "-", name).strip("-")
