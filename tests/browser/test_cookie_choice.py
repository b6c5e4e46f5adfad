"""The question about optional cookies in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from promosms.web import cookies
from tests.browser.checked_window import CheckedWindow
from tests.browser.site import Site, running_site
from tests.browser.test_accessibility import check
from tests.support.settings import override

SCRIPT = "/statistics/count.js"
OPTIONAL = {
    "statistics": {
        "title": {"en": "Statistics", "pl": "Statystyka"},
        "purpose": {"en": "Counts visits, on our own server.", "pl": "Liczy wizyty, u nas."},
        "script": SCRIPT,
        "cookies": {"_visits": 30},
    }
}
COUNT = 'document.cookie = "_visits=1; Secure; path=/; max-age=2592000";'
NECESSARY = {cookie.name for cookie in cookies.REGISTRY}
LOOK = """(button) => {
  const style = getComputedStyle(button), box = button.getBoundingClientRect();
  const names = ["fontFamily", "fontSize", "fontWeight", "color", "backgroundColor", "borderColor",
    "borderWidth", "borderStyle", "borderRadius", "padding", "textDecorationLine", "opacity"];
  return [...names.map((name) => style[name]), box.height];
}"""


@pytest.fixture(scope="module")
def site(redis_url: str) -> Iterator[Site]:
    with running_site(redis_url) as site:
        override(site.app, optional_cookies=OPTIONAL)
        yield site


def visit(site: Site, chromium: Browser, **options: Any) -> CheckedWindow:
    """The window of a visitor, with a sample script of the operator."""
    window = site.open(chromium, **options)
    window.context.route(
        f"**{SCRIPT}", lambda route: route.fulfill(body=COUNT, content_type="text/javascript")
    )
    return window


def jar(window: CheckedWindow) -> set[str]:
    return {str(cookie.get("name")) for cookie in window.context.cookies()}


def question(page: Page) -> Any:
    return page.get_by_role("region", name="Cookies")


def test_before_the_answer_there_are_only_necessary_cookies(site: Site, chromium: Browser) -> None:
    window = visit(site, chromium)
    for address in ("/", "/privacy", "/register"):
        window.page.goto(address)
        expect(question(window.page)).to_be_visible()
    assert jar(window) <= NECESSARY
    assert window.page.locator(f"script[src='{SCRIPT}']").count() == 0
    assert window.page.locator("input[type=checkbox]").count() == 0
    window.close()
    assert window.problems == []


@pytest.mark.parametrize("script", [True, False])
def test_one_click_rejects_all_optional_cookies(
    site: Site, chromium: Browser, script: bool
) -> None:
    window = visit(site, chromium, java_script_enabled=script)
    window.page.goto("/terms")
    before = jar(window)
    question(window.page).get_by_role("button", name="Reject").click()
    expect(question(window.page)).to_have_count(0)
    expect(window.page.get_by_role("status")).to_contain_text("Only the necessary cookies")
    assert window.page.url.endswith("/terms#said")
    assert jar(window) - before == {cookies.NOTICE.name}
    window.page.goto("/privacy")
    expect(question(window.page)).to_have_count(0)
    assert jar(window) <= NECESSARY
    window.close()
    assert window.problems == []


def test_one_click_accepts_and_two_withdraw_from_any_page(site: Site, chromium: Browser) -> None:
    window = visit(site, chromium)
    page = window.page
    page.goto("/terms")
    question(page).get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.locator("#said")).to_be_focused()
    page.goto("/login")
    assert jar(window) - NECESSARY == {"_visits"}
    page.get_by_role("link", name="Cookie settings").click()
    expect(page.get_by_text("You have accepted", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Reject").click()
    expect(page.get_by_text("You have rejected", exact=True)).to_be_visible()
    assert jar(window) <= NECESSARY
    page.goto("/")
    assert page.locator(f"script[src='{SCRIPT}']").count() == 0
    window.close()
    assert window.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_both_buttons_look_the_same_and_rejecting_comes_first(
    site: Site, chromium: Browser, width: int, scheme: str
) -> None:
    viewport = {"width": width, "height": 700}
    window = visit(site, chromium, viewport=viewport, color_scheme=scheme)
    page = window.page
    page.goto("/terms")
    buttons = question(page).get_by_role("button")
    looks = [buttons.nth(n).evaluate(LOOK) for n in range(2)]
    assert looks[0] == looks[1]
    assert looks[0][-1] >= 24
    boxes = [buttons.nth(n).bounding_box() for n in range(2)]
    assert all(box and box["width"] >= 24 and box["x"] + box["width"] <= width for box in boxes)
    reached = []
    while len(reached) < 2:
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.value")
        if name in ("accept", "reject"):
            reached.append(name)
    assert reached == ["reject", "accept"]
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('section.cookies') === null")
    window.close()
    assert window.problems == []


def test_with_global_privacy_control_nothing_is_asked(site: Site, chromium: Browser) -> None:
    window = visit(site, chromium, extra_http_headers={"Sec-GPC": "1"})
    for address in ("/", "/terms", "/login"):
        window.page.goto(address)
        expect(question(window.page)).to_have_count(0)
    assert jar(window) <= NECESSARY
    window.page.get_by_role("link", name="Cookie settings").click()
    expect(window.page.get_by_text("Global Privacy Control")).to_be_visible()
    expect(window.page.get_by_role("main").get_by_role("button")).to_have_count(0)
    window.close()
    assert window.problems == []


def test_it_is_accessible_before_and_after(site: Site, chromium: Browser) -> None:
    window = visit(site, chromium)
    page = window.page
    page.goto("/terms")
    problems = check(page, "asked")
    question(page).get_by_role("button", name="Accept").click()
    problems += check(page, "answered")
    page.goto("/cookies")
    problems += check(page, "settings")
    window.close()
    assert problems + window.problems == []
