"""Every page makes requests to this site only, in a real browser, for all roles and languages."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from promosms.db.transactions import transaction
from promosms.models import User
from promosms.web.access import Access, access_of
from tests.browser.site import Site, running_site
from tests.meta.routes import path, routes
from tests.meta.stage import Stage
from tests.support.cast import Person
from tests.support.pages import PageClient

PEOPLE = (None, "owner", "admin")
LANGUAGES = ("pl", "pl", "en")  # the pages load the same files in each


def pages(stage: Stage, name: str | None) -> list[str]:
    """The addresses of all pages that this person may open; public ones only for the visitor."""
    client = getattr(stage.cast, name).browser() if name else PageClient(stage.app)
    addresses = []
    for rule in routes(stage.app, "GET"):
        if name and is_public(stage.app, rule.endpoint):
            continue
        response = client.get(path(stage, rule))
        if response.status_code == 200 and b"<html" in response.data:
            addresses.append(path(stage, rule))
        response.close()
    return addresses


def is_public(app: Flask, endpoint: str) -> bool:
    with app.app_context():
        return access_of(endpoint) is Access.PUBLIC


def speak(app: Flask, person: Person, language: str) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, person.user_id).language = language


@pytest.fixture(scope="module")
def stage(redis_url: str) -> Stage:
    with running_site(redis_url) as site:
        stage = Stage(site.app, site.cast)
        stage.set()
        stage.site = site
        yield stage


@pytest.mark.parametrize(("name", "language"), list(zip(PEOPLE, LANGUAGES, strict=True)))
def test_every_page_makes_requests_to_this_site_only(
    stage: Stage, chromium: Browser, name: str | None, language: str
) -> None:
    site: Site = stage.site
    person = getattr(site.cast, name) if name else None
    if person:
        speak(site.app, person, language)
    window = site.open(chromium, person, locale=language)
    origins: set[str] = set()
    window.context.on("request", lambda request: origins.add("/".join(request.url.split("/")[:3])))
    addresses = pages(stage, name)
    assert len(addresses) > 10
    for address in addresses:
        window.page.goto(address, wait_until="load")
        assert window.page.locator("html").get_attribute("lang") == language, address
    window.close()
    assert origins == {site.url}
    assert window.problems == []
