"""On a phone: a campaign with many wrong numbers pauses itself, and its owner continues it."""

import re
from itertools import islice

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import SEND, Trial, heading, paste, register, reload_until, review, write

PHONE = {"width": 360, "height": 740}
EMAIL, OWNER = "old-list@example.com", "+48 601 300 171"
LIST, TEXT = "Old numbers", "Doors open at ten"
PEOPLE, BATCH = 150, 120
"""At least 100 results are looked at. The rest waits, so the campaign cannot end before that."""
WRONG = "00001", "00002"  # refused at once, and not delivered
STOPPED = re.compile(r"It has paused itself: (\d+) of the first (\d+) texts did not arrive\.")


def test_it_says_why_and_goes_on_when_its_owner_wants_that(
    trial: Trial, open_browser: OpenBrowser
) -> None:
    page = open_browser(viewport=PHONE).page
    register(page, EMAIL, OWNER)
    paste(page, old_numbers(), LIST)
    report = send_in_batches(page)
    see_why(page)
    assert open_from_email(page) == report
    page.get_by_role("button", name="Continue").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Being sent")
    trial.wait_for_tick()  # in which it is looked at again

    let_the_next_batch_come(trial, report)
    reload_until(page, main.get_by_text("50% arrived, 50% did not."))
    expect(main).to_contain_text("Finished")
    expect(main).not_to_contain_text("It has paused itself")


def old_numbers() -> str:
    """Each second number is wrong. They have no names, so that they differ in the number only."""
    prefixes = (f"{two}{last:02}" for two in ("60", "66", "69", "72") for last in range(100))
    wrong = islice(prefixes, PEOPLE // 2)
    return "\n".join(
        line
        for number, prefix in enumerate(wrong)
        for line in (f"{prefix}{WRONG[number % 2]}", f"601 37{number // 10} 5{number % 10}0")
    )


def send_in_batches(page: Page) -> str:
    """Send it in two batches, of which the second one waits; returns the address of the report."""
    write(page, TEXT, to=LIST)
    review(page)
    page.locator("summary").filter(has_text="How it leaves").click()
    page.get_by_label("In batches").check()
    page.get_by_label("People in a batch").fill(str(BATCH))
    page.get_by_label("Minutes until the next batch").fill("60")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("summary").filter(has_text="How it leaves")).to_contain_text("120")
    page.get_by_role("button", name=SEND).click()
    heading(page, TEXT)
    return page.url


def see_why(page: Page) -> None:
    """The report says it by itself, with the figures of this moment."""
    notice = page.get_by_role("status").filter(has_text="It has paused itself")
    expect(notice).to_contain_text("Nothing more is sent until you decide.")
    found = STOPPED.search(notice.inner_text())
    assert found is not None
    failed, results = int(found[1]), int(found[2])
    assert 100 <= results <= BATCH
    assert failed * 100 > results * 20
    expect(page.get_by_role("main")).to_contain_text("Paused")


def open_from_email(page: Page) -> str:
    """Read the e-mail, and follow its first link; returns the address to which it leads."""
    page.goto("/phone")
    row = page.get_by_role("listitem").filter(has_text=f"E-mail to {EMAIL}")
    row.get_by_role("link", name=f"“{TEXT}” has paused itself").click()
    article = page.get_by_role("article")
    expect(article).to_contain_text("texts did not arrive. Many numbers of the list may be old")
    article.get_by_role("link").first.click()
    heading(page, TEXT)
    return page.url


def let_the_next_batch_come(trial: Trial, report: str) -> None:
    """Forget when the first batch left, instead of waiting for an hour."""
    trial.store(
        "UPDATE campaigns SET held_until = NULL, pace_log = '[]' WHERE public_id = ?",
        report.rpartition("/")[2],
    )
