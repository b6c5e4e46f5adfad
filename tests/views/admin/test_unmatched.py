"""The pages of opt-outs that belong to nobody."""

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    AuditEntry,
    Gateway,
    InboundMessage,
    Suppression,
    UnmatchedOptOut,
)
from tests.services.sending.inbox import NUMBER, come, texted
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

PAGE = "/admin/unmatched"
POLISH, SPANISH = "+48600123456", "+34600123456"


def arrive(app: Flask, *addresses: str) -> list[str]:
    """Wishes to stop that belong to nobody; returns their pages."""
    with app.app_context():
        come([Inbound("", address, NUMBER, "STOP it, Basia Zyx") for address in addresses])
        ids = db.session.scalars(select(UnmatchedOptOut.public_id).order_by(UnmatchedOptOut.id))
        pages = [f"{PAGE}/{public_id}" for public_id in ids]
        db.session.remove()
    return pages


def suppressed(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        rows = db.session.execute(select(Suppression.account_id, Suppression.phone))
        found = sorted((row.account_id, row.phone) for row in rows)
        db.session.remove()
    return found


def test_an_admin_is_told_and_assigns_it_to_one_of_two(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Gateway)).one().country = "GB"
        texted(cast.owner.account_id, phone=POLISH)
        texted(cast.stranger.account_id, phone=SPANISH)
    (page,) = arrive(app, "600123456")
    front = admin.get_page("/admin")
    assert "1 person wants no more texts" in words(front.get_text(" "))
    assert "no more texts" not in admin.get_page("/admin/top-ups").get_text()
    listed = admin.get_page(PAGE)
    shown = admin.get_page(page)
    for text in (words(listed.get_text(" ")), words(shown.get_text(" "))):
        assert "******456" in text
        assert "600123" not in text
        assert "Basia" not in text
    assert {"o•••@example.com", "s•••@example.com"} <= {a.get_text() for a in shown.select("dt a")}
    assert "+48 *** *** 456" in words(shown.get_text(" "))
    keys = [str(field["value"]) for field in shown.select("input[name=keys]")]
    assert len(keys) == 3  # one of each, and both
    for _ in range(2):  # a double click
        answer = admin.post_page(f"{page}/candidate", {"keys": keys[-1].split()[0]})
    assert "settled already" in answer.get_text()
    assert len(suppressed(app)) == 1
    with app.app_context():
        assert len(db.session.scalars(select(InboundMessage)).all()) == 1
        actions = db.session.scalars(select(AuditEntry.action)).all()
        assert list(actions).count("opt_out.assign") == 1
    assert "no more texts, and it" not in words(admin.get_page("/admin").get_text(" "))


def test_a_number_is_typed_in_checked_and_suppressed(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context():
        with transaction() as session:
            session.scalars(select(Gateway)).one().country = "GB"
        db.session.remove()
    (page,) = arrive(app, "600123456")
    account = cast.owner.account_public_id
    for phone, typed, problem in (
        ("", account, "Enter the number"),
        ("12", account, "Enter a mobile number"),
        ("+48600123457", account, "ends otherwise"),
        (POLISH, "", "No account has texted this number"),
        (POLISH, "nobody", "There is no such account"),
    ):
        refused = admin.post_page(f"{page}/assign", {"phone": phone, "account": typed}, 422)
        assert problem in refused.get_text()
    assert suppressed(app) == []
    answer = admin.post_page(f"{page}/assign", {"phone": POLISH, "account": account})
    assert "1 account does not text this number any more" in answer.get_text()
    assert suppressed(app) == [(cast.owner.account_id, POLISH)]
    settled = admin.get_page(PAGE).select_one(f".row a[href$='{account}']")
    assert settled.get_text() == "o•••@example.com"


def test_it_is_dismissed_with_a_reason(app: Flask, admin: PageClient) -> None:
    (page,) = arrive(app, "8080")
    assert admin.post_page(f"{page}/dismiss", {"reason": " "}, 422).select(".error")
    assert "Dismissed" in admin.post_page(f"{page}/dismiss", {"reason": "A robot"}).get_text()
    assert "A robot" in admin.get_page(PAGE).get_text()
    assert "settled already" in admin.post_page(f"{page}/dismiss", {"reason": "No"}).get_text()


def test_the_country_of_a_gateway_is_chosen(app: Flask, admin: PageClient) -> None:
    address = "/admin/gateways/Simulator"
    page = admin.get_page(address)
    assert page.select_one("select[name=country] option[value='']")
    assert "The country is saved" in admin.post_page(f"{address}/country", {"country": "DE"}).text
    chosen = admin.get_page(address).select_one("select[name=country] option[selected]")
    assert chosen
    assert chosen["value"] == "DE"
    assert admin.post_page(f"{address}/country", {"country": "ZZ"}, 422).select(".error")
    with app.app_context():
        assert db.session.scalars(select(Gateway.country)).one() == "DE"
        assert db.session.scalars(select(AuditEntry.action)).all() == ["gateway.country"]
