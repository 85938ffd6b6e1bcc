"""CI may not pass for want of a browser or a font."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser import machine
from tests.browser.conftest import launch


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine with neither."""
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return monkeypatch


def test_a_missing_browser_fails_in_ci(playwright: Playwright, bare: pytest.MonkeyPatch) -> None:
    bare.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="No Chromium"):
        launch(playwright)


def test_a_missing_browser_skips_on_a_desk(playwright: Playwright, bare: pytest.MonkeyPatch) -> None:
    bare.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="No Chromium"):
        launch(playwright)


def test_a_missing_chinese_font_fails_in_ci_alone(bare: pytest.MonkeyPatch) -> None:
    bare.delenv("CI", raising=False)
    machine.require_chinese_font()
    bare.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chinese"):
        machine.require_chinese_font()
