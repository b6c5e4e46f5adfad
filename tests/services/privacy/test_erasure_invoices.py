"""Invoices of a deleted account stay, and nothing in them leads to it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import invoices as job
from promosms.models import Account, Company, Email, Invoice, Model, Payment, TopUp
from promosms.services.invoices import files as invoice_files
from promosms.services.invoices import invoices
from promosms.services.privacy import erasure
from tests.support.byte_scan import Scanner
from tests.support.cast import PASSWORD, Cast
from tests.support.invoicing import BUYER, issued, payment, top_up
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.support.snapshot import Snapshots

PRINTED = {**BUYER, "name": "Qzulowimek Printing"}
SECRETS = ["owner@example.com", "secrets@qzulowimek.example", "From Żaneta"]


@pytest.fixture
def account(context: None, cast: Cast, snapshots: Snapshots) -> int:
    """The owner's account: a company, an invoice, a credit note; the files and e-mails made."""
    snapshots.begin_with("an account with an invoice", lambda: trade(cast.owner.account_id))
    return cast.owner.account_id


def trade(account_id: int) -> None:
    with transaction() as session:
        names = {key: PRINTED[key] for key in ("name", "street", "city", "country")}
        session.add(Company(account_id=account_id, email=SECRETS[1], **names))
    ordered = top_up(account_id, buyer={**PRINTED, "email": SECRETS[1]})
    invoice = invoices.issue(ordered, payment(ordered, note=SECRETS[2]))
    invoices.credit(invoice, 100_000, "Not used", "an-admin")
    job.run()
    db.session.remove()


def leave(account_id: int) -> None:
    erasure.begin(account_id, "somebody")
    assert erasure.erase(account_id) is False
    assert db.session.get(Account, account_id) is None


def rows(*but: str) -> str:
    """Everything that is stored, except in some tables."""
    tables = [table for table in Model.metadata.sorted_tables if table.name not in but]
    stored = [row for table in tables for row in db.session.execute(select(table))]
    return "\n".join(str(value) for row in stored for value in row)


def test_invoices_stay_without_a_link_to_the_account(
    app: Flask, account: int, tmp_path: Path
) -> None:
    first = db.session.scalars(select(Invoice).order_by(Invoice.id)).first()
    assert first is not None
    pdf = invoice_files.file(first, "pdf")
    assert all(secret in rows() for secret in SECRETS), "the test is blind"
    leave(account)
    kept = list(db.session.scalars(select(Invoice).order_by(Invoice.id)))
    assert [invoice.kind for invoice in kept] == ["invoice", "credit_note"]
    assert {(invoice.account_id, invoice.top_up_id) for invoice in kept} == {(None, None)}
    assert invoice_files.file(kept[0], "pdf") == pdf
    paid = db.session.scalars(select(Payment)).one()
    assert (paid.account_id, paid.top_up_id, paid.note) == (None, None, "")
    assert db.session.scalar(select(func.count()).select_from(TopUp)) == 0
    for secret in SECRETS:
        assert secret not in rows()
    assert PRINTED["name"] in rows()
    assert PRINTED["name"] not in rows("invoices", "invoice_documents")


def test_no_byte_of_the_link_is_left_in_the_files(
    app: Flask, account: int, tmp_path: Path, redis_url: str
) -> None:
    leave(account)
    db.session.remove()
    server = redis.Redis.from_url(redis_url)
    (tmp_path / "redis").write_bytes(
        b"".join(server.dump(key) or b"" for key in server.scan_iter())
    )
    scanner = Scanner(SECRETS)
    hits = scanner.folder(tmp_path)
    if db.engine.dialect.name == "sqlite":
        path = Path(db.engine.url.database or "")
        hits += [hit for file in path.parent.glob(f"{path.name}*") for hit in scanner.file(file)]
    assert hits == []


def test_the_worker_makes_files_of_invoices_without_an_account(context: None, cast: Cast) -> None:
    invoice_id = issued(cast.owner.account_id).id
    leave(cast.owner.account_id)
    job.run()
    assert invoice_files.missing() == []
    assert invoice_id == db.session.scalars(select(Invoice.id)).one()
    assert db.session.scalar(select(func.count()).select_from(Email)) == 0


def last_day() -> date:
    """Five years from the year in which the tax is due: that of December is due in January."""
    issued_on = db.session.scalars(select(Invoice.issued_on).order_by(Invoice.id)).first()
    assert issued_on is not None
    return date(issued_on.year + (6 if issued_on.month == 12 else 5), 12, 31)


def test_the_page_names_how_many_stay_and_until_when(account: int, owner: PageClient) -> None:
    until = last_day()
    page = words(owner.get_page("/settings/leave").get_text())
    assert f"2 invoices and credit notes stay, the last one until {until:%-d %b %Y}" in page
    assert "tax law requires" in page
    assert "Download invoices" in page


def test_the_page_of_an_account_without_invoices_does_not_mention_them(
    account: int, stranger: PageClient
) -> None:
    assert "tax law" not in stranger.get_page("/settings/leave").get_text()


def test_the_goodbye_page_says_what_stays(account: int, owner: PageClient) -> None:
    until = last_day()
    answer = owner.send("/settings/leave", {"password": PASSWORD, "confirmed": "y"})
    page = words(owner.get_page(answer.location).get_text())
    assert "as long as tax law requires" in page
    assert erasure.erase(account) is False
    page = words(owner.get_page(answer.location).get_text())
    assert f"2 invoices or credit notes until {until:%-d %b %Y}" in page


def test_the_policy_names_the_years(app: Flask, visitor: PageClient) -> None:
    override(app, invoice_years=8)
    page = words(visitor.get_page("/privacy").get_text())
    assert "8 years from the end of the year of the invoice" in page


def test_the_jobs_erase_an_account_with_invoices(
    app: Flask, account: int, settle: Callable[..., None]
) -> None:
    erasure.begin(account, "somebody")
    db.session.remove()

    def gone() -> bool:
        with app.app_context():
            return db.session.get(Account, account) is None

    settle(until=gone)
    assert gone()
