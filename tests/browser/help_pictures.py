"""The pictures of the help: parts of the pages of the demo on a phone, in every language.

    scripts/run --demo
    python -m tests.browser.photographs --topics promosms/static/help ADDRESS PASSWORD

They show few colours, so each is reduced to those and kept without loss: some kilobytes.
"""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Locator, Page

from promosms.demo import ab_test

LANGUAGES = {"en": "English", "pl": "Polski"}
COLOURS = 10
WIDTH, HEIGHT = 360, 900
TEXT = "Hi {first_name|there}, from this week we are open until 9 pm on Thursdays."
DEAR = "Zażółć: od czwartku otwarte do 21!"


class Picture(NamedTuple):
    """The part `selector` of the page at `address`, after what `prepare` does there."""

    name: str
    address: str
    selector: str
    prepare: Callable[[Page], None] = lambda page: None


def write(page: Page, text: str = TEXT) -> None:
    """Write a text to everybody, and wait until its price is there."""
    page.locator("input[name=audience][value=everyone]").check()
    with page.expect_response("**/campaigns/count"):
        page.locator(".writing").fill(text)
    page.locator("[data-part=total] span").nth(3).wait_for()


def write_dear(page: Page) -> None:
    """The same with letters that cost more."""
    write(page, DEAR)
    page.locator("[data-part=hints] .notice mark").first.wait_for()


def open_report(page: Page) -> None:
    """The oldest campaign: all its receipts have come."""
    ended = page.locator("main .row:has(.badge.good) a.title").last
    page.goto(str(ended.get_attribute("href")))


def open_test(page: Page) -> None:
    """The report of the campaign with an A/B test."""
    page.locator(f"main a.title:text-is('{ab_test.DRAFT.name}')").last.click()


def leave_the_form(page: Page) -> None:
    """Without the words above the form: the help says the same."""
    page.locator("main form > p").evaluate_all("words => words.forEach((each) => each.remove())")


PICTURES = (
    Picture("sentence", "/campaigns/new", ".actionbar", write),
    Picture("file", "/imports/new", "main section table"),
    Picture("consent", "/recipients/add", "fieldset:has([name=consent])"),
    Picture("way-out", "/campaigns/new", "details.setting:has([data-part=way-out]) > summary"),
    Picture("meter", "/campaigns/new", ".handset .meter >> nth=-1", write),
    Picture("amounts", "/billing/top-up", ".packages"),
    Picture("invoice", "/billing/invoices", "main .rows > .row:not(.rows-head) >> nth=0"),
    Picture("letters", "/campaigns/new", "[data-part=hints] .notice > p", write_dear),
    Picture("report", "/campaigns", "main section.card", open_report),
    Picture("two-texts", "/campaigns", "[aria-labelledby=two-texts] .rows", open_test),
    Picture("automation", "/automations", "main .card"),
    Picture("erase", "/recipients/erase", "main form", leave_the_form),
    Picture("two-step", "/settings", "main .row:has(a[href*=two]) >> nth=0"),
)


def take(page: Page, folder: Path) -> None:
    """Write all pictures in all languages; the demo is left in the first one."""
    for language, name in LANGUAGES.items():
        speak(page, name)
        for picture in PICTURES:
            page.goto(picture.address)
            picture.prepare(page)
            data = reduced(page, page.locator(picture.selector).first)
            (folder / f"{picture.name}.{language}.webp").write_bytes(data)
    speak(page, LANGUAGES["en"])


def speak(page: Page, name: str) -> None:
    """Choose a language at the bottom of a page, unless it is that of the page."""
    page.goto("/help")
    button = page.locator(".footer").get_by_role("button", name=name)
    if button.count():
        button.click()


def reduced(page: Page, part: Locator) -> bytes:
    """A part of the page as a picture of few colours."""
    png = base64.b64encode(part.screenshot(animations="disabled")).decode()
    blank = page.context.new_page()  # pages of the site show no pictures of other places
    data: str = blank.evaluate(REDUCE, [png, COLOURS])
    blank.close()
    return packed(base64.b64decode(data))


def packed(png: bytes) -> bytes:
    """The same picture as WebP, without loss; browsers write it up to twice as large."""
    image = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(
        image, "WEBP", lossless=True, quality=100, method=6
    )
    return image.getvalue()


# The colours that occur most and are not like each other; each dot gets the nearest of them.
REDUCE = """async ([png, most]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d", { alpha: false });
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height);
  const dots = data.data, counts = new Map();
  for (let at = 0; at < dots.length; at += 4) {
    const colour = (dots[at] << 16) | (dots[at + 1] << 8) | dots[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const rgb = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const far = (one, other) =>
    rgb(one).reduce((sum, part, i) => sum + (part - rgb(other)[i]) ** 2, 0);
  const seen = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  const chosen = [];
  for (let apart = 6400; chosen.length < most && apart > 40; apart /= 2) {
    for (const colour of seen) {
      const unlike = chosen.every((other) => far(colour, other) > apart);
      if (chosen.length < most && unlike) chosen.push(colour);
    }
  }
  const nearest = new Map(seen.map((colour) => [colour, chosen.reduce(
    (best, other) => (far(colour, other) < far(colour, best) ? other : best))]));
  for (let at = 0; at < dots.length; at += 4) {
    const colour = (dots[at] << 16) | (dots[at + 1] << 8) | dots[at + 2];
    [dots[at], dots[at + 1], dots[at + 2]] = rgb(nearest.get(colour));
  }
  context.putImageData(data, 0, 0);
  const url = canvas.toDataURL("image/png");
  return url.slice(url.indexOf(",") + 1);
}"""
