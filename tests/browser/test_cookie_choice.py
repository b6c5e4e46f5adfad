"""The question about optional cookies, as a browser and a person meet it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from promosms.web import cookies
from tests.browser.site import Site, opened
from tests.browser.test_accessibility import check
from tests.browser.witness import Witness
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
    with opened(redis_url) as made:
        override(made.app, optional_cookies=OPTIONAL)
        yield made


def visit(site: Site, chromium: Browser, **options: Any) -> Witness:
    """A visitor; where the operator's own script would be, there is one."""
    witness = site.open(chromium, **options)
    witness.context.route(
        f"**{SCRIPT}", lambda route: route.fulfill(body=COUNT, content_type="text/javascript")
    )
    return witness


def jar(witness: Witness) -> set[str]:
    return {str(cookie.get("name")) for cookie in witness.context.cookies()}


def question(page: Page) -> Any:
    return page.get_by_role("region", name="Cookies")


def test_before_the_answer_only_necessary_cookies_are_there(site: Site, chromium: Browser) -> None:
    witness = visit(site, chromium)
    for address in ("/", "/privacy", "/register"):
        witness.page.goto(address)
        expect(question(witness.page)).to_be_visible()
    assert jar(witness) <= NECESSARY
    assert witness.page.locator(f"script[src='{SCRIPT}']").count() == 0
    assert witness.page.locator("input[type=checkbox]").count() == 0
    witness.close()
    assert witness.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_one_click_rejects_and_nothing_optional_comes(
    site: Site, chromium: Browser, script: bool
) -> None:
    witness = visit(site, chromium, java_script_enabled=script)
    witness.page.goto("/terms")
    before = jar(witness)
    question(witness.page).get_by_role("button", name="Reject").click()
    expect(question(witness.page)).to_have_count(0)
    expect(witness.page.get_by_role("status")).to_contain_text("Only the necessary cookies")
    assert witness.page.url.endswith("/terms#said")
    assert jar(witness) - before == {cookies.NOTICE.name}
    witness.page.goto("/privacy")
    expect(question(witness.page)).to_have_count(0)
    assert jar(witness) <= NECESSARY
    witness.close()
    assert witness.complaints == []


def test_one_click_accepts_and_two_withdraw_from_any_page(site: Site, chromium: Browser) -> None:
    witness = visit(site, chromium)
    page = witness.page
    page.goto("/terms")
    question(page).get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.locator("#said")).to_be_focused()
    page.goto("/login")
    assert jar(witness) - NECESSARY == {"_visits"}
    page.get_by_role("link", name="Cookie settings").click()
    expect(page.get_by_text("You have accepted", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Reject").click()
    expect(page.get_by_text("You have rejected", exact=True)).to_be_visible()
    assert jar(witness) <= NECESSARY
    page.goto("/")
    assert page.locator(f"script[src='{SCRIPT}']").count() == 0
    witness.close()
    assert witness.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_both_answers_look_the_same_and_rejecting_comes_first(
    site: Site, chromium: Browser, width: int, scheme: str
) -> None:
    viewport = {"width": width, "height": 700}
    witness = visit(site, chromium, viewport=viewport, color_scheme=scheme)
    page = witness.page
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
    witness.close()
    assert witness.complaints == []


def test_a_browser_that_refuses_everywhere_is_not_asked(site: Site, chromium: Browser) -> None:
    witness = visit(site, chromium, extra_http_headers={"Sec-GPC": "1"})
    for address in ("/", "/terms", "/login"):
        witness.page.goto(address)
        expect(question(witness.page)).to_have_count(0)
    assert jar(witness) <= NECESSARY
    witness.page.get_by_role("link", name="Cookie settings").click()
    expect(witness.page.get_by_text("Global Privacy Control")).to_be_visible()
    expect(witness.page.get_by_role("main").get_by_role("button")).to_have_count(0)
    witness.close()
    assert witness.complaints == []


def test_it_is_accessible_before_and_after(site: Site, chromium: Browser) -> None:
    witness = visit(site, chromium)
    page = witness.page
    page.goto("/terms")
    found = check(page, "asked")
    question(page).get_by_role("button", name="Accept").click()
    found += check(page, "answered")
    page.goto("/cookies")
    found += check(page, "settings")
    witness.close()
    assert found + witness.complaints == []
