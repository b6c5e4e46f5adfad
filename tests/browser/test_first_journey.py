"""The first journey of a shop on a phone: from the first page to an invoice, in few presses.

Then a second top-up, by transfer, and the statement of all that.
"""

import io
import re
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import OpenBrowser
from tests.browser.presses import Presses
from tests.browser.story import (
    SEND,
    Operator,
    Trial,
    answer_stop,
    confirm_address,
    enter,
    heading,
    sign_in_as_operator,
)

EMAIL, PHONE = "walk@example.com", "+48 601 300 160"
CUSTOMERS = "Mobile;First name\n601 300 261;Ola\n601 300 262;Jan\n601 30;Ewa\n"
MOST = 30
PHONE_IN_A_HAND = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "no-preference",
}
COMPANY = {
    "Name": "Kawiarnia Pod Lipą",
    "Street and number": "ul. Długa 1",
    "Postcode": "00-001",
    "City": "Warszawa",
}


def test_from_the_first_page_to_an_invoice_in_thirty_presses(
    open_browser: OpenBrowser, trial: Trial, operator: Operator, tmp_path: Path
) -> None:
    window = open_browser(elsewhere=trial.stripe, **PHONE_IN_A_HAND)
    page, presses = window.page, Presses(window.context)
    page.goto("/")
    join(page)
    import_customers(page, tmp_path)
    send(page)
    answer_stop(open_browser().page, "+48601300261", "Fresh bread from seven")
    see_opted_out(page)
    order_by_card(page)
    assert "Kawiarnia Pod Lipą" in invoice_of(page)
    assert presses.count <= MOST

    reference = order_by_transfer(page)
    admin = open_browser().page
    sign_in_as_operator(admin, operator)
    confirm(admin, reference)
    page.reload()
    expect(page.get_by_text("€25.50 came onto your balance")).to_be_visible()
    assert "25.50" in invoice_of(page)
    check_statement(page)


def join(page: Page) -> None:
    page.get_by_role("link", name="Create an account").tap()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Mobile number").fill(PHONE)
    page.get_by_role("button", name="Register").tap()
    confirm_address(page, EMAIL)
    enter(page, PHONE)
    take_a_password(page)
    heading(page, "Three steps to your first campaign")


def take_a_password(page: Page) -> None:
    """One press takes the password that was made, and shows it; what is sent is what was seen."""
    field = page.get_by_label("New password")
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Use a password made for you").tap()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    taken = field.input_value()
    assert len(taken) > 12
    page.get_by_role("button", name="Hide").tap()
    expect(field).to_have_attribute("type", "password")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Set the password").tap()
    assert parse_qs(sent.value.post_data)["password"] == [taken]


def import_customers(page: Page, folder: Path) -> None:
    file = folder / "customers.csv"
    file.write_text(CUSTOMERS)
    main = page.get_by_role("main")
    main.get_by_role("link", name="Recipients").tap()
    main.get_by_role("link", name=re.compile("file")).first.tap()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").tap()
    heading(page, "What do the columns mean?")
    page.get_by_text("Yes, they agreed").tap()
    page.get_by_label("Where or how they agreed").fill("Card at the till")
    page.get_by_label("When they agreed").fill("2024-05-01")
    page.get_by_role("button", name="Start the import").tap()
    expect(page.get_by_text("The import is finished.")).to_be_visible()


def send(page: Page) -> None:
    page.get_by_role("link", name="Write to them").tap()
    heading(page, "Write a text")
    page.wait_for_load_state()  # the script puts its box in the place of the field
    page.get_by_label("Your text").fill("Fresh bread from seven")
    page.get_by_role("button", name="Review before sending").tap()
    heading(page, "Review before sending")
    page.get_by_role("button", name=SEND).tap()
    expect(page.get_by_role("main")).to_contain_text("Finished")


def see_opted_out(page: Page) -> None:
    """The report says it."""
    said = page.get_by_role("main").get_by_text("1 person wants no more texts.")
    for _ in range(400):
        page.reload()
        if said.count():
            break
        page.wait_for_timeout(250)
    expect(said.first).to_be_visible()
    page.get_by_role("link", name="Home").tap()


def order_by_card(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Top up").first.tap()
    page.get_by_role("button", name=re.compile(r"€50\.00")).tap()
    heading(page, "Your company")
    for label, value in COMPANY.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Country").select_option(label="Poland")
    page.get_by_role("button", name="Continue").tap()
    heading(page, "Review the order")
    page.get_by_label("By card").tap()
    page.get_by_role("button", name=re.compile("^Order and pay")).tap()
    page.get_by_role("link", name=re.compile("^Pay .* by card")).tap()
    heading(page, "Pay")
    page.get_by_role("button", name="Pay 5950").tap()
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
        page.get_by_role("link", name="Download the invoice").tap()
    content = waiting.value.path().read_bytes()
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    assert re.search(r"TEST-INV/20\d\d/00000\d", text), text
    return text


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
