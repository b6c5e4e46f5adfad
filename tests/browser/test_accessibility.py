"""Accessibility of every page: axe, light and dark, narrow and wide, and the keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import (
    Operator,
    Shop,
    agree,
    heading,
    register,
    sign_in_as_operator,
)

AXE = Axe()
WIDTHS = (320, 1280)  # the last one is the wide page
PUBLIC = ["/", "/privacy", "/cookies", "/terms", "/register", "/login", "/forgotten", "/phone"]
PUBLIC += ["/gone", "/leave", "/certificate", "/nowhere", "/register/gone", "/forgotten/gone"]
PUBLIC += ["/privacy/promises", "/privacy/versions", "/prices", "/help/delivery"]
PUBLIC += ["/api", "/api/reference", "/api/reference/messages", "/api/errors"]
EMPTY = [
    "/dashboard", "/recipients", "/recipients/opt-outs", "/recipients/replies", "/lists",
    "/imports", "/campaigns", "/campaigns/new", "/billing", "/settings/leave",
]  # fmt: skip
FULL = [
    *EMPTY, "/recipients/add", "/recipients/field-names", "/imports/new", "/imports/paste",
    "/billing/prices", "/settings", "/password/change",
]  # fmt: skip
ADMINS = [
    *("/admin", "/admin/accounts", "/admin/audit", "/admin/gateways", "/admin/gateways/Simulator"),
    *("/admin/admins/invite", "/admin/add-gateway", "/admin/add-gateway/android"),
    *("/admin/routes", "/admin/routes/standard", "/admin/routes/standard/prices"),
]
# Controls below each other without a space between them.
TOUCHING = """() => {
  const inputs = "input:not([type=hidden], [type=checkbox], [type=radio])";
  const boxes = [...document.querySelectorAll(`main :is(.button, ${inputs}, select, textarea)`)]
    .filter((tag) => tag.checkVisibility() && !tag.closest(".password"))
    .map((tag) => [tag, tag.getBoundingClientRect()]);
  return boxes.flatMap(([tag, one]) => boxes
    .filter(([, other]) => Math.abs(other.top - one.bottom) < 4
      && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 8)
    .map(([other]) => `${tag.outerHTML.slice(0, 60)} / ${other.outerHTML.slice(0, 60)}`));
}"""
# Dark colours change only the contrast; all other rules are checked in light colours. Colours do
# not depend on the width: dark ones are checked on the wide page, and in the open menu of a phone.
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
CONTRAST: dict[str, Any] = {**EVERYTHING, "runOnly": ["color-contrast"]}


def check(page: Page, where: str) -> list[str]:
    """The accessibility problems of the open page."""
    problems = []
    page.evaluate(AXE.axe_script)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        problems += [f"{where} {width} light: {wrong}" for wrong in violations(page, EVERYTHING)]
        if wide := too_wide(page):
            problems.append(f"{where} {width}: wider than the screen: {wide}")
        problems += [f"{where} {width}: touch: {pair}" for pair in page.evaluate(TOUCHING)]
    page.emulate_media(color_scheme="dark")
    problems += [f"{where} dark: {wrong}" for wrong in violations(page, CONTRAST)]
    return problems


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """The violations found by axe: the rule, and the elements that break it."""
    results = page.evaluate(
        "options => axe.run(options).then((result) => result.violations)", options
    )
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in results]


def too_wide(page: Page) -> object:
    """The elements that make the page scroll horizontally."""
    return page.evaluate(
        """() => {
          const side = document.querySelector(".sidebar");
          if (side && side.scrollWidth > side.clientWidth) return ["what is in the sidebar"];
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("main *, header *, footer *")]
            .filter((tag) => tag.getBoundingClientRect().right > width && !tag.closest(".scroll"))
            .map((tag) => tag.outerHTML.slice(0, 100)).slice(0, 3);
        }"""
    )


def check_all(page: Page, addresses: list[str]) -> None:
    problems = []
    for address in addresses:
        response = page.goto(address)
        assert response is not None
        assert response.status < 500, address
        assert page.url.endswith(address), f"{address} led to {page.url}"
        problems += check(page, address)
    assert problems == []


def test_public_pages(open_browser: OpenBrowser) -> None:
    check_all(open_browser().page, PUBLIC)


def test_empty_pages(open_browser: OpenBrowser) -> None:
    page = open_browser().page
    register(page, "owner.of.an.empty.shop@example.com", "+48 601 300 130")
    check_all(page, ["/settings/two-steps/on", *EMPTY])


def test_full_pages(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser(storage_state=shop.memory).page
    shop_pages = [shop.import_, shop.finished, shop.draft, shop.list_, shop.recipient]
    more = [
        shop.draft.replace("/edit", "/review"),
        f"{shop.list_}/rename",
        f"{shop.list_}/delete",
        f"{shop.recipient}/delete",
        "/phone",
        "/phone?number=%2B48601320201",
    ]
    check_all(page, [*FULL, *shop_pages, *more])


def test_pages_of_the_admin(open_browser: OpenBrowser, operator: Operator, shop: Shop) -> None:
    page = open_browser().page
    sign_in_as_operator(page, operator)
    page.goto("/admin/accounts")
    account = page.get_by_role("listitem").filter(has_text="f•••@example.com").get_by_role("link")
    check_all(page, [*ADMINS, str(account.first.get_attribute("href"))])


def test_forms_with_errors(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser(storage_state=shop.memory).page
    page.goto("/recipients/add")
    page.get_by_label("Mobile number").fill("601")
    agree(page)
    page.get_by_label("Where or how they agreed").fill("")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    problems = check(page, "/recipients/add")
    page.goto("/campaigns/new")
    page.get_by_label("Your text").fill("Hi {nickname}")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody can fill in: nickname.")
    assert problems + check(page, "/campaigns/new") == []


def test_the_menu_of_a_phone(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser(storage_state=shop.memory, viewport={"width": 320, "height": 640}).page
    page.goto("/dashboard")
    page.get_by_text("Menu", exact=True).click()
    page.evaluate(AXE.axe_script)
    assert violations(page, EVERYTHING) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, CONTRAST) == []
    menu = page.get_by_role("navigation", name="Menu", exact=True)
    menu.get_by_role("link", name="Campaigns").click()
    heading(page, "Campaigns")


@pytest.mark.parametrize("address", ["/login", "/dashboard"])
def test_the_keyboard_skips_to_the_content(
    open_browser: OpenBrowser, shop: Shop, address: str
) -> None:
    memory = {} if address == "/login" else {"storage_state": shop.memory}
    page = open_browser(**memory).page
    page.goto(address)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main, footer') !== null")


def test_every_control_is_reached_by_the_keyboard(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser(storage_state=shop.memory).page
    for address in ("/dashboard", "/recipients", "/campaigns/new", shop.finished):
        page.goto(address)
        reached = set()
        for _ in range(200):
            page.keyboard.press("Tab")
            place = page.evaluate(FOCUSED)
            if place in reached or place is None:
                break
            reached.add(place)
        assert page.evaluate(UNREACHED, list(reached)) == [], address


FOCUSED = """() => {
  const all = [...document.querySelectorAll("*")];
  const place = all.indexOf(document.activeElement);
  return document.activeElement === document.body ? null : place;
}"""
UNREACHED = """(reached) => {
  const all = [...document.querySelectorAll("*")];
  const groups = new Set(reached.map((place) => all[place].type === "radio" && all[place].name));
  return all
    .filter((tag, place) => tag.matches("a[href], button, input, select, textarea, summary")
      && tag.checkVisibility({ visibilityProperty: true }) && !tag.disabled
      && tag.type !== "hidden" && !reached.includes(place)
      && !(tag.type === "radio" && groups.has(tag.name)))
    .map((tag) => tag.outerHTML.slice(0, 100));
}"""
