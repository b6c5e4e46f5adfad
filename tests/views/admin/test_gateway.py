"""The page of a gateway: its health, its rate limit and test texts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AuditEntry, Gateway, Message, Priority, RouteGateway, now
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

PAGE = "/admin/gateways/Simulator"
Settle = Callable[..., None]


def change(app: Flask, **values: object) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Gateway).values(**values))


def test_it_shows_the_health(app: Flask, admin: PageClient) -> None:
    change(app, health=45, answer_ms=1234, errors_percent=12, connections=2, error="wrong password")
    text = words(admin.get_page(PAGE).get_text(" "))
    for shown in ("45%", "1,234 ms", "12%", "0 of 2 connected", "wrong password"):
        assert shown in text
    assert "Route Standard all countries" in text
    assert "Message ids" not in text


def test_a_phone_is_as_slow_as_its_sim(app: Flask, admin: PageClient) -> None:
    slow = "whatever is chosen here"
    text = words(admin.get_page(PAGE).get_text(" "))
    assert "texts a second" in text
    assert slow not in text
    change(app, kind="android", settings={"per_hour": "40"})
    text = words(admin.get_page(PAGE).get_text(" "))
    assert "Speed 40 texts an hour" in text
    assert slow in text


def test_without_a_connection_it_has_no_health(app: Flask, admin: PageClient) -> None:
    change(app, health=45, seen_at=now() - timedelta(minutes=1))
    assert "45%" not in words(admin.get_page(PAGE).get_text(" "))
    for path in (PAGE, "/admin/gateways", "/admin/routes"):
        assert " 0%" in words(admin.get_page(path).get_text(" ")), path


def test_it_shows_the_learnt_format_of_message_ids(app: Flask, admin: PageClient) -> None:
    change(app, message_id_format="resp_hex_dlr_dec", message_id_format_seen=132)
    text = words(admin.get_page(PAGE).get_text(" "))
    assert "hexadecimal in answers, decimal in receipts learnt from 132 receipts" in text


def test_it_names_the_countries(app: Flask, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(RouteGateway).values(countries="DE,PL"))
    assert "Germany, Poland" in admin.get_page(PAGE).get_text()


def test_a_name_may_have_a_slash(app: Flask, admin: PageClient) -> None:
    change(app, name="A/B pause")
    page = admin.get_page("/admin/gateways/A/B%20pause")
    assert page.select_one("form[action='/admin/gateways/A/B%20pause/change']")
    admin.get_page("/admin/gateways/Nobody", 404)


def test_the_rate_limit_is_changed(app: Flask, admin: PageClient) -> None:
    form = {"rate": "50", "window": "20", "connections": "3"}
    page = admin.post_page(f"{PAGE}/change", form)
    assert "as soon as PromoSMS is started again" in page.get_text()
    with app.app_context():
        gateway = db.session.scalars(select(Gateway)).one()
        assert (gateway.rate, gateway.window, gateway.connections) == (50, 20, 3)
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.detail) == (
            "gateway.change",
            "rate 50, window 20, connections 3",
        )


@pytest.mark.parametrize(
    "wrong",
    [
        *({"rate": "0"}, {"window": "1001"}, {"connections": "21"}, {"rate": "fast"}),
        {"rate": "9" * 320},
    ],
)
def test_invalid_rates_are_refused(app: Flask, admin: PageClient, wrong: dict[str, str]) -> None:
    form = {"rate": "50", "window": "20", "connections": "3", **wrong}
    assert admin.post_page(f"{PAGE}/change", form, 422).select(".error")
    with app.app_context():
        assert db.session.scalars(select(Gateway.connections)).one() == 1


def test_a_test_text_uses_exactly_this_gateway_and_is_free(
    app: Flask, cast: Cast, admin: PageClient, settle: Settle
) -> None:
    page = admin.post_page(f"{PAGE}/test", {"phone": "601 222 333"})
    assert "Waiting" in page.get_text()
    assert "333" in page.get_text()
    assert "601" not in page.get_text()
    with app.app_context():
        message = db.session.scalars(select(Message)).one()
        gateway = db.session.scalars(select(Gateway)).one()
        assert (message.gateway_id, message.priority, message.price) == (
            gateway.id,
            Priority.VERIFICATION,
            0,
        )
        assert (message.phone, message.sender) == ("+48601222333", "+48732000001")
        assert len(queue.queue(queue.gateway_queue(gateway.id))) == 1
        balances = db.session.scalars(select(Account.balance).order_by(Account.id)).all()
        assert balances == [100_000, 100_000, 0]
        assert db.session.scalars(select(AuditEntry.action)).all() == ["gateway.test"]
        db.session.remove()
    settle()
    page = admin.get_page(PAGE)
    assert "Delivered" in page.get_text()
    listed = admin.get_page("/admin/accounts").select(".row a.title")
    assert len(listed) == 2  # the account of the operator is not listed


def test_a_test_text_needs_a_mobile_number(app: Flask, admin: PageClient) -> None:
    for phone in ("", "12", "+48 22 123 45 67"):
        assert admin.post_page(f"{PAGE}/test", {"phone": phone}, 422).select(".error")
    with app.app_context():
        assert db.session.scalars(select(Message.id)).all() == []


def test_a_test_text_of_a_paused_gateway_waits_and_the_page_says_so(admin: PageClient) -> None:
    admin.post_page(f"{PAGE}/pause")
    assert "the test waits until you press Resume" in admin.get_page(PAGE).get_text()
