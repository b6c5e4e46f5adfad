"""Payments and refunds as admins see them."""

import re

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Invoice, InvoiceKind, Payment, PaymentKind, TopUp, now
from promosms.services.ledger import ledger
from promosms.services.payments import pages as payment_pages
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.support.top_ups import paid

PAGE = "/admin/payments"


@pytest.fixture
def public_id(app: Flask, cast: Cast) -> str:
    """The payment of an order over 119.00."""
    with app.app_context():
        top_up = paid(cast.owner)
        return db.session.scalars(db.select(Payment).filter_by(top_up_id=top_up.id)).one().public_id


def refund(**change: str) -> dict[str, str]:
    form = {"amount": "119", "reason": "Ordered twice", "sent": "y", "reference": "ab" * 10}
    return {**form, **change}


def balance(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.get_one(Account, cast.owner.account_id).balance


def refund_amounts(app: Flask) -> list[int]:
    with app.app_context():
        query = db.select(Payment.amount).where(Payment.kind == PaymentKind.REFUND)
        return list(db.session.scalars(query))


def rows(admin: PageClient, query: str = "") -> int:
    return len(admin.get_page(PAGE + query).select(".row:not(.rows-head)"))


def test_it_lists_payments_with_order_and_document(admin: PageClient, public_id: str) -> None:
    page = admin.get_page(PAGE)
    row = words(page.select(".row")[1].get_text(" "))
    assert re.fullmatch(
        r"Blumen Özdemir 2 Mar 2026 PS-\S+ , Bank transfer TEST-INV/\S+ Received \+€119\.00", row
    )
    assert page.select_one("a[href$='/pdf']")


def test_it_filters_by_provider_kind_and_period(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    with app.app_context():
        paid(cast.stranger, 500_000, "stripe")
        with transaction() as session:
            dispute = {"kind": PaymentKind.DISPUTE, "provider": "stripe", "currency": "EUR"}
            session.add(Payment(reference="dp", amount=-500_000, paid_at=now(), **dispute))
    assert rows(admin) == 3
    assert rows(admin, "?provider=transfer") == 1
    assert rows(admin, "?kind=dispute") == 1
    assert rows(admin, "?first=2026-03-02&last=2026-03-02") == 2
    assert rows(admin, "?last=2026-03-01") == 0
    assert rows(admin, "?first=2026-03-03") == 1
    assert rows(admin, "?provider=gold&kind=x&first=soon&last=9999-12-31&before=x") == 3
    override(app, operator_timezone="Europe/Warsaw")
    assert rows(admin, "?first=0001-01-01&last=9999-12-30") == 3
    assert "an account that has left" in admin.get_page(f"{PAGE}?kind=dispute").get_text()


def test_it_has_pages(app: Flask, cast: Cast, admin: PageClient, public_id: str) -> None:
    with app.app_context(), transaction() as session:
        columns = {"provider": "transfer", "currency": "EUR", "amount": 100, "paid_at": now()}
        for number in range(payment_pages.PAGE):
            session.add(Payment(reference=str(number), **columns))
    link = admin.get_page(PAGE).select_one(".pager a")
    assert link is not None
    assert len(admin.get_page(str(link["href"])).select(".row:not(.rows-head)")) == 1


def test_a_whole_transfer_is_refunded_with_a_credit_note(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    page = admin.post_page(f"{PAGE}/{public_id}/refund", refund(bank_reference="2026/50-1"))
    assert "€119.00 is sent back. The credit note is on its way." in page.get_text()
    assert balance(app, cast) == 100_000
    assert refund_amounts(app) == [-1_190_000]
    with app.app_context():
        query = db.select(Invoice).filter_by(kind=InvoiceKind.CREDIT_NOTE)
        assert db.session.scalars(query).one().gross == -1_190_000
    assert (
        "Nothing can go back" not in page.get_text() or "has gone back already" in page.get_text()
    )


def test_a_part_is_refunded_once_if_the_form_is_sent_twice(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="11,90"))
    admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="11,90"))
    assert refund_amounts(app) == [-119_000]
    assert balance(app, cast) == 1_000_000


def test_spent_money_cannot_be_refunded(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    with app.app_context():
        ledger.pay(cast.owner.account_id, 600_000, "spent")
    page = admin.get_page(f"{PAGE}/{public_id}")
    assert "Up to €59.50" in page.get_text()
    page = admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="59.51"), 422)
    assert "At most €59.50 can go back" in page.select_one(".error").get_text()
    page = admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="120"), 422)
    assert "At most €119.00" in page.select_one(".error").get_text()
    assert refund_amounts(app) == []
    admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="59.50"))
    assert balance(app, cast) == 0


@pytest.mark.parametrize(
    "change",
    [
        *({"amount": amount} for amount in ("0", "-5", "", "all", "1.005", "5 USD", "99999999")),
        {"reason": " "},
        {"reason": "x" * 201},
        {"sent": ""},
        {"reference": "mine"},
    ],
)
def test_it_refuses_invalid_refunds(
    app: Flask, cast: Cast, admin: PageClient, public_id: str, change: dict[str, str]
) -> None:
    admin.post_page(f"{PAGE}/{public_id}/refund", refund(**change), 422)
    assert refund_amounts(app) == []
    assert balance(app, cast) == 1_100_000


def test_a_refund_cannot_be_sent_back(app: Flask, admin: PageClient, public_id: str) -> None:
    admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="10"))
    with app.app_context():
        query = db.select(Payment).filter_by(kind=PaymentKind.REFUND)
        out = db.session.scalars(query).one().public_id
    page = admin.get_page(f"{PAGE}/{out}")
    assert "Send money back" not in page.get_text()
    assert "Nothing was changed" in admin.post_page(f"{PAGE}/{out}/refund", refund()).get_text()
    assert refund_amounts(app) == [-100_000]


def test_an_overpayment_is_refunded_without_a_credit_note(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context():
        top_up_id = paid(cast.owner, 1_390_000).id
        query = db.select(Payment).filter_by(top_up_id=top_up_id)
        public_id = db.session.scalars(query).one().public_id
    page = admin.post_page(f"{PAGE}/{public_id}/refund", refund(amount="20"))
    assert "€20.00 is sent back." in page.get_text()
    assert "credit note is on its way" not in page.get_text()
    with app.app_context():
        assert db.session.get_one(TopUp, top_up_id).paid == 1_190_000
        assert db.session.query(Invoice).count() == 1
    assert balance(app, cast) == 1_100_000


def test_disputes_are_shown(app: Flask, cast: Cast, admin: PageClient, public_id: str) -> None:
    with app.app_context(), transaction() as session:
        of = db.session.scalars(db.select(Payment)).one()
        session.add(
            Payment(
                account_id=of.account_id,
                top_up_id=of.top_up_id,
                kind=PaymentKind.DISPUTE,
                provider="stripe",
                reference="dp_1",
                currency="EUR",
                amount=-1_190_000,
                paid_at=now(),
            )
        )
    page = admin.get_page(f"{PAGE}/{public_id}")
    assert "the bank has taken €119.00 back" in page.get_text()


def test_an_unknown_payment_is_not_found(admin: PageClient) -> None:
    admin.get_page(f"{PAGE}/{'0' * 20}", 404)
