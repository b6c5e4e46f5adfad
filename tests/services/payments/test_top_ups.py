"""Top-ups: price, ordering, finding, cancelling, expiry."""

import re
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.documents.data import Party
from promosms.documents.tax import TaxCase
from promosms.extensions import db
from promosms.models import (
    Account,
    AuditEntry,
    PayMethod,
    TaxAnswer,
    TaxCheck,
    TopUp,
    TopUpStatus,
    User,
    now,
)
from promosms.services.installation import defaults
from promosms.services.invoices import companies, vies
from promosms.services.invoices import drafts as invoice_drafts
from promosms.services.invoices.companies import Details
from promosms.services.payments import payment_references, payments, top_ups
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.vies import NO, YES, Vies, fault, running

GERMAN = Details("Bäckerei <b>", "Lange Str. 1", "10115", "Berlin", "DE", "DE136695976")
POLE = Details("Bar Mleczny", "Długa 1", "00-001", "Warszawa", "PL", "PL5260001246", "a@b.pl")
BRITON = Details("Tea Ltd", "High St 1", "AB1 2CD", "London", "GB")
SELLER = {
    "OPERATOR_NAME": "Teksty sp. z o.o.",
    "OPERATOR_STREET": "Krótka 1",
    "OPERATOR_POSTCODE": "00-002",
    "OPERATOR_CITY": "Warszawa",
    "OPERATOR_COUNTRY": "DE",
    "OPERATOR_TAX_ID": "DE136695976",
    "OPERATOR_IBAN": "DE89370400440532013000",
    "VAT_RATE": 1900,
}
NET = 500_000


@pytest.fixture(autouse=True)
def seller(app: Flask, context: None) -> None:
    override(app, SELLER)


@pytest.fixture
def register(app: Flask) -> Iterator[Vies]:
    with running() as server:
        override(app, vies_url=server.url)
        yield server


def account_of(cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def order(cast: Cast, details: Details | None = GERMAN, **more: Any) -> TopUp:
    if details:
        companies.save(cast.owner.account_id, details, "test")
    user = db.session.get_one(User, cast.owner.user_id)
    net = more.pop("net", NET)
    return top_ups.order(account_of(cast), user, net, PayMethod.TRANSFER, **more)


def end(top_up: TopUp, **values: Any) -> None:
    with transaction():
        for name, value in values.items():
            setattr(top_up, name, value)


def test_it_stores_what_was_agreed(cast: Cast) -> None:
    top_up = order(cast)
    assert (top_up.net, top_up.tax, top_up.gross, top_up.rate) == (500_000, 95_000, 595_000, 1900)
    assert (top_up.tax_case, top_up.currency, top_up.status) == (TaxCase.DOMESTIC, "EUR", "open")
    assert top_up.buyer == asdict(Party(**asdict(GERMAN)))
    assert payment_references.read(top_up.reference) == top_up.reference
    assert re.fullmatch(r"PF/\d{4}/000001", top_up.number)
    days = top_up.expires_at - top_up.created_at
    assert abs(days - timedelta(days=14)) < timedelta(minutes=1)


def test_changing_the_company_later_changes_no_order(cast: Cast) -> None:
    top_up = order(cast)
    companies.save(cast.owner.account_id, POLE, "test")
    db.session.expire_all()
    assert top_up.buyer["name"] == "Bäckerei <b>"
    assert invoice_drafts.pro_forma(top_up).buyer.name == "Bäckerei <b>"
    assert order(cast, None).buyer["name"] == "Bar Mleczny"


def test_pro_formas_have_their_own_series_without_gaps(cast: Cast) -> None:
    assert [order(cast).number[-6:] for _ in range(3)] == ["000001", "000002", "000003"]


@pytest.mark.parametrize(
    ("net", "why"),
    [
        (0, "small"),
        (-250_000, "small"),
        (99_900, "small"),
        (100_000_100, "large"),
        (250_050, "cents"),
    ],
)
def test_an_amount_that_is_not_sold_is_refused(cast: Cast, net: int, why: str) -> None:
    with pytest.raises(top_ups.BadAmount) as refused:
        order(cast, net=net)
    assert refused.value.why == why


def test_nothing_is_sold_without_seller_or_company(app: Flask, cast: Cast) -> None:
    with pytest.raises(top_ups.NotForSale, match="company"):
        order(cast, None)
    override(app, operator_iban="")
    with pytest.raises(top_ups.NotForSale, match="seller"):
        order(cast)


def test_packages_are_offered_once_and_only_where_they_can_be_bought(app: Flask) -> None:
    override(app, top_up_packages=(500_000, 250_000, 1, 500_000, 100_000_001))
    assert top_ups.packages() == [250_000, 500_000]


@pytest.mark.parametrize(
    ("body", "case", "gross", "evidence"),
    [
        (YES, TaxCase.REVERSE_CHARGE, 500_000, TaxAnswer.VALID),
        (NO, TaxCase.OTHER_EU, 595_000, TaxAnswer.INVALID),
        (fault("MS_UNAVAILABLE"), TaxCase.OTHER_EU, 595_000, TaxAnswer.UNAVAILABLE),
    ],
)
def test_the_tax_follows_vies_and_keeps_the_evidence(
    cast: Cast, register: Vies, body: dict[str, Any], case: TaxCase, gross: int, evidence: TaxAnswer
) -> None:
    register.body = body
    top_up = order(cast, POLE)
    assert (top_up.tax_case, top_up.gross) == (case, gross)
    check = db.session.get_one(TaxCheck, top_up.tax_check_id)
    assert (check.answer, check.tax_id) == (evidence, "PL5260001246")
    shown = invoice_drafts.pro_forma(top_up).consultation
    assert shown == (YES["requestIdentifier"] if body is YES else "")


@pytest.mark.parametrize("details", [GERMAN, BRITON, Details(*list(asdict(POLE).values())[:5])])
def test_vies_is_only_asked_where_the_tax_depends_on_it(
    cast: Cast, register: Vies, details: Details
) -> None:
    top_up = order(cast, details)
    assert (register.asked, top_up.tax_check_id) == ([], None)


def test_old_evidence_is_renewed_before_an_order(cast: Cast, register: Vies) -> None:
    order(cast, POLE)
    with transaction() as session:
        session.scalars(select(TaxCheck)).one().checked_at -= timedelta(hours=25)
    register.body = fault("TIMEOUT")
    assert order(cast, POLE).tax_case == TaxCase.OTHER_EU


def test_inside_a_transaction_only_stored_evidence_counts(cast: Cast, register: Vies) -> None:
    companies.save(cast.owner.account_id, POLE, "test")
    with transaction():
        assert order(cast, None).tax_case == TaxCase.OTHER_EU
    assert register.asked == []
    vies.check(cast.owner.account_id, "PL5260001246")
    with transaction():
        assert order(cast, None).tax_case == TaxCase.REVERSE_CHARGE


def test_a_confirmed_number_does_not_confirm_another_one(cast: Cast, register: Vies) -> None:
    order(cast, POLE)
    register.body = NO
    details = Details(*[*list(asdict(POLE).values())[:5], "PL7010023006"])
    assert order(cast, details).tax_case == TaxCase.OTHER_EU


def test_another_sum_than_agreed_is_not_ordered(app: Flask, cast: Cast) -> None:
    companies.save(cast.owner.account_id, GERMAN, "test")
    override(app, vat_rate=2000)
    with pytest.raises(top_ups.Changed):
        order(cast, agreed=595_000)
    assert db.session.scalars(select(TopUp)).all() == []
    assert order(cast, agreed=600_000).number.endswith("000001")


def test_a_second_click_finds_the_first_order(cast: Cast) -> None:
    first, second = order(cast, nonce="a" * 20), order(cast, nonce="a" * 20)
    assert first.id == second.id
    assert order(cast, nonce="b" * 20).id != first.id
    assert first.public_id != "a" * 20


def test_two_clicks_at_the_same_moment_make_one_order(app: Flask, cast: Cast) -> None:
    companies.save(cast.owner.account_id, GERMAN, "test")
    db.session.remove()
    ready, top_up = threading.Barrier(4), []

    def click() -> None:
        with app.app_context():
            ready.wait(10)
            top_up.append(order(cast, None, nonce="c" * 20).id)
            db.session.remove()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(top_up) == 4
    assert len(set(top_up)) == 1
    assert [top_up.number[-6:] for top_up in db.session.scalars(select(TopUp))] == ["000001"]


def test_nobody_keeps_more_than_a_few_orders_open(cast: Cast) -> None:
    for _ in range(top_ups.MOST_OPEN):
        last = order(cast)
    with pytest.raises(top_ups.NotForSale, match="many"):
        order(cast)
    top_ups.cancel(last, "me")
    order(cast)


def test_it_is_found_by_its_reference_in_any_spelling(cast: Cast) -> None:
    top_up = order(cast)
    bare = top_up.reference.replace("-", "")
    for text in (top_up.reference, bare.lower(), f"transfer {bare} thanks", bare[2:]):
        by_reference = top_ups.by_reference(text)
        assert by_reference is not None, text
        assert by_reference.id == top_up.id
    wrong = "2" if bare[5] != "2" else "3"
    assert top_ups.by_reference(f"{bare[:5]}{wrong}{bare[6:]}") is None
    assert top_ups.by_reference(payment_references.new()) is None
    assert top_ups.by_reference("") is None


def test_it_is_cancelled_once_and_only_without_money(cast: Cast) -> None:
    top_up, begun = order(cast), order(cast)
    assert top_ups.cancel(top_up, "owner")
    assert top_up.status == TopUpStatus.CANCELLED
    assert not top_ups.cancel(top_up, "owner")
    payments.receive(begun.id, "transfer", "line 1", 10_000, actor="admin")
    assert not top_ups.cancel(begun, "owner")
    assert begun.status == TopUpStatus.OPEN
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "top_up.cancel"))
    assert [(entry.actor, entry.subject) for entry in entries] == [("owner", top_up.public_id)]


def test_an_unpaid_top_up_expires_and_a_partly_paid_one_does_not(cast: Cast) -> None:
    young, old, begun, paid = (order(cast) for _ in range(4))
    past = now() - timedelta(seconds=1)
    end(old, expires_at=past)
    end(begun, expires_at=past, paid=10_000)
    end(paid, expires_at=past, status=TopUpStatus.PAID)
    assert top_ups.expire() == 1
    assert top_ups.expire() == 0
    db.session.expire_all()
    assert [top_up.status for top_up in (young, old, begun, paid)] == [
        "open",
        "expired",
        "open",
        "paid",
    ]


def test_a_payment_after_expiry_counts(cast: Cast) -> None:
    top_up = order(cast)
    before = account_of(cast).balance
    end(top_up, expires_at=now() - timedelta(days=1))
    top_ups.expire()
    payments.receive(top_up.id, "transfer", "line 1", 595_000, actor="admin")
    db.session.expire_all()
    assert (top_up.status, account_of(cast).balance - before) == (TopUpStatus.PAID, NET)


def test_an_order_in_another_currency_cannot_be_paid(app: Flask, cast: Cast) -> None:
    top_up = order(cast)
    assert top_ups.payable(top_up)
    override(app, currency="PLN")
    assert not top_ups.payable(top_up)
    assert invoice_drafts.pro_forma(top_up).currency == "EUR"


def test_the_pro_forma_contains_the_order(cast: Cast) -> None:
    top_up = order(cast)
    data = invoice_drafts.pro_forma(top_up)
    assert (data.kind, data.label, data.reference) == ("pro_forma", top_up.number, top_up.reference)
    assert (data.net, data.tax, data.gross) == (top_up.net, top_up.tax, top_up.gross)
    assert data.due_on is not None
    assert (data.due_on - data.issued_on).days == 14
    assert (data.seller.iban, data.buyer.name) == (SELLER["OPERATOR_IBAN"], "Bäckerei <b>")
    assert data.lines[0].text == "SMS credit, prepaid"


def test_the_number_of_texts_uses_the_own_country(cast: Cast) -> None:
    account, route = account_of(cast), defaults.default_route().id
    assert top_ups.texts(account, NET, route) == NET // 300
    account.region = "AQ"  # where nothing is sent
    assert top_ups.texts(account, NET, route) == 0
