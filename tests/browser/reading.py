"""Whether a page can still be read: with large text, on a narrow screen, by who is made ill by motion, and on paper."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.browser.visiting import DESKTOP, PHONE, SMALL_PHONE, overflow, show

WIDE = 1920  # CSS pixels
A4 = 794  # CSS pixels
LARGE = 32  # CSS pixels: 200 % of what a browser gives unasked

# Lines of text that can be seen, by their nodes. What is clipped away for the eye is for screen readers alone.
_LINES = """
  const isForEyes = (element) => {
    for (let each = element; each; each = each.parentElement)
      if (getComputedStyle(each).clipPath !== "none") return false;
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && !element.closest("script, style, option, .skip");
  };
  const lines = function* () {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      if (!node.data.trim() || !isForEyes(node.parentElement)) continue;
      const range = new Range();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1 && box.height > 1) yield { box, node, element: node.parentElement };
    }
  };
  // A word that breaks without a hyphen is hard to read; addresses and other long ones have no better place to break.
  const broken = (node) => {
    const range = new Range();
    for (const word of node.data.matchAll(/[$A-Za-z\\d.,]{2,11}(?=\\s|$)/g)) {
      if (word.index && !/\\s/.test(node.data[word.index - 1])) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top / 4))).size > 1) return word[0];
    }
  };
  const quote = (line) => `"${line.node.data.trim().slice(0, 40)}"`;
"""

_CROWDED = (
    "() => {"
    + _LINES
    + """
  const wrong = new Set();
  const layers = new Map(); // what is fixed lies over the rest
  for (const line of lines()) {
    const word = broken(line.node);
    if (word) wrong.add(`"${word}" breaks in its middle`);
    let layer = document.body;
    for (let each = line.element; each !== document.body; each = each.parentElement) {
      const { overflowX, overflowY, position, display } = getComputedStyle(each);
      const frame = each.getBoundingClientRect();
      if (position === "fixed" || position === "sticky") layer = each;
      if (overflowX === "auto" || overflowX === "scroll") break; // one may scroll there
      const isCut = overflowX !== "visible" || overflowY !== "visible";
      if (display !== "inline" && (line.box.right > frame.right + 2 || line.box.left < frame.left - 2))
        wrong.add(`${quote(line)} ${isCut ? "is cut by" : "runs out of"} ${each.tagName} ${each.className}`);
      if (isCut && line.box.bottom > frame.bottom + 4)
        wrong.add(`${quote(line)} is cut at the foot of ${each.tagName} ${each.className}`);
      if (position === "fixed") break; // it has its place in the window
    }
    layers.set(layer, [...(layers.get(layer) ?? []), line]);
  }
  for (const [layer, together] of layers) {
    const { position } = getComputedStyle(layer);
    const height = layer.getBoundingClientRect().height;
    if (position === "fixed" && height > innerHeight / 4) wrong.add(`${layer.className} takes ${height} px`);
    together.sort((one, other) => one.box.top - other.box.top);
    together.forEach((line, place) => {
      for (const next of together.slice(place + 1)) {
        const shared = line.box.bottom - next.box.top;
        if (shared <= 0) break;
        if (next.node === line.node || shared < 0.4 * Math.min(line.box.height, next.box.height)) continue;
        if (Math.min(line.box.right, next.box.right) - Math.max(line.box.left, next.box.left) > 3)
          wrong.add(`${quote(line)} and ${quote(next)} lie over each other`);
      }
    });
  }
  return [...wrong].slice(0, 5);
}"""
)

_MOVING = """
() => {
  const wrong = new Set();
  const isLong = (durations) => durations.split(",").some((each) => parseFloat(each) > 0.01);
  for (const element of document.querySelectorAll("*"))
    for (const part of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, part);
      const isAnimated = style.animationName !== "none" && isLong(style.animationDuration);
      if (isLong(style.transitionDuration) || isAnimated || style.scrollBehavior === "smooth")
        wrong.add(`${element.tagName} ${element.className} moves`);
    }
  return [...wrong].slice(0, 5);
}
"""

_NOT_FOR_PAPER = ".no-print, .nav, .languages, .button, button"

_REMEMBER = (
    "() => {" + _LINES + "window.onScreen = new Map([...lines()].map((line) => [line.node, quote(line)])); }"
)

_LOST_ON_PAPER = (
    f"(unwanted) => {{{_LINES}"
    + """
  const wrong = [];
  const onPaper = new Map([...lines()].map((line) => [line.node, line]));
  for (const [node, words] of window.onScreen) {
    const isWanted = node.isConnected && !node.parentElement.closest(unwanted);
    if (isWanted !== onPaper.has(node)) wrong.push(`${words} is ${isWanted ? "lost" : "not hidden"} on paper`);
  }
  // Printers leave backgrounds out: whatever is read is read on white.
  const light = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  for (const line of onPaper.values()) {
    const [red, green, blue] = getComputedStyle(line.element).color.match(/[\\d.]+/g).map(Number);
    const contrast = 1.05 / (0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue) + 0.05);
    if (contrast < 4.5) wrong.push(`${quote(line)} is too pale for paper: ${contrast.toFixed(1)}`);
  }
  return wrong.slice(0, 5);
}"""
)


def crowded(page: Page) -> list[str]:
    """Text that is cut, runs out of its place, lies over other text or breaks within a word, as the page stands."""
    found = list(page.evaluate(_CROWDED))
    return found + ([f"too wide by {excess} px"] if (excess := overflow(page)) else [])


def hard_to_read(page: Page) -> list[str]:
    """What is wrong at 400 % zoom (320 px), in a wide window, and with text twice as large on phone and desktop."""
    found = []
    for width in (SMALL_PHONE, WIDE):
        with window(page, width):
            found += [f"at {width} px: {each}" for each in crowded(page)]
    with large_text(page):
        for width in (PHONE, DESKTOP):
            with window(page, width):
                found += [f"large text at {width} px: {each}" for each in crowded(page)]
    return found


def restless(page: Page) -> list[str]:
    """What moves although the person asked for less motion."""
    show(page, "light")
    return list(page.evaluate(_MOVING))


def lost_on_paper(page: Page) -> list[str]:
    """What of the page would not reach a printed sheet, or be too pale there, or should not be there."""
    with window(page, A4):
        page.evaluate(_REMEMBER)
        page.emulate_media(media="print", color_scheme="dark")
        found = list(page.evaluate(_LOST_ON_PAPER, _NOT_FOR_PAPER))
        found += ["too wide for paper"] if overflow(page) else []
        page.emulate_media(media="screen", color_scheme="light")
    return found


@contextmanager
def window(page: Page, width: int) -> Iterator[None]:
    """For a while, a window of another width."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    yield
    if before:
        page.set_viewport_size(before)


@contextmanager
def large_text(page: Page) -> Iterator[None]:
    """For a while, as a person has it who asked their browser for text twice as large."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": LARGE}})
    yield
    session.send("Page.setFontSizes", {"fontSizes": {"standard": LARGE // 2}})
    session.detach()
