"""Invoices and credit notes: issued once, numbered, frozen, exact to the cent."""

import json
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from promosms.db.transactions import transaction
from promosms.documents import data
from promosms.documents.tax import tax_on
from promosms.extensions import db
from promosms.models import (
    AuditEntry,
    Invoice,
    InvoiceDocument,
    InvoiceKind,
    InvoiceKsef,
    Payment,
    TaxCheck,
    now,
)
from promosms.services.invoices import drafts as invoice_drafts
from promosms.services.invoices import invoices, seller_days
from promosms.services.privacy import legal_records
from tests.support.cast import Cast
from tests.support.invoicing import BUYER, POLISH, issued, payment, top_up
from tests.support.settings import override

NEW_YEAR = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Berlin


@pytest.fixture
def account(context: None, cast: Cast) -> int:
    """The id of the owner's account."""
    return cast.owner.account_id


def stored() -> list[Invoice]:
    db.session.expire_all()
    return list(db.session.scalars(select(Invoice).order_by(Invoice.id)))


def test_a_paid_top_up_gets_one_invoice(account: int) -> None:
    ordered = top_up(account)
    paid = payment(ordered)
    first = invoices.issue(ordered, paid)
    assert invoices.issue(ordered, paid).id == first.id
    assert invoices.issue(ordered, None).id == first.id
    (invoice,) = stored()
    assert (invoice.net, invoice.tax, invoice.gross) == (500_000, 95_000, 595_000)
    assert invoice.label == f"TEST-INV/{now().year}/000001"
    assert db.session.get_one(Payment, paid.id).invoice_id == invoice.id
    assert invoices.find(account, invoice.public_id) == invoice
    assert invoices.find(account + 1, invoice.public_id) is None


def test_the_frozen_copy_says_everything_and_names_no_account(account: int, cast: Cast) -> None:
    invoice = issued(account, language="pl")
    copy = data.thawed(invoice.data)
    assert copy.label == invoice.label
    assert copy.buyer.name == BUYER["name"]
    assert copy.seller.name == "Specimen Texts GmbH"
    assert copy.specimen
    assert [(line.quantity, line.net) for line in copy.lines] == [(1, 500_000)]
    assert (copy.gross, copy.paid, copy.language) == (595_000, 595_000, "pl")
    assert invoice.digest == data.digest(invoice.data)
    everything = json.dumps(invoice.data)
    for secret in (cast.owner.email, cast.owner.account_public_id, BUYER["email"], "+48"):
        assert secret not in everything


def test_changing_the_company_does_not_change_issued_invoices(account: int) -> None:
    ordered = top_up(account)
    before = invoices.issue(ordered).data["buyer"]["name"]
    with transaction():
        ordered.buyer = {**BUYER, "name": "Renamed"}
    assert invoices.issue(ordered).data["buyer"]["name"] == before


def test_vies_is_quoted_where_the_buyer_owes_the_tax(account: int) -> None:
    with transaction() as session:
        check = TaxCheck(
            account_id=account, tax_id="PL5260001246", answer="valid", consultation="WAPI1"
        )
        session.add(check)
        session.flush()
        check_id = check.id
    reverse = issued(account, rate=0, tax_case="reverse_charge", tax_check_id=check_id)
    domestic = issued(account, tax_check_id=check_id)
    assert reverse.data["consultation"] == "WAPI1"
    assert domestic.data["consultation"] == ""


def test_without_a_seller_nothing_is_issued(app: Flask, account: int) -> None:
    override(app, operator_street="Half a seller 1")
    ordered = top_up(account)
    with pytest.raises(invoice_drafts.NoSeller):
        invoices.issue(ordered)
    assert stored() == []


@pytest.mark.parametrize(
    ("issued_at", "zone", "label", "issued_on"),
    [
        (NEW_YEAR, "", "TEST-INV/2026/000001", date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "", "TEST-INV/2027/000001", date(2027, 1, 1)),
        (NEW_YEAR, "Pacific/Auckland", "TEST-INV/2027/000001", date(2027, 1, 1)),
        (datetime(2027, 1, 1, 4, tzinfo=UTC), "America/New_York", "TEST-INV/2026/000001", None),
    ],
)
def test_the_year_changes_in_the_time_zone_of_the_seller(
    app: Flask,
    account: int,
    monkeypatch: pytest.MonkeyPatch,
    issued_at: datetime,
    zone: str,
    label: str,
    issued_on: date | None,
) -> None:
    override(app, operator_timezone=zone)
    monkeypatch.setattr(invoices, "now", lambda: issued_at)
    ordered = top_up(account)
    invoice = invoices.issue(ordered, payment(ordered, NEW_YEAR))
    assert invoice.label == label
    assert invoice.issued_on == (issued_on or date(2026, 12, 31))
    # The tax of December is due in January, which is where the five years begin.
    assert invoice.purge_after == date(2032, 12, 31)


def test_an_invoice_can_be_issued_the_day_after_the_payment(
    account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoices, "now", lambda: datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    ordered = top_up(account)
    invoice = invoices.issue(ordered, payment(ordered, NEW_YEAR))
    assert (invoice.label, invoice.issued_on) == ("TEST-INV/2027/000001", date(2027, 1, 1))
    assert invoice.data["supplied_on"] == "2026-12-31"


def test_a_number_awaited_over_new_year_keeps_its_year(
    account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([NEW_YEAR, datetime(2027, 1, 1, 1, tzinfo=UTC)])
    monkeypatch.setattr(invoices, "now", lambda: next(moments))
    ordered = top_up(account)
    invoice = invoices.issue(ordered, payment(ordered, NEW_YEAR))
    assert (invoice.label, invoice.issued_on) == ("TEST-INV/2026/000001", date(2026, 12, 31))


def test_a_credit_note_has_its_own_series_and_refers_to_its_invoice(account: int) -> None:
    invoice = issued(account)
    note = invoices.credit(invoice, 100_000, "Not used", "an-admin")
    copy = data.thawed(note.data)
    assert note.label == f"TEST-CN/{now().year}/000001"
    assert (note.kind, note.original_id) == (InvoiceKind.CREDIT_NOTE, invoice.id)
    assert copy.original is not None
    assert (copy.original.label, copy.original.gross) == (invoice.label, 595_000)
    assert copy.original.reason == "Not used"
    assert (note.gross, note.net + note.tax) == (-100_000, -100_000)
    assert copy.lines[0].net == copy.net == note.net
    assert invoices.left(invoice) == 495_000
    assert invoices.credit_notes(invoice.id) == [note]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor) == ("invoice.credit", "an-admin")
    assert "Not used" not in entry.detail


def test_a_second_credit_note_starts_from_the_rest_after_the_first(account: int) -> None:
    invoice = issued(account)
    first = invoices.credit(invoice, 100_000, "A part", "admin")
    before = data.thawed(invoices.credit(invoice, 200_000, "More", "admin").data).original
    assert before is not None
    assert (before.net, before.tax) == (invoice.net + first.net, invoice.tax + first.tax)
    assert before.gross == 495_000


def test_at_most_the_invoice_is_credited(account: int) -> None:
    invoice = issued(account)
    invoices.credit(invoice, 500_000, "A part", "admin")
    with pytest.raises(invoices.TooMuch) as error:
        invoices.credit(invoice, 95_100, "Too much", "admin")
    assert error.value.left == 95_000
    invoices.credit(invoice, 95_000, "The rest", "admin")
    with pytest.raises(invoices.TooMuch):
        invoices.credit(invoice, 100, "A cent more", "admin")


@pytest.mark.parametrize("gross", [0, -100, 150, 1])
def test_only_positive_whole_cents_are_credited(account: int, gross: int) -> None:
    invoice = issued(account)
    with pytest.raises(ValueError, match="whole cents"):
        invoices.credit(invoice, gross, "Odd", "admin")
    note = invoices.credit(invoice, 100, "Even", "admin")
    with pytest.raises(ValueError, match="only an invoice"):
        invoices.credit(note, 100, "Of a note", "admin")


def test_credit_notes_add_up_to_the_invoice_exactly(account: int) -> None:
    invoice = issued(account, net=333_300, rate=2300)
    for gross in (100, 100, 100, 100, 100, 100, 33_300):
        invoices.credit(invoice, gross, "", "admin")
    last = invoices.credit(invoice, invoices.left(invoice), "", "admin")
    sums = select(func.sum(Invoice.net), func.sum(Invoice.tax), func.sum(Invoice.gross))
    assert [int(total) for total in db.session.execute(sums).one()] == [0, 0, 0]
    assert last.data["original"]["reason"] == "The payment went back to the payer."


@given(
    cents=st.integers(1, 10_000_000),
    rate=st.sampled_from([0, 500, 700, 1900, 2300, 2700]),
    cuts=st.lists(st.floats(0, 1), max_size=8),
)
def test_shares_are_never_negative_and_sum_up(cents: int, rate: int, cuts: list[float]) -> None:
    net = cents * 100
    invoice = Invoice(net=net, gross=net + tax_on(net, rate))
    places = sorted(int(cut * invoice.gross // 100) * 100 for cut in cuts) + [invoice.gross]
    before = before_net = 0
    for place in places:
        share = invoices.share(invoice, place) - before_net
        assert 0 <= share <= place - before
        assert share % 100 == 0
        before, before_net = place, before_net + share
    assert before_net == net


NEVER_GIVEN = 2_000_000_000
"""A key that counts up from 1 never gets there: no change may be none by chance."""

CHANGES: dict[str, object] = dict(
    dict.fromkeys(("net", "gross", "tax", "rate", "number", "year"), 77),
    **dict.fromkeys(("label", "digest", "series", "public_id", "kind", "tax_case"), "x"),
    **dict.fromkeys(("issued_on", "purge_after"), date(2020, 1, 1)),
    **dict.fromkeys(("id", "account_id", "top_up_id"), NEVER_GIVEN),
    data={"a": 1},
    currency="USD",
    created_at=now(),
)


def test_every_column_is_guarded() -> None:
    names = {column.name for column in Invoice.__table__.columns}
    assert names - set(CHANGES) == {"original_id"}


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_refuses_to_change_an_invoice(account: int, name: str) -> None:
    invoice_id = issued(account).id
    with pytest.raises(DatabaseError, match="never changed"), transaction() as session:
        session.execute(
            update(Invoice).where(Invoice.id == invoice_id).values({name: CHANGES[name]})
        )


def test_the_database_refuses_to_lose_an_invoice(account: int) -> None:
    invoice_id = issued(account).id
    with transaction() as session:
        row = {"invoice_id": invoice_id, "kind": "pdf", "content": b"x", "digest": "x"}
        session.add(InvoiceDocument(**row))
    for statement in (
        delete(InvoiceDocument),
        update(InvoiceDocument).values(content=b"y"),
        delete(Invoice),
        text("UPDATE invoices SET original_id = 5"),
    ):
        with pytest.raises(DatabaseError, match="kept|never"), transaction() as session:
            session.execute(statement)
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="kept"), transaction() as session:
            session.execute(text("TRUNCATE invoices CASCADE"))
    else:
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(text("REPLACE INTO invoices SELECT * FROM invoices"))
    assert [invoice.id for invoice in stored()] == [invoice_id]


def test_references_to_the_account_can_be_emptied(account: int) -> None:
    issued(account)
    with transaction() as session:
        legal_records.unlink(session, account)
    (invoice,) = stored()
    assert (invoice.account_id, invoice.top_up_id) == (None, None)
    paid = db.session.scalars(select(Payment)).one()
    assert (paid.account_id, paid.top_up_id, paid.note) == (None, None, "")
    assert paid.invoice_id == invoice.id


def test_a_purge_deletes_exactly_what_is_due(
    app: Flask, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(invoices, "BATCH", 1)
        patch.setattr(invoices, "now", lambda: datetime(2020, 6, 1, tzinfo=UTC))
        old, corrected = issued(account), issued(account)
        both = issued(account)
        invoices.credit(both, 100, "", "admin")
        patch.setattr(invoices, "now", lambda: datetime(2021, 6, 1, tzinfo=UTC))
        invoices.credit(corrected, 100, "", "admin")
        override(app, invoice_years=2026 - 2021)
        later = issued(account)
        override(app, invoice_years=2026 - 2022)
        due = issued(account)
        keep = {corrected.id, later.id}
        gone = {old.id, both.id, due.id}
        with transaction() as session:
            row = {"invoice_id": old.id, "kind": "pdf", "content": b"x", "digest": "x"}
            session.add(InvoiceDocument(**row))
            session.add(InvoiceKsef(invoice_id=old.id, recorded_on=date(2020, 6, 1)))
        patch.setattr(invoices, "now", lambda: datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
        invoices.purge()
    left = {invoice.id for invoice in stored()}
    assert keep <= left
    assert not gone & left


def test_the_time_zone_is_that_of_the_seller(app: Flask, context: None) -> None:
    assert str(seller_days.zone()) == "Europe/Berlin"
    override(app, POLISH)
    assert str(seller_days.zone()) == "Europe/Warsaw"
    override(app, operator_country="ES")
    assert str(seller_days.zone()) == "Europe/Madrid"
    override(app, operator_timezone="Atlantic/Canary")
    assert str(seller_days.zone()) == "Atlantic/Canary"
