"""The house of components: what machines can see of it, from a small phone to a wide screen."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenBrowser
from tests.browser.test_accessibility import AXE, CONTRAST, EVERYTHING, violations

# Elements that are cut off inside, reach beyond their card, or lie on each other in a row.
CUT = """() => {
  const bad = [];
  const seen = (tag) => tag.offsetParent !== null && !tag.closest(".hidden, .skip, svg");
  const words = (tag) => `${tag.tagName}.${tag.className} ${tag.textContent.trim().slice(0, 30)}`;
  const inside = "input:not([type=checkbox], [type=radio], [type=search]), select, .button, .chip,"
    + " .badge, h1, h2, h3, p, dd, dt";
  for (const tag of document.querySelectorAll("main *, header *")) {
    const box = tag.getBoundingClientRect();
    if (!seen(tag) || !box.width) continue;
    if (tag.matches(inside) && tag.scrollWidth > tag.clientWidth + 1
      && getComputedStyle(tag).display !== "inline") bad.push(`cut: ${words(tag)}`);
    const card = tag.parentElement.closest(".card, .handset, .bulk, .actionbar");
    const edge = card?.getBoundingClientRect();
    if (edge && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
      bad.push(`beyond its card: ${words(tag)}`);
    }
  }
  for (const row of document.querySelectorAll(".row, .want, .mend, .actions, .chips")) {
    const boxes = [...row.children].filter(seen).map((tag) => tag.getBoundingClientRect());
    for (const [place, one] of boxes.entries()) {
      for (const other of boxes.slice(place + 1)) {
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (across > 8 && down > 6) bad.push(`on each other: ${words(row)}`);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push("wider than the screen");
  return [...new Set(bad)];
}"""
# Words of a chart with less than a blank between them.
TOUCHING = """() => {
  const bad = [];
  for (const chart of document.querySelectorAll(".chart svg")) {
    const words = [...chart.querySelectorAll("text")].filter((tag) => tag.getClientRects().length);
    for (const [place, one] of words.entries()) {
      const a = one.getBoundingClientRect();
      for (const other of words.slice(place + 1)) {
        const b = other.getBoundingClientRect();
        const across = Math.max(a.left, b.left) - Math.min(a.right, b.right);
        const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
        if (across < 3 && down < 0) bad.push(`${one.textContent} ${other.textContent}: ${across}`);
      }
    }
  }
  return bad;
}"""
# Controls that are smaller than a finger; links within a sentence may be.
SMALL = """() => [...document.querySelectorAll("main :is(.button, .chip, summary, select, textarea,"
    + " input:not([type=checkbox], [type=radio], [type=hidden]))")]
  .filter((tag) => tag.offsetParent && tag.getBoundingClientRect().height < 43.5)
  .map((tag) => tag.outerHTML.slice(0, 90))"""
# Controls of a filter that are not of one height.
HEIGHTS = """() => [...document.querySelectorAll("main .filter")]
  .map((row) => [...row.querySelectorAll("input:not([type=hidden]), select, .button")]
    .map((tag) => tag.offsetHeight))
  .filter((heights) => new Set(heights).size > 1)"""


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_cut_off_or_too_small(open_browser: OpenBrowser, width: int) -> None:
    size = {"width": width, "height": 800}
    page = open_browser(viewport=size, has_touch=width < 700).page
    page.goto("/design")
    unfold(page)
    assert page.evaluate(CUT) == []
    assert page.evaluate(HEIGHTS) == []
    if width < 700:
        assert page.evaluate(SMALL) == []
    page.evaluate(AXE.axe_script)
    assert violations(page, EVERYTHING) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, CONTRAST) == []


@pytest.mark.parametrize("locale", ["en-GB", "pl-PL"])
def test_words_of_charts_do_not_touch(open_browser: OpenBrowser, locale: str) -> None:
    page = open_browser(viewport={"width": 320, "height": 800}, locale=locale).page
    page.goto("/design")
    assert page.locator("html").get_attribute("lang") == locale[:2]
    assert page.evaluate(TOUCHING) == []


def unfold(page: Page) -> None:
    """Open what is folded, so that it is looked at, too."""
    page.evaluate("document.querySelectorAll('main details').forEach((tag) => { tag.open = true })")
