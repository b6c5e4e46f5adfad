"""The first top-ups of a shop: by card, by transfer, and the statement."""

import io
import re

from playwright.sync_api import Page, StorageState, expect
from pypdf import PdfReader

from tests.browser.conftest import OpenBrowser
from tests.browser.story import SEND, Trial, heading, paste, register, review, write

COMPANY = {
    "Name": "Kawiarnia Pod Lipą",
    "Street and number": "ul. Długa 1",
    "Postcode": "00-001",
    "City": "Warszawa",
}


def test_a_shop_tops_up_by_card_and_by_transfer_and_reads_its_statement(
    open_browser: OpenBrowser, trial: Trial, operator: StorageState
) -> None:
    page = open_browser(elsewhere=trial.stripe).page
    register(page, "buyer@example.com", "+48 601 300 150")

    order_by_card(page)
    assert "Kawiarnia Pod Lipą" in invoice_of(page)

    reference = order_by_transfer(page)
    confirm(open_browser(storage_state=operator).page, reference)
    page.reload()
    expect(page.get_by_text("€25.50 came onto your balance")).to_be_visible()
    assert "25.50" in invoice_of(page)

    campaign(page)
    check_statement(page)


def order_by_card(page: Page) -> None:
    """The first top-up asks for the company details, the next page for the payment method."""
    page.get_by_role("navigation").get_by_role("link", name="Billing").first.click()
    page.get_by_role("main").get_by_role("link", name="Top up").first.click()
    page.get_by_role("button", name=re.compile(r"€50\.00")).click()
    heading(page, "Your company")
    for label, value in COMPANY.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Country").select_option(label="Poland")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Review the order")
    page.get_by_label("By card").check()
    page.get_by_role("button", name="Order and pay €59.50").click()
    page.get_by_role("link", name="Pay €59.50 by card").click()
    heading(page, "Pay")
    page.get_by_role("button", name="Pay 5950").click()
    expect(page.get_by_text("€50.00 came onto your balance")).to_be_visible()


def order_by_transfer(page: Page) -> str:
    """Order another amount; returns the reference of the transfer."""
    page.goto("/billing/top-up")
    page.get_by_label("Another amount").fill("25,50")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Review the order")
    page.get_by_label("By bank transfer").check()
    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    title = page.locator("h1")
    expect(title).to_have_text(re.compile(r"^Order PS-"))
    expect(page.get_by_text("DE89 3704 0044 0532 0130 00")).to_be_visible()
    return title.inner_text().removeprefix("Order ")


def confirm(page: Page, reference: str) -> None:
    """The admin finds the order by its reference, and books the payment."""
    page.goto("/admin/top-ups")
    page.get_by_role("searchbox").fill(reference.lower().replace("-", " "))
    page.get_by_role("button", name="Find").click()
    found = page.get_by_role("main").get_by_role("listitem").filter(has_text=reference)
    found.get_by_role("link").click()
    page.get_by_label("Amount").fill("30,35")
    page.get_by_label("Bank reference").fill("2026/112/7")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("main")).to_contain_text("Paid")


def invoice_of(page: Page) -> str:
    """Download the invoice of the open order; returns its text."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the invoice").click()
    content = waiting.value.path().read_bytes()
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    assert re.search(r"TEST-INV/20\d\d/00000\d", text), text
    return text


def campaign(page: Page) -> None:
    """Send two texts to recipients with consent."""
    paste(page, "601 300 251, Ola\n601 300 252, Jan", "Guests")
    write(page, "Fresh bread from seven", to="Guests")
    review(page)
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("main")).to_contain_text("Finished")


def check_statement(page: Page) -> None:
    """The statement shows the campaign in one row, which leads to its countries and parts."""
    main = page.get_by_role("main")
    row = main.get_by_role("listitem").filter(has_text="Fresh bread from seven")
    country = main.get_by_role("listitem").filter(has_text="Poland")
    page.goto("/billing")
    for text in ("€50.00", "€25.50"):
        expect(main).to_contain_text(text)
    row.get_by_role("link").click()
    heading(page, "Fresh bread from seven")
    expect(country).to_contain_text(re.compile(r"Accepted\s*2"))
