"""On a phone: an owner switches a birthday text on; on the day it leaves by itself, once."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import Trial, agree, heading, register, texted
from tests.running.installation import wait_for

PHONE = {"width": 360, "height": 740}
EMAIL, OWNER = "birthdays@example.com", "+48 601 300 170"
OLA, JAN = "+48 601 360 201", "+48 601 360 202"
ZONES = "Europe/Warsaw", "Asia/Tokyo", "America/Los_Angeles"
"""In one of them it is day, at whatever hour of the night the tests run."""
EVENING, MORNING = "20:00", "06:00"


def test_a_birthday_text_leaves_by_itself_once(trial: Trial, open_browser: OpenBrowser) -> None:
    page = open_browser(viewport=PHONE).page
    register(page, EMAIL, OWNER)
    zone = live_where_it_is_day(page)
    today = datetime.now(ZoneInfo(zone)).date()
    bring_birthdays(page, today)
    automation = switch_on(page)

    let_the_hour_come(trial, automation, zone)
    assert texted(page, OLA, r"All the best, (\w+)!") == "Ola"
    see_its_report(page, automation)

    let_the_hour_come(trial, automation, zone)  # once more on the same day
    see_that_it_was_all(page, automation)


def live_where_it_is_day(page: Page) -> str:
    """Choose a time zone in which it is about noon, so that the text may leave; returns it."""
    zone = min(ZONES, key=lambda name: abs(datetime.now(ZoneInfo(name)).hour - 12))
    page.goto("/settings")
    page.locator("summary").filter(has_text="Your business").click()
    page.get_by_label("Time zone").select_option(label=zone.replace("_", " "))
    page.get_by_role("button", name="Save your business").click()
    expect(page.get_by_text("Your business is saved.")).to_be_visible()
    return zone


def bring_birthdays(page: Page, today: date) -> None:
    """Import one who has a birthday today, and one who has it in ten days; 1992 had a 29 Feb."""
    later = today + timedelta(days=10)
    rows = f"Phone;First name;Birthday\n{OLA};Ola;1992-{today:%m-%d}\n{JAN};Jan;1992-{later:%m-%d}"
    page.goto("/imports/new")
    file = {"name": "birthdays.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    heading(page, "What do the columns mean?")
    agree(page)
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("The import is finished.")).to_be_visible()


def switch_on(page: Page) -> str:
    """Write the text, look at people and price, and switch it on; returns the address."""
    page.goto("/campaigns")
    page.get_by_role("main").get_by_role("link", name="Automations").click()
    page.get_by_role("link", name="Make the first one").click()
    page.get_by_role("link", name="Birthday").click()
    page.get_by_label("Your text").fill("All the best, {first_name}! A cake waits for you.")
    page.get_by_label("At what time").fill(EVENING)
    page.get_by_role("button", name="Save and review").click()
    heading(page, "Review before it goes by itself")
    main = page.get_by_role("main")
    expect(main).to_contain_text(
        "On the birthday, 20:00. In the next 30 days 2 texts would go, 1 of them today."
    )
    expect(main).to_contain_text(re.compile(r"A text costs at most\s*€0\.03"))
    expect(main).to_contain_text(re.compile(r"About a month\s*€0\.06"))
    expect(page.locator("blockquote").first).to_contain_text("All the best, Ola! A cake waits")
    page.get_by_role("button", name="Switch it on").click()
    expect(main).to_contain_text("It is on. From now on its texts go by themselves.")
    expect(main).to_contain_text("Nobody has got a text of it yet.")
    return page.url


def let_the_hour_come(trial: Trial, automation: str, zone: str) -> None:
    """Move its hour to this morning, instead of the clock to this evening, until it was seen."""
    morning = datetime.now(ZoneInfo(zone)).date(), time.fromisoformat(MORNING), ZoneInfo(zone)
    due = f"{datetime.combine(*morning).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    public_id = automation.rpartition("/")[2]
    hour = "UPDATE automations SET clock = ?, next_at = ? WHERE public_id = ?"
    trial.store(hour, MORNING, due, public_id)
    next_one = "SELECT next_at FROM automations WHERE public_id = ?"
    wait_for(lambda: trial.store(next_one, public_id) > due, trial.printed)


def see_its_report(page: Page, automation: str) -> None:
    """The day stands on the page of the automation, and leads to the report."""
    page.goto(automation)
    day = page.get_by_role("listitem").filter(has_text="1 person")
    day.get_by_role("link").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Finished")
    expect(main).to_contain_text("100% arrived.")
    expect(main).to_contain_text("As Ola got it.")


def see_that_it_was_all(page: Page, automation: str) -> None:
    page.goto(automation)
    expect(page.get_by_role("listitem").filter(has_text="1 person")).to_have_count(1)
    facts = page.locator("dl.facts").first
    expect(facts).to_contain_text(re.compile(r"People texted\s*1\s*Arrived\s*1\s"))
    page.goto("/campaigns")
    sent = page.get_by_role("main").get_by_role("link", name=re.compile("All the best|Birthday"))
    expect(sent).to_have_count(1)
    for number, texts in ((OLA, 1), (JAN, 0)):
        page.goto(f"/phone?number={number.replace('+', '%2B').replace(' ', '')}")
        expect(page.locator("blockquote")).to_have_count(texts)
