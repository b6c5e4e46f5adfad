"""The cookies that are really set, the notice about them, and the choice of a language."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from promosms.extensions import db
from promosms.models import User
from promosms.services.gateways import simulated_phone
from promosms.web import cookies
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient
from tests.support.settings import override

MOST_ALIKE = 4
NAMES = {cookie.name for cookie in cookies.REGISTRY}


def set_by(response: TestResponse) -> dict[str, str]:
    """The cookies that a response sets: by name, the rest of the line."""
    lines = response.headers.getlist("Set-Cookie")
    return {line.split("=", 1)[0]: line for line in lines}


def test_all_cookies_of_a_crawl_are_in_the_registry(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    seen: dict[str, str] = {}
    visitor.get_page("/")
    seen |= set_by(visitor.send("/cookies/notice", {"page": "/"}))
    seen |= set_by(visitor.send("/language", {"language": "pl", "page": "/"}))
    with app.app_context():
        seen |= set_by(visitor.get(urlsplit(simulated_phone.link()).path))
    signing_in = {"email": cast.owner.email, "password": PASSWORD}
    response = visitor.send("/login", signing_in)
    assert response.status_code in (302, 303)
    seen |= set_by(response)
    open_paths, seen_paths = ["/", "/settings"], {"/": 1, "/settings": 1}
    while open_paths:
        response = visitor.get(open_paths.pop(), buffered=True)
        seen |= set_by(response)
        is_page = response.mimetype == "text/html"
        for path in re.findall(r'href="(/[^"#]*)"', response.text if is_page else ""):
            # The same page with other values: a few of them do, of months there are many.
            page = path.partition("?")[0]
            seen_paths[page] = seen_paths.get(page, 0) + 1
            if seen_paths[page] <= MOST_ALIKE and not path.startswith("/static"):
                open_paths.append(path)
    seen |= set_by(visitor.send("/logout"))
    assert len(seen_paths) > 8
    assert set(seen) == NAMES
    for line in seen.values():
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; ")), line


def test_the_cookie_of_the_phone_is_listed_only_while_there_is_a_phone(
    app: Flask, visitor: PageClient
) -> None:
    assert cookies.PHONE.name in visitor.get_page("/cookies").get_text()
    override(app, production=True)
    assert cookies.PHONE.name not in visitor.get_page("/cookies").get_text()


def test_the_session_cookie_has_the_name_in_the_registry(app: Flask) -> None:
    assert app.config["SESSION_COOKIE_NAME"] == cookies.SESSION.name


def test_the_notice_is_shown_until_it_is_closed(visitor: PageClient) -> None:
    page = visitor.get_page("/terms")
    notice = page.select_one("section.cookies")
    assert notice is not None
    assert notice["aria-label"] == "Cookies"
    assert notice.select_one("form[method=post] button")
    response = visitor.send("/cookies/notice", {"page": "/terms"})
    assert (response.status_code, response.location) == (303, "/terms#said")
    assert "Max-Age=15811200" in set_by(response)[cookies.NOTICE.name]
    page = visitor.get_page("/terms")
    assert not page.select("section.cookies")
    status = page.select_one("#said[tabindex='-1'] [role=status]")
    assert status is not None
    assert "The notice is closed" in status.get_text()


def test_the_notice_is_not_shown_on_the_cookie_page(visitor: PageClient) -> None:
    assert not visitor.get_page("/cookies").select("section.cookies")


def test_closing_the_notice_leads_back_to_the_page(visitor: PageClient) -> None:
    page = visitor.get_page("/login?next=/billing")
    field = page.select_one("section.cookies input[name=page]")
    assert field is not None
    assert field["value"] == "/login?next=/billing"


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example/", "/\\evil.example", "", "javascript:x"]
)
def test_closing_it_never_leads_to_another_site(visitor: PageClient, page: str) -> None:
    assert visitor.send("/cookies/notice", {"page": page}).location == "/#said"


def test_a_visitor_chooses_a_language(app: Flask, visitor: PageClient) -> None:
    button = visitor.get_page("/").select_one('.footer button[name="language"]')
    assert button is not None
    assert (button["value"], button.get_text()) == ("pl", "Polski")
    visitor.send("/language", {"language": "pl", "page": "/"})
    page = visitor.get_page("/")
    assert page.html is not None
    assert page.html["lang"] == "pl"


def test_an_unknown_language_changes_nothing(visitor: PageClient) -> None:
    response = visitor.send("/language", {"language": "xx", "page": "/terms"})
    assert (response.status_code, response.location) == (303, "/terms")
    assert cookies.LANGUAGE.name not in set_by(response)


def test_the_choice_of_a_signed_in_user_is_stored(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    response = owner.send("/language", {"language": "pl", "page": "/settings"})
    assert cookies.LANGUAGE.name not in set_by(response)
    with app.app_context():
        assert db.session.get_one(User, cast.owner.user_id).language == "pl"
        assert db.session.get_one(User, cast.colleague.user_id).language == "en"


def test_with_one_language_no_choice_is_offered(app: Flask, visitor: PageClient) -> None:
    override(app, languages=["en"])
    assert not visitor.get_page("/").select('.footer button[name="language"]')


def test_the_cookie_page_lists_the_registry(app: Flask, visitor: PageClient) -> None:
    page = visitor.get_page("/cookies")
    names = [name.get_text() for name in page.select("main tbody th")]
    assert names == [cookie.name for cookie in cookies.REGISTRY]
    with app.test_request_context():
        for cookie in cookies.REGISTRY:
            assert str(cookie.purpose) in page.get_text()
            assert cookie.lifetime in page.get_text()


def test_every_page_links_to_the_cookie_settings(
    visitor: PageClient, owner: PageClient, admin: PageClient
) -> None:
    for browser, path in ((visitor, "/login"), (owner, "/dashboard"), (admin, "/admin")):
        link = browser.get_page(path).select_one(".footer a[href='/cookies']")
        assert link is not None
        assert link.get_text() == "Cookie settings"
