"""On a phone: somebody signs up by the form of a shop, with the code of a text."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import Shop, heading, texted

PHONE = {"width": 360, "height": 740}
NUMBER = "+48 601 340 201"


def test_somebody_signs_up_on_a_phone(open_browser: OpenBrowser, shop: Shop) -> None:
    owner = open_browser(viewport=PHONE, storage_state=shop.memory).page
    address = make_form(owner, shop)
    page = open_browser(viewport=PHONE).page
    page.goto(address)
    heading(page, "Bread at seven")
    page.get_by_label("Mobile number").fill(NUMBER.removeprefix("+48 "))
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Text me a code").click()
    heading(page, "Your code")
    page.get_by_label("Code from the text").fill(texted(page, NUMBER, r"\b(\d{6}) is the code"))
    page.get_by_role("button", name="Sign me up").click()
    heading(page, "You are signed up")
    owner.goto(shop.list_)
    expect(owner.get_by_role("main")).to_contain_text(NUMBER)


def make_form(page: Page, shop: Shop) -> str:
    """The owner makes a form for a list; returns its public address."""
    page.goto(shop.list_.replace("/lists/", "/sign-up-forms/of-list/"))
    heading(page, "New sign-up form")
    page.get_by_label("Title").first.fill("Bread at seven")
    page.get_by_label("The words that people agree to").first.fill("Yes, text me your offers.")
    page.get_by_role("button", name="Make the sign-up form").click()
    heading(page, "Bread at seven")
    return page.locator("#link").input_value()
