"""Access to the simulated phone, which shows passwords by text."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Gateway
from tests.support.pages import PageClient
from tests.support.settings import override

PAGES = ("/phone", "/phone/live", "/phone?number=%2B48601000101")


def from_outside(client: PageClient) -> PageClient:
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return client


@pytest.mark.parametrize("page", PAGES)
def test_visitors_on_the_same_machine_see_it(visitor: PageClient, page: str) -> None:
    assert visitor.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_it_from_another_machine(
    visitor: PageClient, owner: PageClient, page: str
) -> None:
    assert from_outside(visitor).get(page).status_code == 404
    assert from_outside(owner).get(page).status_code == 404


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
