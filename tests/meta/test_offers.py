"""Pages offer to each role what it may do, and nothing else: every link and every form."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, current_app
from lxml.html import HtmlElement, document_fromstring
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from promosms.models import Role
from promosms.services.auth.rights import Right
from promosms.web.access import Access, Mark, access_of, roles_of
from tests.meta.routes import path, routes
from tests.meta.stage import Stage

BASE = "https://localhost"
SAME_FOR_ALL = "api_documents."
"""Documents for programmers, which are the same for everybody: a way may end at an owner's page."""
PEOPLE = {"viewer": Role.VIEWER, "colleague": Role.MEMBER, "owner": Role.OWNER}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_page_offers_only_what_its_reader_may_do(stage: Stage, name: str) -> None:
    role, client = PEOPLE[name], getattr(stage.cast, name).browser()
    refused = set()
    for rule in routes(stage.app, "GET"):
        if rule.endpoint.startswith(SAME_FOR_ALL) or not let_in(
            mark(stage.app, rule.endpoint, "GET"), role
        ):
            continue
        response = client.get(path(stage, rule))
        if response.mimetype == "text/html" and response.text:
            refused |= {
                (rule.endpoint, endpoint, method)
                for endpoint, method in offers(stage.app, rule, response.text)
                if not let_in(mark(stage.app, endpoint, method), role)
            }
        response.close()
    assert not refused, "\n".join(map(str, sorted(refused)))


def mark(app: Flask, endpoint: str, method: str) -> Mark:
    with app.app_context():
        found = access_of(endpoint, method)
    assert found is not None
    return found


def let_in(access: Mark, role: Role) -> bool:
    return access is Access.PUBLIC or role in roles_of(access)


def offers(app: Flask, rule: Rule, text: str) -> Iterator[tuple[str, str]]:
    """Where the links and forms of a page lead, each with its method."""
    page = document_fromstring(text)
    with app.test_request_context(rule.rule, base_url=BASE):
        for address, method in addresses(page):
            url = urlsplit(urljoin(BASE, address))
            if url.hostname == "localhost":
                adapter = current_app.url_map.bind("localhost", url_scheme="https")
                try:
                    yield adapter.match(url.path, method)[0], method
                except (HTTPException, RequestRedirect):
                    continue


def addresses(page: HtmlElement) -> Iterator[tuple[str, str]]:
    for link in page.iter("a"):
        yield link.get("href", ""), "GET"
    for form in page.iter("form"):
        yield form.get("action", ""), form.get("method", "get").upper()
    for button in page.iter("button"):
        if button.get("formaction"):
            yield button.get("formaction"), button.get("formmethod", "post").upper()


@pytest.mark.parametrize("right", Right)
def test_every_right_is_needed_somewhere(app: Flask, right: Right) -> None:
    with app.app_context():
        marks = {
            access_of(rule.endpoint, method)
            for rule in app.url_map.iter_rules()
            for method in ("GET", "POST")
        }
    assert right in marks
