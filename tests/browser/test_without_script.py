"""The main steps work in a browser without script."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import PASSWORD, SEND, heading, paste, register, review, sign_in, write

EMAIL, PHONE = "plain@example.com", "+48 601 300 120"


def test_a_campaign_without_script(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).page
    register(page, EMAIL, PHONE)
    page.get_by_role("button", name="Sign out").first.click()
    heading(page, "Sign in")
    sign_in(page, EMAIL, PASSWORD)
    heading(page, "Three steps to your first campaign")

    paste(page, "601 300 211, Ola\n601 300 212, Jan", "Regulars")
    write(page, "Hi {first_name|there}, 20% off “today”")
    page.get_by_role("button", name="Count again").click()
    heading(page, "Write a text")  # counting saves nothing
    writing = page.locator("form.composer")
    expect(writing).to_contain_text("of 70 characters")
    page.get_by_role("button", name="Next person").click()
    expect(writing).to_contain_text("As Jan gets it")
    page.get_by_role("button", name="Replace by plain ones").click()
    expect(writing).to_contain_text("of 160 characters")
    expect(page.get_by_label("Your text")).to_have_value('Hi {first_name|there}, 20% off "today"')
    review(page)
    page.get_by_role("button", name=SEND).click()
    delivered(page)
    sent_texts(page)


def delivered(page: Page) -> None:
    """Reload the report until all texts are delivered."""
    for _ in range(400):
        if "100% arrived." in page.locator("main").inner_text():
            page.reload()
            page.get_by_text("See each recipient").click()
            people = page.get_by_role("group").filter(has_text="See each recipient")
            expect(people.get_by_role("listitem").filter(has_text="Arrived")).to_have_count(2)
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def sent_texts(page: Page) -> None:
    page.goto("/phone?number=%2B48601300211")
    expect(page.locator("blockquote").filter(has_text='Hi Ola, 20% off "today"')).to_be_visible()
