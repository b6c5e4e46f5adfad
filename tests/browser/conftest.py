"""A real installation, a real Chromium, and somebody who listens for what it complains about."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests.browser.story import Shop, Trial, join, open_shop
from tests.browser.witness import SECONDS, Witness
from tests.cards.running import stripe_server

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with it, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """One process runs all of these, because there is one installation.

    Said at once: when all are collected the groups may have been read already.
    """
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def trial() -> Iterator[Trial]:
    """An installation as `scripts/run` starts it, with quick receipts."""
    folder = Path(tempfile.mkdtemp(prefix="ps-br-"))
    made = Trial(folder)
    with stripe_server() as made.stripe:
        made.begin()
        yield made
        code = made.stop()
        made.kill()
    shutil.rmtree(folder, ignore_errors=True)
    assert code == 0


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The Chromium of the system."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("Chromium is missing: install it (Debian: apt-get install chromium).")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


OpenBrowser = Callable[..., Witness]


@pytest.fixture
def open_browser(trial: Trial, chromium: Browser) -> Iterator[OpenBrowser]:
    """Open a browser without history; at the end nothing it did may have been out of order."""
    opened: list[Witness] = []

    def open_one(**options: object) -> Witness:
        opened.append(Witness(chromium, trial.url, **options))
        return opened[-1]

    yield open_one
    for witness in opened:
        witness.close()
    for witness in opened:
        assert witness.complaints == []


@pytest.fixture(scope="package")
def shop(trial: Trial, chromium: Browser) -> Shop:
    """A shop with recipients, lists and campaigns, whose owner is signed in."""
    witness = Witness(chromium, trial.url)
    made = open_shop(witness.page)
    assert witness.complaints == []
    witness.close()
    return made


@pytest.fixture(scope="package")
def operator(trial: Trial, chromium: Browser) -> StorageState:
    """The memory of the browser in which the admin of the installation is signed in."""
    witness = Witness(chromium, trial.url)
    join(witness.page, trial.invitation)
    memory = witness.context.storage_state()
    assert witness.complaints == []
    witness.close()
    return memory
