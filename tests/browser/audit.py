"""Everything that a machine can see of every page: a long run beside the short one in the tests.

    scripts/run --demo
    python -m tests.browser.audit https://localhost:8443 [EMAIL PASSWORD] [--start /dashboard]

Follows the links from the start as a visitor, or signed in, and opens each kind of page (addresses
that differ in ids only are one kind; two of each are opened). Each is looked at on a phone of 320
and 360 px, at 1280 px and at 1280 px enlarged to 200 %; folded parts are opened. It says what axe
finds in light and in dark colours, what is cut off, lies on each other or is wider than the screen,
controls smaller than a finger, rows of filters of uneven height, bars that take more than half of
an enlarged page, and what the console says.
"""

import argparse
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_accessibility import AXE, CONTRAST, EVERYTHING, TOUCHING, violations
from tests.browser.test_design import CUT, HEIGHTS, SMALL, unfold

SIZES = ((320, 740), (360, 740), (640, 450), (1280, 900))
ENLARGED = (640, 450)
EACH = 2
MOST = 400
IDS = re.compile(r"[0-9a-f]{20,}|\d{4}-\d\d-\d\d|\d+|[A-Za-z0-9_-]{30,}")
LONG_VALUE = "cut: INPUT."  # it moves under the cursor; /design has fields with short ones
# Bars that stay at the edge of the screen while one reads.
BARS = """() => [...document.querySelectorAll("body *")]
  .filter((tag) => ["fixed", "sticky"].includes(getComputedStyle(tag).position)
    && tag.checkVisibility() && !tag.closest(".toast")
    && tag.getBoundingClientRect().width > innerWidth / 2)
  .map((tag) => tag.getBoundingClientRect().height).reduce((sum, height) => sum + height, 0)
  / innerHeight"""


def main() -> None:
    """Read the arguments, look at every page, and end with 1 if something was found."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("url")
    arguments.add_argument("email", nargs="?", default="")
    arguments.add_argument("password", nargs="?", default="")
    arguments.add_argument("--start", default="/")
    chosen = arguments.parse_args()
    executable = next(path for name in CHROMIUM if (path := shutil.which(name)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        context = browser.new_context(
            base_url=chosen.url, ignore_https_errors=True, has_touch=True, reduced_motion="reduce"
        )
        if chosen.email:
            sign_in(context.new_page(), chosen.email, chosen.password)
        seen = list[int]()
        for address, problems in audit(context, chosen.start):
            seen.append(len(problems))
            say(f"{address}: {len(problems) or 'nothing'}", *(f"    {each}" for each in problems))
        browser.close()
    say(f"{len(seen)} pages, {sum(seen)} findings")
    sys.exit(any(seen))


def say(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in, in whatever language, and close the notice about cookies."""
    page.goto("/login")
    page.locator("main input[name=email]").fill(email)
    page.locator("main input[name=password]").fill(password)
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.close()


def audit(context: BrowserContext, start: str) -> Iterator[tuple[str, list[str]]]:
    """Each page that is reached from the start, and what is wrong with it."""
    waiting, kinds = [start], Counter[str]()
    page = context.new_page()
    said = list[str]()
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    while waiting and kinds.total() < MOST:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kinds[kind] == EACH:
            continue
        kinds[kind] += 1
        said.clear()
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.request.get(address)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page.goto(address)
        waiting += links(page)
        yield address, [*problems_of(page), *said]


def kind_of(address: str) -> str:
    """The address without what differs from one thing to the next."""
    path, _, query = address.partition("?")
    names = sorted(pair.partition("=")[0] for pair in query.split("&"))
    return f"{IDS.sub('*', path)}?{'&'.join(names)}"


def links(page: Page) -> list[str]:
    """The addresses on this site that the page leads to, in their order."""
    hrefs = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"/\"]')].map((link) => link.getAttribute('href'))"
    )
    return [href.partition("#")[0] for href in dict.fromkeys(hrefs) if href.partition("#")[0]]


def problems_of(page: Page) -> list[str]:
    """What is wrong with the open page, each with the width at which it is."""
    problems = list[str]()
    page.emulate_media(color_scheme="light")
    unfold(page)
    page.evaluate(AXE.axe_script)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        cut = [each for each in page.evaluate(CUT) if not each.startswith(LONG_VALUE)]
        wrong = [*cut, *(f"touch: {pair}" for pair in page.evaluate(TOUCHING))]
        wrong += [f"uneven filter: {heights}" for heights in page.evaluate(HEIGHTS)]
        if width < 700:
            wrong += [f"small: {tag}" for tag in page.evaluate(SMALL)]
        if (width, height) == ENLARGED and (share := page.evaluate(BARS)) > 0.5:
            wrong.append(f"bars take {share:.0%} of the screen")
        if width in (320, 1280):
            wrong += violations(page, EVERYTHING)
        problems += [f"{width}: {each}" for each in wrong]
    page.emulate_media(color_scheme="dark")
    problems += [f"dark: {each}" for each in violations(page, CONTRAST)]
    return problems


if __name__ == "__main__":
    main()
