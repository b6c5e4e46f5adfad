"""Photographs of the pages, for the eye: each on a phone and on a desk, and all on contact sheets.

    scripts/run --demo
    python -m tests.browser.photographs FOLDER https://localhost:8443 "the password of the demo"

Writes a picture for each page, width and colour scheme, and a contact sheet for each width and
scheme. With --readme it writes only the four pictures of the README, with --topics those of the
help.
"""

import argparse
import base64
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from promosms.demo.account import EMAIL
from tests.browser import help_pictures
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_accessibility import FULL, PUBLIC

SIZES = ((360, 740), (1280, 900))
SCHEMES = ("light", "dark")
# Name, address (the oldest campaign for {campaign}: all its receipts have come), width and scheme.
README = (
    ("home", "/dashboard", 1280, "light"),
    ("writing", "/campaigns/new", 360, "light"),
    ("report", "{campaign}", 1280, "dark"),
    ("recipients", "/recipients", 360, "light"),
)


def main() -> None:
    """Read the arguments and take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("url")
    arguments.add_argument("password")
    arguments.add_argument("--readme", action="store_true")
    arguments.add_argument("--topics", action="store_true")
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    executable = next(path for name in CHROMIUM if (path := shutil.which(name)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        if chosen.topics:
            page = _open(browser, chosen.url, help_pictures.WIDTH, help_pictures.HEIGHT, "light", 2)
            _sign_in(page, chosen.password)
            help_pictures.take(page, chosen.folder)
            browser.close()
            return
        for width, height in SIZES:
            for scheme in SCHEMES:
                page = _open(browser, chosen.url, width, height, scheme)
                if chosen.readme:
                    _sign_in(page, chosen.password)
                    _for_readme(page, chosen.folder, width, scheme)
                else:
                    _all(browser, page, chosen.folder, chosen.password, f"{width}-{scheme}")
                page.context.close()
        browser.close()


def _open(browser: Browser, url: str, width: int, height: int, scheme: str, scale: int = 1) -> Page:
    context = browser.new_context(
        device_scale_factor=scale,
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        ignore_https_errors=True,
        reduced_motion="reduce",
    )
    return context.new_page()


def _sign_in(page: Page, password: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard")
    if page.get_by_role("button", name="Close").count():
        page.get_by_role("button", name="Close").first.click()  # the notice about cookies


def _for_readme(page: Page, folder: Path, width: int, scheme: str) -> None:
    for name, address, its_width, its_scheme in README:
        if (its_width, its_scheme) == (width, scheme):
            page.goto(address.format(campaign=_oldest(page)))
            if name == "writing":
                _write(page)
            page.screenshot(path=folder / f"{name}.png")


def _write(page: Page) -> None:
    page.get_by_role("checkbox", name="Everyone").check()
    page.get_by_label("Your text").fill(
        "Hi {first_name|there}, from this week we are open until 9 pm on Thursdays."
    )
    page.get_by_text("leaves when you send it").wait_for()


def _oldest(page: Page) -> str:
    page.goto("/campaigns")
    ended = page.locator("main .row").filter(has_text="Finished")
    return str(ended.last.locator("a.title").get_attribute("href"))


def _all(browser: Browser, page: Page, folder: Path, password: str, kind: str) -> None:
    pictures = [_take(page, folder, address, kind) for address in (*PUBLIC, "/design")]
    _sign_in(page, password)
    pictures += [_take(page, folder, address, kind) for address in (*FULL, _oldest(page))]
    _sheet(browser, folder / f"sheet-{kind}.png", pictures)


def _take(page: Page, folder: Path, address: str, kind: str) -> Path:
    page.goto(address)
    name = address.strip("/").replace("/", "_").partition("?")[0] or "first"
    path = folder / f"{name}-{kind}.png"
    page.screenshot(path=path, full_page=True)
    return path


def _sheet(browser: Browser, path: Path, pictures: list[Path]) -> None:
    """All pictures on one, small, in the order in which they were taken."""
    page = browser.new_page(viewport={"width": 1800, "height": 1000})
    encoded = (base64.b64encode(each.read_bytes()).decode() for each in pictures)
    shown = (f'<img width="290" src="data:image/png;base64,{data}">' for data in encoded)
    page.set_content(f"<main>{''.join(shown)}</main>")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.screenshot(path=path, full_page=True)
    page.close()


if __name__ == "__main__":
    main()
