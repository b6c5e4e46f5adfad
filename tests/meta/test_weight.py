"""What a page weighs for somebody who opens it first: everything that a browser loads with it."""

import re
from collections.abc import Callable
from functools import cache

import brotli
import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from promosms.db.transactions import transaction
from promosms.models import Campaign, Recipient, User, now
from promosms.services.installation import defaults
from promosms.views.help.topics import topics
from promosms.web import compression, fonts
from promosms.web.api import openapi
from promosms.web.assets import ALL
from tests.meta.routes import path, routes
from tests.meta.sources import STATIC
from tests.meta.stage import Stage
from tests.support.pages import PageClient

MOST = 50_000
RECORDS = {"policies.old_version"}  # the words of four pages together, as they were published
DEVELOPERS = {"design.index"}
# What the server adds to each answer.
ADDED = len("HTTP/1.1 200 OK\r\nDate: Sun, 29 Nov 2026 06:01:52 GMT\r\n")
ASKED = {
    "Accept-Encoding": "gzip, br",
    "Accept-Language": "pl",
    "Sec-Fetch-Site": "same-origin",
}
IMPORTED = re.compile(r'from"\./([a-z]+\.js)"')
# Names as they are in Kraków, Brno and Riga: their letters are in the first file of the type.
NAMES = ("Małgorzata Brzęczyszczykiewicz", "Řehoř Dvořák-Šťastný", "Ģirts Bērziņš", "Őry Gyöngyvér")


def weight(answer: TestResponse) -> int:
    """The bytes of an answer on the line, with its head."""
    size = ADDED + len(answer.data) + len(str(answer.headers))
    answer.close()
    return size


@pytest.fixture
def weight_of(stage: Stage) -> Callable[[str], int]:
    """What a file weighs that pages load; each is asked for once."""
    return cache(lambda url: weight(PageClient(stage.app).get(url, headers=ASKED, buffered=True)))


def read(answer: TestResponse) -> str:
    packed = answer.headers.get("Content-Encoding") == "br"
    return (brotli.decompress(answer.data) if packed else answer.data).decode()


def loaded(page: str) -> set[str]:
    """The addresses of the files that a page loads, with the scripts that they import."""
    named = set(re.findall(r'"(/static/[^"]+)"', page))
    for url in [each for each in named if each.endswith(".js")]:
        script = (STATIC / url.rpartition("/")[2]).read_text().replace(" ", "")
        named |= {f"/static/{name}" for name in IMPORTED.findall(script)}
    return named


def fill(stage: Stage) -> None:
    """Pages of lists are full, and everybody reads Polish."""
    account_id = stage.cast.owner.account_id
    with stage.app.app_context(), transaction() as session:
        session.query(User).update({"language": "pl"})
        session.add_all(
            Recipient(
                account_id=account_id,
                phone=f"+4860155{number:04}",
                country="PL",
                first_name=NAMES[number % 4].split()[0],
                last_name=NAMES[number % 4].split()[1],
            )
            for number in range(60)
        )
        route_id = defaults.default_route().id
        session.add_all(
            Campaign(
                account_id=account_id,
                route_id=route_id,
                name=f"Czwartki do dziewiątej wieczorem, tydzień {number}",
                status="finished",
                launched_at=now(),
                n_delivered=1000 + number,
                n_undelivered=number,
            )
            for number in range(30)
        )


@pytest.fixture(autouse=True)
def most_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages get all the bytes that compression adds by chance."""
    monkeypatch.setattr(compression.secrets, "randbelow", lambda limit: limit - 1)


def paths(stage: Stage, rule: Rule) -> list[str]:
    """The addresses of a route: every topic of the help and of the API is another page."""
    if rule.endpoint == "help.topic":
        with stage.app.test_request_context():
            return [path(stage, rule, topic.name) for topic in topics()]
    if rule.endpoint == "api_documents.topic":
        with stage.app.test_request_context():
            names = {one.topic for one in openapi.operations(stage.app)}
        return [path(stage, rule, name) for name in sorted(names)]
    return [path(stage, rule)]


@pytest.mark.parametrize("person", ["visitor", "owner", "admin"])
def test_every_page_is_light_on_a_first_visit(
    stage: Stage, weight_of: Callable[[str], int], person: str
) -> None:
    fill(stage)
    fonts.make(STATIC)
    letters = fonts.path(STATIC, "europe").stat().st_size
    visitor = PageClient(stage.app)
    browser = visitor if person == "visitor" else getattr(stage.cast, person).browser()
    weights = dict[str, int]()
    for rule in routes(stage.app, "GET"):
        for url in [] if rule.endpoint in RECORDS | DEVELOPERS else paths(stage, rule):
            answer = browser.get(url, headers=ASKED)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                files = loaded(read(answer))
                if any(file.startswith(f"/static/{ALL}") for file in files):  # no part of a page
                    weights[url] = weight(answer) + letters + sum(map(weight_of, files))
            answer.close()
    assert {url: size for url, size in weights.items() if size >= MOST} == {}
    assert len(weights) > 20
    assert weights["/help"] > 40_000  # with the type, which has half of it
    assert {ord(letter) for letter in "".join(NAMES)} <= fonts.SUBSETS["europe"]
