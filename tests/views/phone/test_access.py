"""Access to the simulated phone, which shows passwords by text."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Gateway
from promosms.services.gateways import simulated_phone
from promosms.web.cookies import PHONE
from tests.support.commands import run
from tests.support.pages import PageClient, words
from tests.support.phone import open_phone
from tests.support.settings import override

PAGES = ("/phone", "/phone/live", "/phone?number=%2B48601000101")


@pytest.fixture
def key(app: Flask) -> str:
    """The key at the end of the link."""
    with app.app_context():
        return simulated_phone.link().rpartition("/")[2]


def from_outside(client: PageClient) -> PageClient:
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return client


@pytest.mark.parametrize("page", PAGES)
def test_the_link_opens_it_on_the_same_machine(visitor: PageClient, page: str) -> None:
    assert visitor.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_it_from_another_machine(
    visitor: PageClient, owner: PageClient, page: str
) -> None:
    assert from_outside(visitor).get(page).status_code == 404
    assert from_outside(open_phone(owner)).get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "header",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=127.0.0.1"},
    ],
)
def test_nobody_sees_it_through_a_proxy(
    visitor: PageClient, page: str, header: dict[str, str]
) -> None:
    assert visitor.get(page, headers=header).status_code == 404


HEADERS = (
    {},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Host": "127.0.0.1"},
    {"Cookie": f"{PHONE.name}="},
    {"Cookie": f"{PHONE.name}=1"},
    {"Cookie": f"{PHONE.name}={'0' * 32}"},
    {"Cookie": f"{PHONE.name}=\xff\xfe"},
    {"Authorization": "Bearer 1"},
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("header", HEADERS)
def test_no_header_opens_it(
    app: Flask, owner: PageClient, page: str, header: dict[str, str]
) -> None:
    for client in (PageClient(app), owner):
        answer = client.get(page, headers=header)
        assert answer.status_code in (400, 404)
        assert answer.headers.getlist("Set-Cookie") == [] or PHONE.name not in str(answer.headers)
        assert "the simulated phone is closed" in answer.text.lower() or "Host" in header


def test_the_key_is_not_the_pass(app: Flask, key: str) -> None:
    client = PageClient(app)
    assert client.get("/phone", headers={"Cookie": f"{PHONE.name}={key}"}).status_code == 404


@pytest.mark.parametrize("change", ["", "0", "x" * 500, "ż", "%00"])
def test_only_the_whole_key_opens_it(app: Flask, key: str, change: str) -> None:
    client = PageClient(app)
    for wrong in {change + key[len(change) :], key[:-1] + change, key + change, key.upper()} - {
        key
    }:
        assert client.get(f"/phone/open/{wrong}").status_code == 404, wrong
    assert client.get("/phone").status_code == 404


def test_the_link_opens_nothing_from_another_machine(app: Flask, key: str) -> None:
    for client, headers in (
        (from_outside(PageClient(app)), {}),
        (PageClient(app), {"X-Forwarded-For": "127.0.0.1"}),
    ):
        answer = client.get(f"/phone/open/{key}", headers=headers)
        assert answer.status_code == 404
        assert PHONE.name not in str(answer.headers)


def test_each_installation_has_its_own_link(app: Flask, visitor: PageClient) -> None:
    override(app, secret_key="another key of another installation")
    assert visitor.get("/phone").status_code == 404


def test_a_closed_phone_says_how_it_is_opened(app: Flask, key: str) -> None:
    page = PageClient(app).get_page("/phone", 404)
    text = words(page.get_text(" "))
    assert "printed in the terminal at its start" in text
    assert "scripts/run phone-link" in text
    assert key not in str(page)


def test_a_command_prints_the_link_as_long_as_there_is_a_phone(app: Flask, key: str) -> None:
    assert run(app, "phone-link").output == f"https://localhost:8443/phone/open/{key}\n"
    override(app, production=True)
    result = run(app, "phone-link")
    assert result.exit_code == 1
    assert key not in result.output


def test_pages_say_where_the_link_is(app: Flask, visitor: PageClient) -> None:
    form = {"email": "new@example.com", "phone": "+48601000109"}
    closed = words(PageClient(app).post_page("/register", form).get_text(" "))
    assert "Open it with the link that PromoSMS printed" in closed
    opened = visitor.post_page("/register", form)
    assert opened.select_one('main a[href="/phone"]').get_text() == "Open the phone"
    assert "the simulated phone" not in from_outside(PageClient(app)).send("/register", form).text


def test_what_it_shows_is_kept_by_no_cache(visitor: PageClient) -> None:
    for page in PAGES:
        assert visitor.get(page).headers["Cache-Control"] == "no-store"


def test_an_admin_sees_it_from_anywhere(admin: PageClient) -> None:
    assert from_outside(admin).get("/phone").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_does_not_exist_in_production(
    app: Flask, visitor: PageClient, admin: PageClient, page: str
) -> None:
    override(app, production=True)
    assert visitor.get(page).status_code == 404
    assert admin.get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_it_disappears_with_the_first_real_gateway(
    app: Flask, visitor: PageClient, admin: PageClient, page: str
) -> None:
    with app.app_context(), transaction() as session:
        session.add(Gateway(name="Real", kind="http"))
    assert visitor.get(page).status_code == 404
    assert admin.get(page).status_code == 404


def test_nobody_replies_from_another_machine(visitor: PageClient) -> None:
    visitor.get_page("/phone")
    form = {"number": "+48601000101", "to": "+48732000001", "text": "STOP"}
    assert from_outside(visitor).send("/phone/reply", form).status_code == 404
