"""Every page, opened in a real browser by everybody in every language, asks this site only."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from promosms.db.transactions import transaction
from promosms.models import User
from tests.browser.site import Site, opened
from tests.meta.routes import path, routes
from tests.meta.stage import Stage
from tests.support.cast import Person
from tests.support.pages import PageClient

PEOPLE = (None, "owner", "admin")
LANGUAGES = ("pl", "pl", "en")  # the pages load the same files in each


def pages(stage: Stage, person: Person | None) -> list[str]:
    """The addresses that give this person a page."""
    client = person.browser() if person else PageClient(stage.app)
    found = []
    for rule in routes(stage.app, "GET"):
        answer = client.get(path(stage, rule))
        if answer.status_code == 200 and b"<html" in answer.data:
            found.append(path(stage, rule))
        answer.close()
    return found


def speak(app: Flask, person: Person, language: str) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, person.user_id).language = language


@pytest.fixture(scope="module")
def stage(redis_url: str) -> Stage:
    with opened(redis_url) as site:
        made = Stage(site.app, site.cast)
        made.set()
        made.site = site
        yield made


@pytest.mark.parametrize(("name", "language"), list(zip(PEOPLE, LANGUAGES, strict=True)))
def test_every_page_asks_nobody_but_this_site(
    stage: Stage, chromium: Browser, name: str | None, language: str
) -> None:
    site: Site = stage.site
    person = getattr(site.cast, name) if name else None
    if person:
        speak(site.app, person, language)
    witness = site.open(chromium, person, locale=language)
    asked: set[str] = set()
    witness.context.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    addresses = pages(stage, person)
    assert len(addresses) > 10
    for address in addresses:
        witness.page.goto(address, wait_until="load")
        assert witness.page.locator("html").get_attribute("lang") == language, address
    witness.close()
    assert asked == {site.url}
    assert witness.complaints == []
