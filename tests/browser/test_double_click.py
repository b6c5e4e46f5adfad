"""Repeated clicks: a campaign is launched only once."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import SEND, Shop, heading, review, write

ALREADY = "This campaign is already on its way. Nothing was sent twice."


def open_review(page: Page, name: str) -> None:
    """Go to the review of a new campaign."""
    write(page, f"{name}: 20% off")
    page.locator("summary").filter(has_text="the beginning of the text").click()
    page.get_by_label("Name of the campaign").fill(name)
    review(page)


def launched_once(page: Page, name: str) -> None:
    """There is one campaign of this name, paid once."""
    page.goto("/campaigns")
    expect(page.get_by_role("listitem").filter(has_text=name)).to_have_count(1)
    row = page.get_by_role("listitem").filter(has_text=name)
    for _ in range(400):  # a worker sets the money aside
        page.goto("/billing")
        if row.count():
            break
        page.wait_for_timeout(250)
    expect(row).to_have_count(1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_double_click_launches_once(open_browser: OpenBrowser, shop: Shop, script: bool) -> None:
    page = open_browser(storage_state=shop.memory, java_script_enabled=script).page
    name = f"Twice {script}"
    open_review(page, name)
    page.get_by_role("button", name=SEND).dblclick()
    heading(page, name)
    launched_once(page, name)


def test_going_back_after_sending_leads_to_the_report(
    open_browser: OpenBrowser, shop: Shop
) -> None:
    page = open_browser(storage_state=shop.memory).page
    open_review(page, "Back again")
    page.get_by_role("button", name=SEND).click()
    heading(page, "Back again")
    page.go_back()
    heading(page, "Back again")
    expect(page.get_by_role("button", name=SEND)).to_have_count(0)


def test_sending_again_from_another_window_says_that_it_was_sent(
    open_browser: OpenBrowser, shop: Shop
) -> None:
    window = open_browser(storage_state=shop.memory)
    open_review(window.page, "Two windows")
    second_page = window.context.new_page()
    second_page.goto(window.page.url)
    for page in (window.page, second_page):
        page.get_by_role("button", name=SEND).click()
        heading(page, "Two windows")
    expect(second_page.get_by_text(ALREADY)).to_be_visible()
    launched_once(second_page, "Two windows")


def test_a_double_click_answers_once_and_the_page_says_what_becomes_of_it(
    open_browser: OpenBrowser, shop: Shop
) -> None:
    page = open_browser(storage_state=shop.memory).page
    page.goto("/recipients")
    page.get_by_role("main").get_by_role("link", name="Ola").first.click()
    heading(page, "Ola")
    text = "Yes, until six"
    page.get_by_label("Your text").press_sequentially(text)
    page.get_by_role("button", name="Send for €0.03").dblclick()
    bubble = page.locator(".bubble.mine").filter(has_text=text)
    expect(bubble).to_contain_text("Arrived")
    expect(bubble).to_have_count(1)
