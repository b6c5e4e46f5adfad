"""On a phone: a campaign under a name with a link, an answer, and a campaign that is planned."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import (
    SEND,
    Operator,
    Shop,
    paste,
    reload_until,
    review,
    sign_in_as_operator,
    texted,
    write,
)

PHONE = {"width": 360, "height": 740}
OLA, ANN = "+48 601 350 201", "+44 7400 350 201"
REGULAR = "+48 601 320 201"  # of the shop, and called Ola too
LIST = "Two countries"
# A headless browser says so, and robots are not counted.
MOBILE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


def test_a_name_a_link_and_an_answer(
    open_browser: OpenBrowser, shop: Shop, operator: Operator
) -> None:
    owner = open_browser(viewport=PHONE, storage_state=shop.memory).page
    ask_for_name(owner)
    approve(open_browser().page, operator)
    paste(owner, f"{OLA}, Ola\n{ANN}, Ann", LIST)
    write(owner, "The new menu: kawa.pl/menu", to=LIST)
    choose_name(owner)
    owner.get_by_role("switch", name=re.compile("Shorten the address")).check()
    review(owner)
    expect(owner.get_by_role("main")).to_contain_text("Kawa Lipa")
    owner.get_by_role("button", name=SEND).click()
    expect(owner.get_by_role("main")).to_contain_text("Finished")
    report = owner.url
    link = texted(owner, OLA, r"menu: (https://\S+)")
    assert link.startswith(owner.url.partition("/campaigns")[0])
    open_link(open_browser, link)
    owner.goto(report)
    expect(owner.get_by_role("heading", name="1 person opened the link")).to_be_visible()
    write_back(owner)
    answer(owner)
    assert texted(owner, REGULAR, "(Until six)") == "Until six"


def ask_for_name(page: Page) -> None:
    page.goto("/senders")
    page.get_by_label("The name", exact=True).fill("Kawa Lipa")
    page.get_by_label("Whose name is it?").fill("Kawiarnia Pod Lipą")
    page.get_by_label("What will you send under it?").fill("Our offers, once a month.")
    page.get_by_role("button", name="Ask for this name").click()
    expect(page.get_by_role("article")).to_contain_text("The operator checks that it is yours.")


def approve(page: Page, operator: Operator) -> None:
    sign_in_as_operator(page, operator)
    page.goto("/admin/senders")
    page.get_by_role("main").get_by_role("link", name="Kawa Lipa").click()
    page.get_by_label("What shows that the name is theirs?").fill("The sign above the door")
    page.get_by_role("button", name="Approve it").click()
    expect(page.get_by_role("main")).to_contain_text("Kawa Lipa can be used now.")


def choose_name(page: Page) -> None:
    page.locator("summary").filter(has_text="From").click()
    page.get_by_role("radio", name=re.compile("Kawa Lipa")).check()
    expect(page.locator("[data-part=from]").first).to_have_text("Kawa Lipa")


def open_link(open_browser: OpenBrowser, link: str) -> None:
    """Open the link of the text as far as this installation: the page is somewhere else."""
    browser = open_browser(viewport=PHONE, user_agent=MOBILE).context
    answer = browser.request.get(link, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, "http://kawa.pl/menu")


def write_back(page: Page) -> None:
    """Somebody asks who got a text from a number: a name cannot be answered."""
    page.goto(f"/phone?number={REGULAR.replace('+', '%2B').replace(' ', '')}")
    page.get_by_label("Answer as this person").fill("Until when are you open?")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is on its way.")).to_be_visible()


def answer(page: Page) -> None:
    page.goto("/recipients/replies")
    question = page.get_by_role("main").get_by_role("link", name="Ola").first
    reload_until(page, question)
    question.click()
    expect(page.locator(".bubble").filter(has_text="Until when are you open?")).to_be_visible()
    page.get_by_label("Your text").fill("Until six")
    page.get_by_role("button", name=re.compile("^Send for")).click()
    expect(page.locator(".bubble.mine").last).to_contain_text("Until six")


def test_one_is_planned_for_tomorrow_by_two_clocks_and_moved(
    open_browser: OpenBrowser, shop: Shop
) -> None:
    page = open_browser(viewport=PHONE, storage_state=shop.memory).page
    tomorrow = datetime.now(ZoneInfo("Europe/Warsaw")).date() + timedelta(days=1)
    paste(page, "601 350 301, Jan\n+44 7400 350 301, Joe", "Both clocks")
    write(page, "Doors open at ten", to="Both clocks")
    page.locator("summary").filter(has_text="Start").click()
    page.get_by_label("Day").fill(tomorrow.isoformat())
    page.get_by_label("Time").fill("10:00")
    review(page)
    page.locator("summary").filter(has_text="How it leaves").click()
    page.get_by_label("On the clock of each person").check()
    page.get_by_role("button", name="Work it out").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("United Kingdom")
    page.get_by_role("button", name=re.compile("Schedule")).click()
    expect(main).to_contain_text("It starts on")
    expect(main).to_contain_text("10:00")
    page.locator("summary").filter(has_text="Move it").click()
    page.get_by_label("Time").fill("11:30")
    page.get_by_role("button", name="Move it").click()
    expect(main).to_contain_text("11:30")
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Cancel it").click()
    expect(main).to_contain_text("Cancelled")
