"""The list of orders, and the page of an order: its status and how to pay it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Invoice, PayMethod, TopUp, TopUpStatus, User, now
from promosms.services.invoices import companies
from promosms.services.invoices.companies import Details
from promosms.services.payments import payments, top_ups
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.support.settings import override

COMPANY = Details('Milk <b>Bar</b> "Ł"', "Long Street 1", "10115", "Berlin", "DE", "DE136695976")
SELLER = {
    "OPERATOR_NAME": "Texts GmbH",
    "OPERATOR_STREET": "Kurze Str. 1",
    "OPERATOR_POSTCODE": "10115",
    "OPERATOR_CITY": "Berlin",
    "OPERATOR_COUNTRY": "DE",
    "OPERATOR_TAX_ID": "DE136695976",
    "OPERATOR_IBAN": "DE89370400440532013000",
    "OPERATOR_EMAIL": "money@texts.example",
    "VAT_RATE": 1900,
}


@pytest.fixture
def order(app: Flask, cast: Cast) -> str:
    """The address of an open order over 50.00 net."""
    override(app, SELLER)
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        user = db.session.get_one(User, cast.owner.user_id)
        companies.save(account.id, COMPANY, "test")
        top_up = top_ups.order(account, user, 500_000, PayMethod.TRANSFER)
        return f"/billing/top-ups/{top_up.public_id}"


def change(app: Flask, **values: Any) -> None:
    with app.app_context(), transaction() as session:
        top_up = session.scalars(select(TopUp)).one()
        for name, value in values.items():
            setattr(top_up, name, value)


def pay(app: Flask, amount: int, reference: str = "line 1") -> None:
    with app.app_context():
        top_up = db.session.scalars(select(TopUp)).one()
        payments.receive(top_up.id, "transfer", reference, amount, actor="admin")


def text(page: Page) -> str:
    main = page.select_one("main")
    assert main is not None
    return words(main.get_text(" "))


def test_it_shows_how_to_pay(app: Flask, owner: PageClient, order: str) -> None:
    page = owner.get_page(order)
    shown = text(page)
    with app.app_context():
        reference = db.session.scalars(select(TopUp.reference)).one()
    for text_shown in (
        "Waiting for the money",
        "Texts GmbH",
        "DE89 3704 0044 0532 0130 00",
        reference,
    ):
        assert text_shown in shown
    assert "Amount €59.50" in shown
    assert 'Milk <b>Bar</b> "Ł"' in shown
    assert page.select("figure svg path")
    assert "by card" not in shown


def test_a_partial_payment_is_shown(app: Flask, owner: PageClient, order: str) -> None:
    pay(app, 200_000)
    shown = text(owner.get_page(order))
    assert "A part has come" in shown
    assert "€20.00 has come, €39.50 is missing." in shown
    assert "Amount €39.50" in shown
    assert "Cancel the order" not in shown


def test_a_paid_order_links_to_its_invoice(app: Flask, owner: PageClient, order: str) -> None:
    pay(app, 595_000)
    page = owner.get_page(order)
    assert "€50.00 came onto your balance on" in text(page)
    assert "Pay by bank transfer" not in text(page)
    assert page.select("a[href*='/billing/invoices/']")
    assert "more has come" not in text(page)


def test_its_days_are_those_of_the_seller_and_of_the_booking(
    app: Flask, owner: PageClient, order: str
) -> None:
    override(app, operator_timezone="Pacific/Auckland")
    midnight = datetime(2031, 3, 2, 11, tzinfo=UTC)  # in Warsaw still the second of March
    change(app, expires_at=midnight)
    assert "Please pay by 3 Mar 2031." in text(owner.get_page(order))
    change(app, expires_at=midnight - timedelta(seconds=1))
    assert "Please pay by 2 Mar 2031." in text(owner.get_page(order))
    with app.app_context():
        top_up = db.session.scalars(select(TopUp)).one()
        day = datetime(2026, 3, 2, 12, tzinfo=UTC)
        payments.receive(top_up.id, "transfer", "1", 595_000, actor="admin", paid_at=day)
        booked = db.session.scalars(select(Invoice.created_at)).one()
    local = booked.astimezone(ZoneInfo("Europe/Warsaw"))
    assert f"onto your balance on {local.day} {local:%b} 20" in text(owner.get_page(order))


def test_a_double_payment_is_shown(app: Flask, owner: PageClient, order: str) -> None:
    pay(app, 595_000)
    pay(app, 595_000, "line 2")
    assert "€59.50 more has come than was ordered." in text(owner.get_page(order))


@pytest.mark.parametrize("status", [TopUpStatus.CANCELLED, TopUpStatus.EXPIRED])
def test_a_payment_for_an_expired_order_counts(
    app: Flask, owner: PageClient, order: str, status: TopUpStatus
) -> None:
    change(app, status=status)
    shown = text(owner.get_page(order))
    assert "still counts when it comes" in shown
    assert "Order again" in shown
    assert "Pay by bank transfer" not in shown
    pay(app, 10_000)
    assert "€1.00 has come, €58.50 is missing." in text(owner.get_page(order))


def test_it_can_be_cancelled_once(app: Flask, owner: PageClient, order: str) -> None:
    assert "You do not have to pay anything" in text(owner.post_page(f"{order}/cancel"))
    assert "cannot be cancelled any more" in text(owner.post_page(f"{order}/cancel"))


def test_an_order_in_an_old_currency_is_refused_with_a_reason(
    app: Flask, owner: PageClient, order: str
) -> None:
    override(app, currency="PLN")
    page = owner.get_page(order)
    assert "This order is in EUR, and here everything is sold in PLN now." in text(page)
    assert "€59.50" in text(page)
    assert "Pay by bank transfer" not in text(page)
    assert not page.select("figure svg")
    assert "€59.50" in text(owner.get_page("/billing/top-ups"))


def test_without_a_seller_it_shows_whom_to_write_to(
    app: Flask, owner: PageClient, order: str
) -> None:
    override(app, operator_iban="")
    shown = text(owner.get_page(order))
    assert "Nothing can be paid here at the moment. Please write to money@texts.example." in shown
    assert owner.get(f"{order}/pro-forma").status_code == 404


def test_an_example_account_is_not_offered_for_payment(
    app: Flask, owner: PageClient, order: str
) -> None:
    override(app, dict.fromkeys(SELLER, ""))
    override(app, vat_rate=0)
    page = owner.get_page(order)
    assert "Do not send money to it." in text(page)
    assert not page.select("figure svg")


def test_the_pro_forma_is_a_pdf(app: Flask, owner: PageClient, order: str) -> None:
    response = owner.get(f"{order}/pro-forma")
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    name = f"PF-{now().year}-000001.pdf"
    assert name in response.headers["Content-Disposition"]


def test_cards_are_offered_when_stripe_is_configured(
    app: Flask, owner: PageClient, order: str
) -> None:
    override(app, stripe_secret_key="sk_test_1", stripe_webhook_secret="whsec_1")
    page = owner.get_page(order)
    assert "Pay €59.50 by card" in text(page)
    assert page.select(f"a[href='/billing/card/{order.rsplit('/', 1)[1]}']")


def test_members_see_it_and_cannot_cancel_it(colleague: PageClient, order: str) -> None:
    page = colleague.get_page(order)
    assert not page.select("main form")
    assert colleague.send(f"{order}/cancel").status_code == 403
    assert colleague.get_page("/billing/top-ups").select(".rows > .row:not(.rows-head)")


def test_strangers_do_not_find_it(
    stranger: PageClient, visitor: PageClient, admin: PageClient, order: str
) -> None:
    stranger.get_page(order, 404)
    assert stranger.get(f"{order}/pro-forma").status_code == 404
    assert stranger.send(f"{order}/cancel").status_code == 404
    assert "/login" in visitor.get(order).location
    admin.get_page(order, 403)


def test_the_list_has_pages(app: Flask, cast: Cast, owner: PageClient, order: str) -> None:
    with app.app_context():
        first = db.session.scalars(select(TopUp)).one()
        columns = [column.name for column in TopUp.__table__.columns]
        values = {name: getattr(first, name) for name in columns}
        skipped = {"id", "public_id", "reference"}
        kept = {name: value for name, value in values.items() if name not in skipped}
        with transaction() as session:
            for n in range(top_ups.PAGE):
                session.add(TopUp(**kept, reference=f"PS-{n}"))
    page = owner.get_page("/billing/top-ups")
    assert len(page.select(".rows > .row:not(.rows-head)")) == top_ups.PAGE
    link = page.select_one(".pager a")
    assert link is not None
    assert len(owner.get_page(str(link["href"])).select(".rows > .row:not(.rows-head)")) == 1


def test_an_empty_list_invites(owner: PageClient) -> None:
    assert "Nothing has been ordered yet" in text(owner.get_page("/billing/top-ups"))
