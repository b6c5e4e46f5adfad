"""A campaign and an order by the keyboard alone: the focus is always seen, and never lost."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import PASSWORD, SEND, Shop, heading

# What is wrong with the focus: nothing has it, or nobody sees it.
WRONG = """() => {
  const tag = document.activeElement;
  if (!tag || tag === document.body) return "nothing has the focus";
  const parts = [tag, tag.closest("label, .chip, .field, .setting")].filter(Boolean);
  const seen = parts.some((part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return seen ? "" : `no outline: ${tag.outerHTML.slice(0, 120)}`;
}"""
FOCUSED = "(tag) => tag === document.activeElement"
MOST = 150


def go_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press the key until the control has the focus."""
    expect(target).to_be_visible()
    for _ in range(MOST):
        page.keyboard.press(key)
        if target.evaluate(FOCUSED):
            assert page.evaluate(WRONG) == ""
            return
    raise AssertionError(f"{target} is not reached by {key}")


def fill(page: Page, target: Locator, text: str) -> None:
    go_to(page, target)
    page.keyboard.type(text)


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    go_to(page, target)
    page.keyboard.press(key)


def button(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=name)


def test_a_campaign_and_an_order_by_the_keyboard(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser().page
    enter(page)
    import_customers(page)
    send(page)
    order(page)
    press(page, page.get_by_role("button", name="Sign out").first)
    heading(page, "Sign in")


def enter(page: Page) -> None:
    """The first stop of each page skips to the content."""
    page.goto("/login")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    fill(page, page.get_by_label("E-mail address"), "full@example.com")
    fill(page, page.get_by_label("Password", exact=True), PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out").first).to_be_attached()


def import_customers(page: Page) -> None:
    page.goto("/imports/paste")
    fill(page, page.get_by_label("Numbers"), "601 320 401, Ewa")
    press(page, page.get_by_label("Yes, they agreed"), "Space")
    fill(page, page.get_by_label("Where or how they agreed"), "Card at the till")
    fill(page, page.get_by_label("When they agreed"), "05012024")
    fill(page, page.get_by_label("Or on a new list, called"), "Keys")
    press(page, button(page, "Add these numbers"))
    expect(page.get_by_text("The import is finished.")).to_be_visible()


def send(page: Page) -> None:
    """A text with a pill to one list, and its report."""
    page.goto("/campaigns/new")
    page.wait_for_load_state()  # the script puts its box in the place of the field
    fill(page, page.get_by_label("Your text"), "By keys, ")
    press(page, page.get_by_role("button", name="First name", exact=True))
    expect(page.locator("textarea")).to_have_value("By keys, {first_name|there}")
    assert page.evaluate(WRONG) == ""
    everyone = page.get_by_role("checkbox", name="Everyone")
    go_to(page, everyone)
    if everyone.is_checked():
        page.keyboard.press("Space")
    press(page, page.get_by_role("checkbox", name="Keys"), "Space")
    review = page.get_by_role("button", name="Review before sending")
    go_to(page, review)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and text it to myself")).to_be_focused()
    page.keyboard.press("Tab")  # what ends the work comes before the footer
    expect(page.get_by_role("link", name="Privacy", exact=True)).to_be_focused()
    go_to(page, review, "Shift+Tab")
    page.keyboard.press("Enter")
    heading(page, "Review before sending")
    press(page, button(page, SEND))
    expect(page.get_by_role("main")).to_contain_text("Finished")
    expect(page.get_by_role("main")).to_contain_text("100% arrived.")
    press(page, page.locator("summary").filter(has_text="See each recipient"))
    expect(page.get_by_role("listitem").filter(has_text="601 320 401")).to_be_visible()
    assert page.evaluate(WRONG) == ""


def order(page: Page) -> None:
    page.goto("/billing/top-up")
    fill(page, page.get_by_label("Another amount"), "25,50")
    press(page, button(page, "Continue"))
    heading(page, "Your company")
    for label in ("Name", "Street and number", "Postcode", "City"):
        fill(page, page.get_by_label(label), "00-001")
    go_to(page, page.get_by_label("Country"))
    page.keyboard.type("Poland")
    press(page, button(page, "Continue"))
    heading(page, "Review the order")
    go_to(page, page.locator("[type=radio]:checked"))
    transfer = page.get_by_label("By bank transfer")
    for _ in range(page.locator("[type=radio]").count()):
        if not transfer.is_checked():
            page.keyboard.press("ArrowDown")
    expect(transfer).to_be_checked()
    press(page, button(page, re.compile("^Order and pay")))
    expect(page.locator("h1")).to_have_text(re.compile(r"^Order PS-"))
