"""What the browser tests need of the machine, and what it means where that is missing."""

import os
import shutil
import subprocess
from typing import NoReturn

import pytest

NO_CHROMIUM = (
    "No Chromium. Install one (apt-get install chromium), name one in CHROMIUM=/path/to/chromium, "
    "or let Playwright fetch one (playwright install chromium)."
)
NO_CHINESE = (
    "No font with Chinese letters: pages in two of the three languages would be looked at as rows of boxes. "
    "Install one (apt-get install fonts-noto-cjk fontconfig)."
)


def lacking(advice: str) -> NoReturn:
    """A failure in CI, where nothing may go untested; a skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(advice)
    pytest.skip(advice)


def chromium_path() -> str | None:
    """$CHROMIUM, else one on the PATH; None: Playwright's own, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def require_chinese_font() -> None:
    """In CI only: elsewhere boxes in place of letters hinder nobody's work."""
    if os.environ.get("CI") and not _fonts("zh-cn"):
        lacking(NO_CHINESE)


def _fonts(language: str) -> str:
    if (listing := shutil.which("fc-list")) is None:
        return ""
    found = subprocess.run([listing, f":lang={language}"], capture_output=True, text=True, check=False)
    return found.stdout.strip()
