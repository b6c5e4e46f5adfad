"""A browser window that records the errors of its pages."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

LISTEN = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI);
});
"""
SECONDS = 60
# Chromium reports responses such as 404 and 422 there; the tests check the pages themselves.
ANSWERS = "Failed to load resource: the server responded with a status of 4"


class CheckedWindow:
    """A window of a new browser context, and its problems: console errors, CSP, foreign hosts."""

    def __init__(self, browser: Browser, url: str, elsewhere: str = "", **options: Any) -> None:
        """`elsewhere` is the only foreign host that it may open, for payments."""
        self.url, self.problems = url, list[str]()
        self.hosts = {urlsplit(url).netloc, urlsplit(elsewhere).netloc}
        # Pages that fade into each other take their time; one test has them.
        still = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        options = {**still, **options}
        self.context = browser.new_context(base_url=url, ignore_https_errors=True, **options)
        self.context.set_default_timeout(SECONDS * 1000)
        self.context.add_init_script(LISTEN)
        self.context.on("console", self._console)
        self.context.on("request", self._request)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        """Close the window and its browser context."""
        self.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ANSWERS):
            self.problems.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _request(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme not in ("data", "blob") and target.netloc not in self.hosts:
            self.problems.append(f"a request to {request.url}")
