"""Short links as people and robots open them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, Link, Message
from promosms.services.links import clicks
from promosms.services.privacy import erasure
from tests.support import engine
from tests.support import links as sent
from tests.support.cast import Cast
from tests.support.links import BOOKING, MENU, PHONES
from tests.support.pages import PageClient

OLA, JAN, _EWA = PHONES
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
ROBOTS = [
    # The preview of a well-known messenger of phones, with the names of others in it.
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/120.0.0.0 Safari/537.36",
    "curl/8.5.0",
    "python-requests/2.32.0",
    "",
]
CURIOUS = {"c0-kind": "clicked", "c0-subject": "clicked", "c0-test": "ever"}
PEOPLE = [
    PHONE,
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
    "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
    "Nokia6300/2.0 (05.00) Profile/MIDP-2.0",
]


@pytest.fixture
def campaign(app: Flask, cast: Cast) -> int:
    with app.app_context():
        campaign_id = sent.send(cast.owner).id
        db.session.remove()
    return campaign_id


@pytest.fixture
def codes(app: Flask, campaign: int) -> dict[str, list[str]]:
    with app.app_context():
        return sent.codes(db.session.get_one(Campaign, campaign))


@pytest.fixture
def phone(app: Flask) -> PageClient:
    """The browser of a recipient, which has nothing to do with the site."""
    client = PageClient(app)
    client.environ_base |= {"HTTP_USER_AGENT": PHONE, "REMOTE_ADDR": "198.18.7.77"}
    return client


def people(app: Flask, target: str = MENU) -> tuple[int, int]:
    with app.app_context():
        link = db.session.scalars(select(Link).where(Link.target == target)).one()
        return link.people, link.clicks


def test_a_person_gets_there_and_leaves_nothing_but_the_click(
    app: Flask, phone: PageClient, codes: dict[str, list[str]]
) -> None:
    answer = phone.get(f"/l/{codes[OLA][0]}")
    assert (answer.status_code, answer.location) == (302, MENU)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers.getlist("Set-Cookie") == []
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert people(app) == (1, 1)
    lines = "".join(each.read_text() for each in Path(app.instance_path, "logs").glob("*"))
    assert "198.18.7" not in lines
    assert codes[OLA][0] not in lines


@pytest.mark.parametrize("agent", ROBOTS)
def test_robots_get_there_uncounted(
    app: Flask, phone: PageClient, codes: dict[str, list[str]], agent: str
) -> None:
    answer = phone.get(f"/l/{codes[OLA][0]}", headers={"User-Agent": agent})
    assert (answer.status_code, answer.location) == (302, MENU)
    assert people(app) == (0, 0)


def test_people_are_no_robots(app: Flask, phone: PageClient, codes: dict[str, list[str]]) -> None:
    for agent in PEOPLE:
        assert phone.get(f"/l/{codes[JAN][1]}", headers={"User-Agent": agent}).location == BOOKING
    assert people(app, BOOKING) == (1, len(PEOPLE))


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Moz": "prefetch"}),
        ("GET", {"X-Purpose": "preview"}),
    ],
)
def test_what_is_loaded_ahead_is_not_counted(
    app: Flask,
    phone: PageClient,
    codes: dict[str, list[str]],
    method: str,
    headers: dict[str, str],
) -> None:
    answer = phone.open(f"/l/{codes[OLA][0]}", method=method, headers=headers)
    assert (answer.status_code, answer.location) == (302, MENU)
    assert people(app) == (0, 0)


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-Proto": "https"}])
def test_without_https_nothing_is_counted(
    app: Flask, phone: PageClient, codes: dict[str, list[str]], headers: dict[str, str]
) -> None:
    answer = phone.get(f"/l/{codes[OLA][0]}", base_url="http://localhost", headers=headers)
    assert (answer.status_code, answer.location) == (301, f"https://localhost/l/{codes[OLA][0]}")
    assert people(app) == (0, 0)


@pytest.mark.parametrize(
    "target", [MENU, "https://źródło.example/café?a=1#b", "http://kawa.pl/%C5%82?q=a+b"]
)
def test_a_person_is_led_on_with_the_headers_of_the_view(
    app: Flask, phone: PageClient, codes: dict[str, list[str]], target: str
) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Link).where(Link.target == MENU).values(target=target))
    quick = phone.get(f"/l/{codes[OLA][0]}?from=sms")
    assert people(app, target) == (1, 1)
    by_view = phone.get(f"/l/{codes[OLA][0]}", headers={"User-Agent": ROBOTS[3]})
    assert people(app, target) == (1, 1)
    assert quick.status == by_view.status
    assert sorted(quick.headers) == sorted(by_view.headers)
    assert quick.get_data() == by_view.get_data() == b""


def test_a_foreign_host_counts_nobody(
    app: Flask, phone: PageClient, codes: dict[str, list[str]]
) -> None:
    answer = phone.get(f"/l/{codes[OLA][0]}", base_url="https://sms.example.com")
    assert answer.status_code == 400
    assert people(app) == (0, 0)


def test_people_get_there_when_their_click_cannot_be_stored(
    app: Flask,
    phone: PageClient,
    codes: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(clicks, "_count", lambda *_: fail())
    assert phone.get(f"/l/{codes[OLA][0]}").location == MENU
    assert "click.lost" in caplog.text
    monkeypatch.setattr(clicks, "_resolve", lambda *_, **__: fail())
    page = phone.get_page(f"/l/{codes[OLA][0]}", 503).get_text()
    assert "This link leads nowhere" not in page
    monkeypatch.undo()
    assert people(app) == (0, 0)


def fail() -> None:
    raise OperationalError("INSERT", None, OSError("disk full"))


@pytest.mark.parametrize(
    ("code", "status"),
    [("zzzzzzzzz", 404), ("example-1", 404), ("a", 404), ("000000000", 410), ("ąęśćżźółń", 404)],
)
def test_what_is_no_link_says_so_on_a_neutral_page(
    phone: PageClient, campaign: int, code: str, status: int
) -> None:
    page = phone.get_page(f"/l/{code}", status)
    assert "This link leads nowhere" in page.get_text()
    assert phone.get(f"/l/{code}").headers.getlist("Set-Cookie") == []


def test_after_the_erasure_of_the_account_a_link_is_gone(
    app: Flask, cast: Cast, phone: PageClient, codes: dict[str, list[str]]
) -> None:
    phone.get(f"/l/{codes[OLA][0]}")
    with app.app_context():
        erasure.begin(cast.owner.account_id, "owner")
        db.session.remove()
    assert phone.get(f"/l/{codes[OLA][0]}").status_code == 410
    with app.app_context():
        engine.erase(cast.owner.account_id)
        assert db.session.scalars(select(Link)).all() == []
        assert db.session.scalars(select(Message)).all() == []
    text = phone.get_page(f"/l/{codes[OLA][0]}", 410).get_text()
    assert "owner" not in text
    assert phone.get_page("/l/000000000", 410).get_text() == text


def test_a_link_is_opened_on_the_phone_and_seen_in_report_and_segment(
    app: Flask,
    cast: Cast,
    owner: PageClient,
    stranger: PageClient,
    phone: PageClient,
    settle: Callable[..., None],
) -> None:
    with app.app_context():
        campaign = sent.send(cast.owner)
        codes, public_id = sent.codes(campaign), campaign.public_id
        db.session.remove()
    settle()
    address = f"/campaigns/{public_id}"
    assert "Nobody has opened the link yet" in owner.get_page(address).get_text()
    for code in (codes[OLA][0], codes[OLA][1], codes[OLA][0], codes[JAN][0]):
        phone.get(f"/l/{code}")
    page = owner.get_page(address).get_text()
    assert "2 people opened the link" in page
    assert "kawa.pl/menu?from=sms" in page
    assert "opened 3 times" in page
    listed = owner.get_page(f"{address}?status=clicked").select("li.row .title")
    assert {row.get_text(strip=True) for row in listed} == {"+48 601 111 111", "+48 601 111 112"}
    stranger.get_page(address, 404)
    with app.app_context():
        ola = sent.person(OLA, cast.owner.account_id).public_id
    facts = owner.get_page(f"/recipients/{ola}").select_one("dl.facts").get_text()
    assert "kawa.pl/menu?from=sms" in facts
    page = owner.post_page(
        "/segments/new",
        {"action": "save", "name": "Curious", "match": "all", **CURIOUS},
    )
    assert page.select_one("h1").get_text() == "Curious"
    assert "Last opened a link: at some time" in page.get_text()
    assert len(page.select(".row > .title")) == 2
