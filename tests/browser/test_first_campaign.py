"""The first campaign of a shop, from the registration to the deletion of the account."""

import re
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import (
    PASSWORD,
    SEND,
    agree,
    answer_stop,
    heading,
    register,
    review,
    sign_in,
    write,
)

EMAIL, PHONE = "shop@example.com", "+48 601 300 100"
STYLED = "<style>p {color: blue}</style><p style='color: red'>{City} <b style='top: 0'>x</b></p>"
COPY = """(words) => addEventListener("copy", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const [kind, data] of Object.entries(words)) event.clipboardData.setData(kind, data);
}, { capture: true, once: true })"""
CUSTOMERS = """Komórka;Imię;Miasto
601 300 201;Ola;Łódź
601 300 202;Jan;Kraków
601 300 203;;Gdynia
601 30;Ewa;Sopot
"""


def test_a_shop_registers_sends_its_first_campaign_and_deletes_its_account(
    open_browser: OpenBrowser, tmp_path: Path
) -> None:
    page = open_browser().page
    register(page, EMAIL, PHONE)
    expect(page.get_by_text("Three steps to your first campaign")).to_be_visible()

    import_customers(page, tmp_path)
    campaign = send(page)
    wait_until_delivered(page)

    answer_stop(page, "+48601300201", "Hi Ola, 20% off")
    see_opted_out(page, campaign)

    delete_account(page)
    sign_in(page, EMAIL, PASSWORD)
    expect(page.get_by_text("do not belong together").first).to_be_visible()


def import_customers(page: Page, folder: Path) -> None:
    file = folder / "customers.csv"
    file.write_text(CUSTOMERS)
    page.goto("/imports/new")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    heading(page, "What do the columns mean?")
    chosen = page.get_by_role("combobox", name=re.compile("^Column"))
    assert [box.input_value() for box in chosen.all()] == ["phone", "first_name", "city"]
    expect(page.get_by_text("3 recipients will be added, 1 row will be refused.")).to_be_visible()
    agree(page)
    page.get_by_label("Or on a new list, called").fill("Regulars")
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("The import is finished.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 row needs a look")).to_be_visible()


def send(page: Page) -> str:
    """Write, watch the price, review, send; returns the address of the report."""
    write(page, "Hi {first_name|there}, 20% off", to="Regulars")
    writing = page.locator("form.composer")
    expect(writing).to_contain_text("Hi Ola, 20% off")
    expect(writing).to_contain_text(re.compile(r"of 160 characters · €0\.03 each at home"))
    total = page.locator(".actionbar .total")
    expect(total).to_contain_text(re.compile(r"people · 1 text each · about €0\.\d\d"))
    expect(page.get_by_text(re.compile(r"Saved at \d\d:\d\d"))).to_be_visible()
    page.get_by_label("Your text").fill("Hi {first_name|there}, 20% off” " + "x" * 70)
    expect(total).to_contain_text("2 texts each")
    expect(writing.locator("mark")).to_have_text("”")
    page.get_by_label("Your text").fill("Hi {first_name|there}, 20% off")
    expect(writing.locator("mark")).to_have_count(0)
    write_with_pills(page)
    with page.expect_request(
        lambda request: request.method == "POST" and "edit" in request.url
    ) as sent:
        review(page)
    (text,) = parse_qs(sent.value.post_data or "")["text"]
    assert text == "Hi {first_name|there}, 20% off\r\n\r\n🎉  {last_name}{city}"
    for text in ("Hi Ola, 20% off", "Hi Jan, 20% off", "Hi there, 20% off"):
        expect(page.locator("blockquote").filter(has_text=text)).to_be_visible()
    page.get_by_role("button", name=SEND).click()
    heading(page, "Hi First name, 20% off")
    return page.url


def write_with_pills(page: Page) -> None:
    """Change the text by keys, paste and pills; it ends with two of them."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box, keys, field = page.get_by_label("Your text"), page.keyboard, page.locator("textarea")
    pills = box.get_by_role("button")
    assert "{" not in box.inner_text()
    expect(pills).to_have_text(["First name or “there”"])

    for key in ("End", "Enter", "Enter"):
        box.press(key)
    keys.insert_text("🎉  ")
    page.get_by_role("button", name="Last name", exact=True).click()
    text = "Hi {first_name|there}, 20% off\n\n🎉  {last_name}"
    expect(field).to_have_value(text)
    # As a word processor copies it. Its look must not reach the page, whose policy forbids it.
    page.evaluate(COPY, {"text/plain": "{City}\r\n{{x}} <b>", "text/html": STYLED})
    box.press("Control+c")
    box.press("Control+v")
    expect(field).to_have_value(text + "{City}\n{{x}} <b>")
    box.press("Control+z")
    expect(field).to_have_value(text)
    box.press("Control+y")
    for _ in range(len("\n{{x}} <b>")):
        box.press("Backspace")
    expect(pills).to_have_text(["First name or “there”", "Last name", "City"])
    box.press("ArrowLeft")
    keys.insert_text("-")  # between two pills
    expect(field).to_have_value(text + "-{City}")
    box.press("Backspace")
    box.press("Backspace")  # a pill goes as a whole
    expect(field).to_have_value(text.replace("{last_name}", "{City}"))
    box.press("Control+a")
    box.press("Control+x")
    expect(field).to_have_value("")
    box.press("Control+v")

    pills.first.press("Enter")
    word = page.get_by_label("People without this detail read")
    word.fill("friend")
    expect(field).to_have_value(re.compile(r"^Hi \{first_name\|friend\}, "))
    word.fill("there")
    word.press("Enter")
    keys.insert_text("!")
    expect(field).to_have_value(re.compile(r"^Hi \{first_name\|there\}!, 20% off\n\n🎉  \{City\}$"))
    box.press("Backspace")
    pills.last.press("Delete")
    keys.insert_text("{last_name}{city}")
    expect(pills).to_have_text(["First name or “there”", "Last name", "City"])


def wait_until_delivered(page: Page) -> None:
    """The report refreshes itself until all texts are delivered."""
    live = page.get_by_role("main")
    expect(live).to_contain_text("100% arrived.")
    expect(live).to_contain_text(re.compile(r"\b3\s*arrived"))
    expect(live).to_contain_text("Finished")


def see_opted_out(page: Page, campaign: str) -> None:
    row = page.get_by_role("listitem").filter(has_text="601 300 201")
    for _ in range(400):
        page.goto("/recipients/opt-outs")
        if row.count():
            break
        page.wait_for_timeout(250)
    expect(row).to_be_visible()
    page.goto(campaign)
    page.get_by_role("button", name="Use again as a new draft").click()
    review(page)
    expect(page.locator("dl div").filter(has_text="opted out of your texts")).to_contain_text("1")
    expect(page.get_by_role("button", name=SEND)).to_contain_text("Send 2 texts")


def delete_account(page: Page) -> None:
    page.goto("/settings")
    page.get_by_role("link", name="Delete the account…").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Delete the account and everything in it, for good").check()
    page.get_by_role("button", name="Delete").click()
    heading(page, "Your account is being deleted")
