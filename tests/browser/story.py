"""The steps of the browser tests: what users do on the pages."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pyotp
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.running.installation import SECONDS, Installation, wait_for

ADMIN = "admin@example.com"
PASSWORD = "a lantern under four bridges"
SEND = re.compile(r"Send \d+ texts? for")
BEAT = "SELECT seen_at FROM workers WHERE name = 'tick'"


class Trial(Installation):
    """An installation with quick receipts and a quick tick, without rate limits."""

    invitation = ""
    stripe = ""

    def begin(self) -> None:
        """Start it, and store the invitation of its admin."""
        printed = self.start()
        self.invitation = re.findall(r"https://\S+/admin/join/\S+", printed)[0]

    @property
    def url(self) -> str:
        """Its URL."""
        return f"https://localhost:{self.port}"

    def store(self, statement: str, *values: str) -> str:
        """Run a statement in its database; returns the first value that it finds.

        Its clock cannot be moved, so what waits for a later time is moved to an earlier one.
        """
        file = self.folder / "promosms.sqlite3"
        with closing(sqlite3.connect(file, timeout=SECONDS)) as database, database:
            found = database.execute(statement, values).fetchone()
        return str(found[0]) if found else ""

    def wait_for_tick(self) -> None:
        """Wait until a whole round of the tick has passed: it notes the beginning of each."""
        for _ in range(2):
            self._wait_for_beat(self.store(BEAT))

    def _wait_for_beat(self, seen: str) -> None:
        wait_for(lambda: self.store(BEAT) != seen, self.printed)

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        quick = {
            "PROMOSMS_PUBLIC_URL": self.url,
            "PROMOSMS_SIMULATOR_RECEIPT_SECONDS": "0.3",
            "PROMOSMS_TICK_SECONDS": "2",
            "PROMOSMS_RATE_LIMITS": "no",
            "PROMOSMS_STRIPE_URL": self.stripe,
            "PROMOSMS_STRIPE_SECRET_KEY": "sk_test_0123456789",
            "PROMOSMS_STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests",
        }
        return super()._environment({**quick, **more})


@dataclass
class Shop:
    """The browser storage of its owner, and the URLs of its pages."""

    memory: StorageState
    import_: str
    finished: str
    draft: str
    list_: str
    recipient: str


@dataclass
class Operator:
    """The admin of the installation, and the recovery codes that are left."""

    recovery_codes: list[str]


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait for a page with this heading."""
    expect(page.locator("h1")).to_have_text(text)


def register(page: Page, email: str, phone: str) -> None:
    """Register, from the first page to the dashboard."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Create an account").first.click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Mobile number").fill(phone)
    page.get_by_role("button", name="Register").click()
    confirm_address(page, email)
    enter(page, phone)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    heading(page, "Three steps to your first campaign")


def confirm_address(page: Page, email: str) -> None:
    """Follow the link of the e-mail, from the page that says that it was sent."""
    heading(page, "Check your e-mail")
    page.get_by_role("link", name="Open the phone").click()
    row = page.get_by_role("listitem").filter(has_text=f"E-mail to {email}")
    row.get_by_role("link").first.click()
    page.get_by_role("article").get_by_role("link").first.click()
    heading(page, "Your address is confirmed")


def enter(page: Page, phone: str) -> None:
    """Have the password sent to the phone, and sign in with it for the first time."""
    page.get_by_role("button", name="Text me the password").click()
    heading(page, "Sign in")
    page.get_by_label("Password", exact=True).fill(system_password(page, phone))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    heading(page, "Choose your password")


def system_password(page: Page, phone: str) -> str:
    """Read the password on the simulated phone, as soon as its text has arrived."""
    return texted(page, phone, r"your password is (\S+)\.")


def texted(page: Page, phone: str, words: str) -> str:
    """What the words find in a text on the simulated phone, as soon as it has arrived."""
    return_url = page.url
    page.goto(f"/phone?number={phone.replace('+', '%2B').replace(' ', '')}")
    for _ in range(400):
        # Of the conversation that is open: the list beside it shows texts of other numbers.
        texts = "\n".join(page.locator("blockquote").all_inner_texts())
        match = re.search(words, texts)
        if match:
            page.goto(return_url)
            return match[1]
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError(f"no text has arrived with {words}")


def reload_until(page: Page, shown: Locator) -> None:
    """Load a page again until it shows this: for pages that do not refresh themselves."""
    for _ in range(400):
        if shown.count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"nothing of this has appeared: {shown}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill the form of the sign-in page and send it."""
    page.goto("/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def paste(page: Page, numbers: str, to: str) -> None:
    """Paste numbers with consent onto a new list, and wait for the import."""
    page.goto("/imports/paste")
    page.get_by_label("Numbers").fill(numbers)
    agree(page)
    page.get_by_label("Or on a new list, called").fill(to)
    page.get_by_role("button", name="Add these numbers").click()
    expect(page.get_by_text("The import is finished.")).to_be_visible()


def agree(page: Page) -> None:
    """Fill in the consent and its evidence."""
    page.get_by_label("Yes, they agreed").check()
    page.get_by_label("Where or how they agreed").fill("Card at the till")
    page.get_by_label("When they agreed").fill("2024-05-01")


def write(page: Page, text: str, to: str = "Everyone") -> None:
    """Write a new campaign, without saving it."""
    page.goto("/campaigns/new")
    heading(page, "Write a text")
    box = page.get_by_role("checkbox", name=to)
    box.check()
    if to != "Everyone":
        page.get_by_role("checkbox", name="Everyone").uncheck()
    page.get_by_label("Your text").fill(text)


def review(page: Page) -> None:
    """Go from the composer to the review."""
    page.get_by_role("button", name="Review before sending").click()
    heading(page, "Review before sending")


def answer_stop(page: Page, number: str, text: str) -> None:
    """Answer this text with STOP on the simulated phone."""
    page.goto(f"/phone?number=%2B{number[1:]}")
    expect(page.locator("blockquote").filter(has_text=text)).to_be_visible()
    page.get_by_label("Answer as this person").fill("STOP")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is on its way.")).to_be_visible()
    expect(page.locator(".bubble.mine")).to_contain_text("STOP")


def open_shop(page: Page) -> Shop:
    """Create a shop with refused rows, failed texts, an opt-out and a draft."""
    register(page, "full@example.com", "+48 601 300 110")
    paste(page, "601 320 201, Ola\n601 300 001, Jan\n601 300 002\n601 300 006\n601", "Regulars")
    imported = page.url
    write(page, "Hi {first_name|there}, 20% off")
    review(page)
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("main")).to_contain_text("Finished")
    finished = page.url
    page.goto("/recipients/opt-outs")
    page.get_by_label("Numbers").fill("601 300 119")
    page.get_by_role("main").get_by_role("button", name="Add").click()
    expect(page.get_by_text("1 number was added.")).to_be_visible()
    write(page, "Cześć {first_name|there}, 20% taniej")
    page.get_by_role("button", name="Save draft").click()
    heading(page, "Edit the text")
    draft = page.url
    page.goto("/lists")
    page.get_by_role("main").get_by_role("link", name="Regulars").click()
    heading(page, "Regulars")
    group = page.url
    page.goto("/recipients")
    page.get_by_role("main").get_by_role("link", name="Ola").click()
    heading(page, "Ola")
    return Shop(page.context.storage_state(), imported, finished, draft, group, page.url)


def join(page: Page, invitation: str) -> Operator:
    """Become the admin of the installation with its invitation."""
    page.goto(invitation)
    page.get_by_label("E-mail address").fill(ADMIN)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    heading(page, "Set up two-step sign-in")
    secret = page.locator(".whole").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch it on").click()
    heading(page, "Your recovery codes")
    codes = page.locator("ol.recovery code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="By gateway")).to_be_visible()
    return Operator(codes)


def sign_in_as_operator(page: Page, operator: Operator) -> None:
    """Sign the admin in once more, with a recovery code.

    What moves money asks who is there five minutes after a sign-in: a session that tests shared
    would be older than that sooner or later.
    """
    sign_in(page, ADMIN, PASSWORD)
    page.get_by_label("Code").fill(operator.recovery_codes.pop())
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="By gateway")).to_be_visible()
