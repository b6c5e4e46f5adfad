"""The strict page client: it also validates every page that a test opens."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from tests.support.html import Page, Tag, read

BASE = "https://localhost"
# Money and its unit: the minus is U+2212, and nothing but a no-break space stands between them.
SIGNS = r"(?:[€£¥$]|zł|\b(?:EUR|PLN|GBP|USD|JPY|KWD|CHF)\b)"
ILL_WRITTEN = re.compile(
    rf"-{SIGNS}?\d[\d.,\xa0]*\xa0?{SIGNS}|-{SIGNS}\xa0?\d|\d {SIGNS}|{SIGNS} \d"
    rf"|\d (?:%|[kMG]B)(?!\w)|[-+\u2212] {SIGNS}\d"
)
BETWEEN = "\0"  # stands in no page
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class PageClient(FlaskClient):
    """A browser for tests: HTTPS, a same-origin referrer, the CSRF token of the last page."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, app.response_class, use_cookies=True)
        self.environ_base = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "Test"}
        self.token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", BASE)
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Referer", BASE + "/")
        return super().open(*args, headers=headers, **kwargs)

    def get_page(self, url: str, status: int = 200) -> Page:
        """Open a page, check its status, and validate it."""
        answer = self.get(url)
        assert answer.status_code == status, f"{url}: {answer.status} {answer.location or ''}"
        return self._read(answer)

    def post_page(
        self, url: str, data: dict[str, Any] | None = None, status: int = 200, follow: bool = True
    ) -> Page:
        """Send a form with the token of the session, follow the redirect, read the page."""
        answer = self.send(url, data, follow_redirects=follow)
        assert answer.status_code == status, f"{url}: {answer.status} {answer.location or ''}"
        return self._read(answer)

    def send(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Send a form with the token of the session and return the response."""
        if not self.token:
            self._take_token()
        form = {"csrf_token": self.token, **(data or {})}
        return self.post(url, data=form, **kwargs)

    def _take_token(self) -> None:
        """As a page with a form gives it, without the page.

        In a context of its own: what is kept there, such as who is signed in, is not of the test.
        """
        with (
            self.session_transaction(base_url=BASE) as kept,
            self.application.app_context(),
            self.application.test_request_context(),
        ):
            session.update(kept)
            self.token = generate_csrf()
            kept.update(session)

    def _read(self, answer: TestResponse) -> Page:
        check_headers(answer)
        page = check_page(answer.text)
        field = page.select_one("input[name=csrf_token]")
        if field is not None:
            self.token = field["value"]
        return page


def check_headers(answer: TestResponse) -> None:
    """Every page must have the security headers."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def check_page(html: str) -> Page:
    """Valid HTML5, one h1, a title, unique ids, labelled fields, safe forms, nothing inline."""
    page = read(html)
    language = page.attrs.get("lang")
    assert language, "the language of the page is not given"
    heads = page.select("h1")
    assert len(heads) == 1, f"{len(heads)} h1"
    title = page.title.get_text() if page.title else ""
    first = {"en": "Error: ", "pl": "Błąd: "}[language]
    assert words(title).startswith(first) or not page.select(".errors"), title
    head = words(heads[0].get_text())
    # "(3) Inbox": how many wait is seen among the names of many tabs.
    named = re.sub(r"^\([0-9,]+\) ", "", words(title).removeprefix(first))
    assert named.startswith(head), (title, head)
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    _check_labels(page, set(ids))
    for link in page.select(".errors a"):
        assert link["href"].removeprefix("#") in ids, f"no such field: {link}"
    for form in page.select("form"):
        _check_form(form)
    _check_nothing_inline(page)
    _check_hosts(page)
    _check_figures(page)
    return page


def without_tokens(html: str) -> str:
    """The page without its tokens, which are different each time."""
    return TOKEN.sub('name="csrf_token" value=""', html)


def words(text: str) -> str:
    """The text with single spaces."""
    return re.sub(r"\s+", " ", text).strip()


def _check_form(form: Tag) -> None:
    method = form.get("method", "get").lower()
    assert form.get("action") is not None, f"a form without action: {str(form)[:120]}"
    # With the link to opt out nobody has a session: its code is the secret.
    if method == "post" and not str(form.get("action")).startswith("/l/"):
        assert form.select_one("input[name=csrf_token]"), f"no token: {form.get('action')}"
    filled = [field.get("autocomplete", "") for field in form.select("input")]
    passwords = [place for place, what in enumerate(filled) if what.endswith("-password")]
    action = str(form.get("action"))
    # A password safe takes the name from the field before. A link that came by e-mail, and may be
    # in strange hands, tells nobody the address that the password belongs to.
    if passwords and not action.startswith("/leave/"):
        assert "username" in filled[: passwords[0]], f"whose password? {action}"


def _check_labels(page: Page, ids: set[str]) -> None:
    named = {tag["for"] for tag in page.select("label[for]")}
    for field in page.select("input, select, textarea"):
        if field.get("type") in ("hidden", "submit", "button"):
            continue
        labelled = field.get("aria-label") or field.closest("label") or field.get("id") in named
        assert labelled, f"no label: {str(field)[:120]}"
        for described_by in field.get("aria-describedby", "").split():
            assert described_by in ids, f"aria-describedby names nothing: {described_by}"


def _check_figures(page: Page) -> None:
    # All at once first: there are hundreds of pieces, and hardly ever one that is wrong.
    if not ILL_WRITTEN.search(BETWEEN.join(page.strings)):
        return
    for tag in page.tags():
        for text in tag.own_texts():
            if ILL_WRITTEN.search(text) and not tag.closest("script, style, code, textarea, pre"):
                raise AssertionError(f"ill-written figures: {text!r}")


def _check_nothing_inline(page: Page) -> None:
    for tag in page.select("style, [style]"):
        raise AssertionError(f"inline style: {tag}")
    for tag in page.tags():
        assert tag.name != "script" or tag.get("src"), f"inline script: {tag}"
        assert not [name for name in tag.names() if name.startswith("on")], f"inline script: {tag}"


def _check_hosts(page: Page) -> None:
    for tag in page.select("[src], link[href], form[action]"):
        loaded = tag.get("src") or {"link": tag.get("href"), "form": tag.get("action")}.get(
            tag.name
        )
        target = urlsplit(loaded or "")
        assert not target.netloc or target.netloc.startswith("localhost"), f"foreign: {tag}"
