"""Pages on a slow phone: weight, largest paint, and how much of a page moves while it loads.

    scripts/run --demo
    python -m benchmarks.pages https://localhost:8443 "the password of the demo" [--times 5]

Each page is opened in a real Chromium with an empty cache, as by somebody who has never been
there: a screen of 360 by 740 px, a processor four times slower than this one, 1.6 Mbit/s down,
750 kbit/s up and 150 ms for each answer. The figures are medians: kilobytes on the line, requests,
the moment of the largest contentful paint, the cumulative layout shift.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from promosms.demo.account import EMAIL

PUBLIC = ("/", "/register", "/login", "/privacy")
OWN = (
    *("/dashboard", "/recipients", "/recipients/replies", "/lists", "/imports", "/campaigns"),
    *("/campaigns/new", "/billing", "/settings"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LINE: dict[str, Any] = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
WATCH = """
window.seen = { paint: 0, shift: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# After this time nothing that loads a page is left; live parts refresh themselves later.
CALM = 700


class Opened(NamedTuple):
    """What opening a page took: kilobytes, requests, milliseconds, share of the screen."""

    weight: float
    requests: int
    paint: float
    shift: float


def main() -> None:
    """Open every page some times and print the medians."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("url")
    arguments.add_argument("password")
    arguments.add_argument("--times", type=int, default=5)
    chosen = arguments.parse_args()
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        memory = signed_in(browser, chosen.url, chosen.password)
        say(f"{'page':24}{'kB':>8}{'requests':>10}{'paint ms':>10}{'shift':>8}")
        for address, state in pages(memory):
            runs = [open_page(browser, chosen.url, address, state) for _ in range(chosen.times)]
            middle = Opened(*(median(figures) for figures in zip(*runs, strict=True)))
            say(
                f"{address:24}{middle.weight:8.1f}{middle.requests:10.0f}{middle.paint:10.0f}"
                f"{middle.shift:8.3f}"
            )
        browser.close()


def say(line: str) -> None:
    """Print one line of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def pages(memory: StorageState) -> Iterator[tuple[str, StorageState | None]]:
    """Addresses, and the storage of the browser that opens each."""
    yield from ((address, None) for address in PUBLIC)
    yield from ((address, memory) for address in OWN)


def signed_in(browser: Browser, url: str, password: str) -> StorageState:
    """The storage of a browser in which the owner of the demo is signed in."""
    context = window(browser, url, None)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard")
    memory = context.storage_state()
    context.close()
    return memory


def window(browser: Browser, url: str, state: StorageState | None) -> BrowserContext:
    """A new browser context: its cache is empty."""
    return browser.new_context(
        base_url=url,
        storage_state=state,
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        ignore_https_errors=True,
    )


def open_page(browser: Browser, url: str, address: str, state: StorageState | None) -> Opened:
    """Open one page on the slow phone, until nothing moves."""
    context = window(browser, url, state)
    context.add_init_script(WATCH)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    weights = list[float]()
    line.on("Network.loadingFinished", lambda ended: weights.append(ended["encodedDataLength"]))
    page.goto(address, wait_until="load")
    page.wait_for_timeout(CALM)
    seen = page.evaluate("window.seen")
    context.close()
    return Opened(sum(weights) / 1000, len(weights), seen["paint"], seen["shift"])


if __name__ == "__main__":
    main()
