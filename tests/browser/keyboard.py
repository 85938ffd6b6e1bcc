"""Going through a page with the keyboard alone, and seeing at each stop that the eye finds the focus there."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 80

# What is wrong with where the focus is. The first line of a link that wraps stands for it.
_LOOK = """
() => {
  const here = document.activeElement;
  const wrong = [];
  const box = here.getClientRects()[0];
  if (!box || box.width < 2 || box.height < 2) return ["is not shown"];
  const x = box.left + box.width / 2;
  for (const part of [0.1, 0.5, 0.9]) {
    const y = box.top + box.height * part;
    if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) { wrong.push("is out of sight"); break; }
    const top = document.elementFromPoint(x, y);
    if (!here.contains(top) && !top.contains(here)) {
      wrong.push(`is covered by ${top.tagName} ${top.className}`);
      break;
    }
  }
  const looks = () => {
    const found = [];
    for (let each = here; each; each = each.parentElement) {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(each);
      found.push(outlineStyle === "none" ? "" : `${outlineWidth} ${outlineColor}`, boxShadow);
    }
    return found.join();
  };
  const focused = looks();
  here.blur();
  if (looks() === focused) wrong.push("does not show the focus");
  here.focus({ preventScroll: true });
  return wrong;
}
"""

# Who it is, for messages, and where on the page it stands.
_STOP = """
() => {
  const here = document.activeElement;
  const box = here.getBoundingClientRect();
  const words = (here.labels?.[0] ?? here).innerText || here.getAttribute("aria-label") || here.name || "";
  return {
    name: `${here.tagName.toLowerCase()} ${words.trim().slice(0, 50)}`,
    isNew: here !== window.lastStop && (window.lastStop = here),
    isInMain: document.querySelector("main").contains(here),
    left: box.left + scrollX, right: box.right + scrollX, top: box.top + scrollY,
  };
}
"""


class Keyboard:
    """One who uses a page without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def tab_to(self, control: Locator, key: str = "Tab") -> None:
        """Press Tab until the control has the focus. Every stop on the way must be in sight, and in order."""
        before: dict[str, Any] | None = None
        for _ in range(MOST_STOPS):
            self.press(key)
            stop = self.page.evaluate(_STOP)
            if stop["isNew"]:  # the parts of a date are several stops in one place
                where = f"{stop['name']} on {self.page.url}"
                assert not (wrong := self.page.evaluate(_LOOK)), f"{where}: {wrong}"
                assert key != "Tab" or before is None or _follows(stop, before), f"{where} is out of order"
                before = stop
            if control.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"the keyboard does not reach {control}")

    def back_to(self, control: Locator) -> None:
        self.tab_to(control, "Shift+Tab")

    def use(self, name: str) -> None:
        """Go to a button and press it."""
        self.tab_to(self.page.get_by_role("button", name=name, exact=True).first)
        self.press("Enter")

    def unfold(self, title: str) -> None:
        """Go to a part that is folded, by its heading, and open it."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        self.tab_to(self.page.locator("summary").filter(has=heading))
        self.press("Enter")

    def follow(self, name: str) -> None:
        """Go to a link, and on to where it leads."""
        self.tab_to(self.page.get_by_role("link", name=name, exact=True).first)
        with self.page.expect_navigation():
            self.press("Enter")

    def skip_to_main(self) -> None:
        """The first stop of a page leads past what all pages have."""
        self.press("Tab")
        skip = self.page.get_by_role("link", name="Skip to the main content")
        expect(skip).to_be_focused()
        assert self.page.evaluate(_LOOK) == []
        self.press("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()

    def mend(self, field: Locator) -> None:
        """After a form that failed: the focus is on what is wrong, and the first link there leads to the field."""
        summary = self.page.get_by_role("alert")
        expect(summary).to_be_focused()
        assert self.page.evaluate(_LOOK) == []
        self.tab_to(summary.get_by_role("link").first)
        self.press("Enter")
        expect(field).to_be_focused()
        assert self.page.evaluate(_LOOK) == []


def _follows(stop: dict[str, Any], before: dict[str, Any]) -> bool:
    """Below or beside, as one reads; into another column, or from what all pages have, one may go up."""
    if not (stop["isInMain"] and before["isInMain"]):
        return True
    return bool(stop["top"] >= before["top"] - 8 or stop["left"] >= before["right"] - 8)
