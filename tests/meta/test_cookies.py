"""The cookies of all pages and forms, for every role, are those of the list."""

import re
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

import pytest
from werkzeug.test import TestResponse

from promosms.models import now
from promosms.web import cookies
from promosms.web.cookies import Cookie
from tests.meta.routes import path, routes
from tests.meta.sources import STATIC
from tests.meta.stage import FORMS, Stage, form
from tests.support.cast import PASSWORD
from tests.support.pages import PageClient

# These sign the browser out or close the account, so they come last.
ENDINGS = ("leave", "end_others", "sign_out")
ROLES = ("owner", "admin")

Jar = dict[str, set[tuple[str, ...]]]


def collect(jar: Jar, response: TestResponse) -> None:
    """Collect name, lifetime and protection of each cookie that a response sets."""
    for line in response.headers.getlist("Set-Cookie"):
        for name, morsel in SimpleCookie(line).items():
            if morsel["expires"] and "1970" in morsel["expires"]:
                continue  # deleted
            flags = sorted(part for part in line.split("; ")[1:] if "=" not in part)
            age = morsel["max-age"] or _seconds_until(morsel["expires"])
            rest = (morsel["path"], morsel["domain"], morsel["samesite"])
            jar.setdefault(name, set()).add((age, *flags, *rest))
    response.close()


def _seconds_until(end: str) -> str:
    """Whole minutes in seconds; nothing for a cookie without an end."""
    if not end:
        return ""
    left = (parsedate_to_datetime(end) - now()).total_seconds()
    return str(round(left / 60) * 60)


def expected(cookie: Cookie) -> set[tuple[str, ...]]:
    """The attributes that a cookie of the list must have, also where one asks for more time."""
    ages = {cookie.max_age, cookie.chosen_age} if cookie.chosen_age else {cookie.max_age}
    return {("" if age is None else str(age), "HttpOnly", "Secure", "/", "", "Lax") for age in ages}


def sender(people: dict[str, PageClient], endpoint: str) -> PageClient:
    """A browser that may send this form."""
    if endpoint.startswith("admin."):
        return people["admin"]
    if endpoint.startswith(("auth.", "policies.")):
        return PageClient(people["visitor"].application)
    return people["owner"]


def crawl(stage: Stage) -> Jar:
    """Open every page and send every form in every role."""
    jar: Jar = {}
    people = {"visitor": PageClient(stage.app)}
    people |= {name: getattr(stage.cast, name).browser() for name in ROLES}
    for browser in people.values():
        for rule in routes(stage.app, "GET"):
            collect(jar, browser.get(path(stage, rule)))
    rules = {rule.endpoint: rule for rule in routes(stage.app, "POST")}
    for endpoint in sorted(FORMS, key=lambda name: name.endswith(ENDINGS)):
        try:
            filled = form(endpoint, stage)
        except (AssertionError, IndexError):
            continue  # another form has already used its token
        collect(jar, sender(people, endpoint).send(path(stage, rules[endpoint]), filled))
    signing_in = PageClient(stage.app)
    known = {"email": stage.cast.stranger.email, "password": PASSWORD, "stay": "y"}
    collect(jar, signing_in.send("/login", known))
    return jar


def test_the_site_sets_only_the_cookies_that_its_page_lists(stage: Stage) -> None:
    page = PageClient(stage.app).get_page(
        "/cookies"
    )  # before a gateway beside the simulator is added
    jar = crawl(stage)
    assert set(jar) == {cookie.name for cookie in cookies.REGISTRY}
    for cookie in cookies.REGISTRY:
        assert jar[cookie.name] == expected(cookie), cookie.name
        assert cookie.name.startswith("__Host-")
        row = next(row for row in page.select("main tbody tr") if cookie.name in row.get_text())
        assert lifetime_of(stage, cookie) in row.get_text()
    assert len(page.select("main tbody tr")) == len(jar)


def lifetime_of(stage: Stage, cookie: Cookie) -> str:
    with stage.app.test_request_context():
        return cookie.lifetime


@pytest.mark.parametrize(
    ("max_age", "text"),
    [
        (None, "until you close the browser"),
        (cookies.DAY, "1 day"),
        (30 * cookies.DAY, "30 days"),
        (cookies.HALF_YEAR, "6 months"),
        (cookies.YEAR, "12 months"),
    ],
)
def test_lifetimes_are_shown_correctly(stage: Stage, max_age: int | None, text: str) -> None:
    assert lifetime_of(stage, Cookie("__Host-x", "", max_age)) == text


def test_no_page_sets_cookies_by_script(stage: Stage) -> None:
    for script in STATIC.glob("*.js"):
        assert not re.search(
            r"document\.cookie|localStorage|sessionStorage|indexedDB", script.read_text()
        ), script.name
