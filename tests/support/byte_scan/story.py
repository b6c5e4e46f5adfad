"""Two shops with canaries of every kind: what they type into the pages, and the results."""

import re
import secrets
from collections.abc import Callable

from tests.support.byte_scan.browser import Browser
from tests.support.byte_scan.encodings import numbers

LETTERS = "bcdfghjklmnpqrstvwxz"
KINDS = (
    *("First", "Family", "Note", "Wording", "Firm", "Street", "Refused", "Waiting", "Reply"),
    "Answer",
    *("List", "Campaign", "Basis", "File", "Agent"),
)
SENT = "Finished"
Wait = Callable[[Callable[[], bool], str], None]


class Shop:
    """A shop: its canaries, and the browser of its owner."""

    def __init__(self, prefix: str, people: int, net: int) -> None:
        self.mark = "".join(secrets.choice(LETTERS) for _ in range(9)).capitalize()
        self.words = {kind: f"{kind}{self.mark}" for kind in KINDS}
        self.email = f"{self.mark.lower()}@example.com"
        self.password = f"Secret words of {self.mark}"
        self.tax_id = f"{secrets.randbelow(9 * 10**10) + 10**10}"
        self.address = f"127.{net}.{secrets.randbelow(150) + 100}.{secrets.randbelow(150) + 100}"
        self.prefix = prefix
        self.phones = [f"{prefix}{number:04}" for number in range(people)]
        self.own = f"{prefix}9999"

    @property
    def stored(self) -> list[str]:
        """What must be found before the account is deleted, and not afterwards."""
        words = [word for kind, word in self.words.items() if kind != "Agent"]
        return [*words, self.email, self.tax_id, self.own, *self.phones]

    @property
    def never(self) -> list[str]:
        """What must not be found at any time: password, user agent; the address ages in a log."""
        return [self.password, self.words["Agent"]]

    @property
    def canaries(self) -> list[str]:
        """All, the numbers also as people write them."""
        spaced = [numbers(phone)[3] for phone in [self.own, *self.phones]]
        bare = [form for phone in [self.own, *self.phones] for form in numbers(phone)[1:3]]
        return [*self.stored, *self.never, self.address, *spaced, *bare]

    def open(self, browser: Browser, phone: Browser, sender: str, wait: Wait) -> None:
        """Sign in, import, name the company, send, get answers; all by the pages.

        `phone` is a browser on the machine itself that has opened the simulated phone.
        """
        self.browser = browser
        browser.get("/login")
        browser.submit("/login", {"email": self.email, "password": self.password})
        browser.get("/dashboard")
        self._import(wait)
        self._company()
        self._send(wait)
        phone.get("/phone")
        phone.submit(
            "/phone/reply",
            {"number": self.phones[1], "to": sender, "text": self.words["Reply"]},
        )
        phone.submit("/phone/reply", {"number": self.phones[2], "to": sender, "text": "STOP"})
        wait(lambda: self.words["Reply"] in browser.get("/recipients/replies").text, "the reply")
        self._answer()

    def leave(self, wait: Wait) -> str:
        """Delete the account on its page; returns the certificate."""
        browser = self.browser
        browser.get("/settings/leave")
        answer = browser.submit("/settings/leave", {"password": self.password, "confirmed": "y"})
        page = str(answer.url)
        wait(lambda: "certificate.json" in browser.get(page).text, "the certificate")
        return browser.get(f"{page}/certificate.json").text

    def _import(self, wait: Wait) -> None:
        word, browser = self.words, self.browser
        rows = [f"{phone},{word['First']},{word['Family']},{word['Note']}" for phone in self.phones]
        content = "\n".join(["phone,first name,last name,note", *rows, f"12,{word['Refused']},x,y"])
        fields = {
            "column": ["phone", "first_name", "last_name", "note"],
            "has_header": "y",
            "new_list": word["List"],
            "consent": "given",
            "consent_source": word["Basis"],
            "consent_on": "2024-05-01",
        }
        browser.get("/imports/new")
        answer = browser.submit("/imports/new", {}, {"file": (f"{word['File']}.csv", content)})
        page = str(answer.url)
        browser.submit(page, fields)
        wait(lambda: "The import is finished." in browser.get(page).text, "the import")
        browser.get("/imports/new")
        left = f"phone,name\n{self.phones[0]},{word['Waiting']}\n"
        browser.submit("/imports/new", {}, {"file": (f"waiting-{word['File']}.csv", left)})

    def _company(self) -> None:
        browser = self.browser
        page = browser.get("/billing/company").text
        if "csrf_token" not in page:
            return
        fields = {
            "name": self.words["Firm"],
            "street": self.words["Street"],
            "postcode": "10001",
            "city": "New York",
            "country": "US",
            "tax_id": self.tax_id,
        }
        browser.submit("/billing/company", fields)

    def _send(self, wait: Wait) -> None:
        word, browser = self.words, self.browser
        browser.get("/campaigns/new")
        fields = {
            "name": word["Campaign"],
            "text": f"{word['Wording']} {{first_name|you}}",
            "audience": "everyone",
            "opt_out_line": "y",
            "language": "en",
            "action": "review",
        }
        answer = browser.submit("/campaigns/new", fields)
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
        target = str(answer.url).removesuffix("/review")
        browser.submit(f"{target}/send", dict(hidden))
        wait(lambda: SENT in browser.get(target).text, "the campaign")

    def _answer(self) -> None:
        """Below the reply, in the conversation."""
        before = self.browser.get("/recipients/replies").text.partition(self.words["Reply"])[0]
        target = re.findall(r'href="(/recipients/replies/[0-9a-f]+)#newest"', before)[-1]
        self.browser.get(target)
        fields = {"text": self.words["Answer"], "agreed": "999999"}
        assert self.words["Answer"] in self.browser.submit(f"{target}/text", fields).text
