"""A real installation and a real Chromium, whose errors are checked after each test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from promosms.web.cookies import PHONE
from tests.browser.checked_window import SECONDS, CheckedWindow
from tests.browser.story import Operator, Shop, Trial, join, open_shop
from tests.cards.running import stripe_server

# The first one has no windows: a new context takes a third of the processor that others need.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# The first two are pages that Chromium loads with each new window, for the list under its address
# bar: they take more of the processor than pages of ours. The flag replaces that of Playwright, so
# what Playwright switches off follows.
FEATURES = [
    *("WebUIOmniboxAimPopup", "WebUIOmniboxPopup"),
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades"),
    *("LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"),
    *("PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
]
FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with its sandbox, for example in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES)}",
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run all these tests in one process, because they share an installation.

    The marker is set here, because xdist may read the groups before the collection ends.
    """
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def trial() -> Iterator[Trial]:
    """An installation started as by `scripts/run`, with quick receipts."""
    folder = Path(tempfile.mkdtemp(prefix="ps-br-"))
    trial = Trial(folder)
    with stripe_server() as trial.stripe:
        try:
            trial.begin()
            yield trial
            code = trial.stop()
        finally:
            trial.kill()
    shutil.rmtree(folder, ignore_errors=True)
    assert code == 0


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The Chromium of the system."""
    executable = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if executable is None:
        pytest.fail("Chromium is missing: install it (Debian: apt-get install chromium).")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


OpenBrowser = Callable[..., CheckedWindow]


@pytest.fixture
def open_browser(trial: Trial, chromium: Browser, phone: list[Any]) -> Iterator[OpenBrowser]:
    """Open windows of new browser contexts; at the end none may have recorded a problem.

    The simulated phone is open in them.
    """
    opened: list[CheckedWindow] = []

    def open_window(**options: object) -> CheckedWindow:
        opened.append(CheckedWindow(chromium, trial.url, **options))
        opened[-1].context.add_cookies(phone)
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()
    for window in opened:
        assert window.problems == []


@pytest.fixture(scope="package")
def phone(trial: Trial, chromium: Browser) -> list[Any]:
    """The cookie of a browser that has opened the simulated phone with the printed link."""
    window = CheckedWindow(chromium, trial.url)
    window.page.goto("/phone")
    expect(window.page.locator("h1")).to_have_text("The simulated phone is closed")
    window.page.goto(trial.phone_link())
    expect(window.page.locator("h1")).to_have_text("Simulated phone")
    kept = [c for c in window.context.cookies() if c.get("name") == PHONE.name]
    window.close()
    return kept


@pytest.fixture(scope="package")
def shop(trial: Trial, chromium: Browser, phone: list[Any]) -> Shop:
    """A shop with recipients, lists and campaigns, whose owner is signed in."""
    window = CheckedWindow(chromium, trial.url)
    window.context.add_cookies(phone)
    shop = open_shop(window.page)
    assert window.problems == []
    window.close()
    return shop


@pytest.fixture(scope="package")
def operator(trial: Trial, chromium: Browser) -> Operator:
    """The admin of the installation, who has joined."""
    window = CheckedWindow(chromium, trial.url)
    admin = join(window.page, trial.invitation)
    assert window.problems == []
    window.close()
    return admin
