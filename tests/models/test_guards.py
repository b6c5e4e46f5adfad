"""What the database always refuses: changed entries, lost payments, impossible signs."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Payment, PaymentKind, guards, now
from promosms.services.invoices import files, seller_days
from promosms.services.ledger import ledger
from tests.support.cast import Cast
from tests.support.invoicing import issued

ENTRY = "account_id, kind, amount, held, reference, note, actor, created_at"


def run(statement: str) -> int:
    """Execute a statement by hand, as with a database client."""
    with transaction() as session:
        result = session.connection().execute(text(statement))
        return int(getattr(result, "rowcount", 0))


def in_utc(statement: str) -> str:
    """A statement whose times are UTC: SQLite stores them without a zone."""
    return statement if on_sqlite() else re.sub(r"\.\d{6}", r"\g<0>+00", statement)


def pay(**values: object) -> int:
    """A payment of 12.30 for an order."""
    with transaction() as session:
        columns: dict[str, object] = {
            "account_id": 7,
            "top_up_id": 9,
            "provider": "transfer",
            "reference": "line 1",
            "currency": "EUR",
            "amount": 123_000,
            "note": "From Anna",
            "paid_at": now(),
        }
        row = Payment(**{**columns, **values})
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount = amount + 1",
        "UPDATE ledger_entries SET note = 'x'",
        "UPDATE ledger_entries SET id = id",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_entries WHERE amount > 0",
    ],
)
def test_no_entry_is_changed_or_lost(context: None, cast: Cast, statement: str) -> None:
    with pytest.raises(DBAPIError, match="a ledger entry"):
        run(statement)
    db.session.rollback()
    assert db.session.execute(text("SELECT count(*) FROM ledger_entries")).scalar() == 2


def test_no_entry_is_replaced_or_truncated(context: None, cast: Cast) -> None:
    replaced = (
        f"INSERT OR REPLACE INTO ledger_entries (id, {ENTRY}) "
        f"SELECT id, {ENTRY.replace('amount', 'amount * 2')} FROM ledger_entries"
    )
    with pytest.raises(DBAPIError, match="a ledger entry"):
        run(replaced if on_sqlite() else "TRUNCATE ledger_entries CASCADE")


def test_only_the_entries_of_an_account_under_erasure_can_be_deleted(
    context: None, cast: Cast
) -> None:
    owner = cast.owner.account_id
    run(f"UPDATE accounts SET status = 'deleting' WHERE id = {owner}")
    with pytest.raises(DBAPIError, match="leaves only with its account"):
        run("DELETE FROM ledger_entries")
    assert run(f"DELETE FROM ledger_entries WHERE account_id = {owner}") == 1
    with pytest.raises(DBAPIError, match="never changed"):
        run("UPDATE ledger_entries SET account_id = account_id")


@pytest.mark.parametrize(
    ("kind", "amount", "held", "note"),
    [
        ("credit", 0, 0, ""),
        ("credit", -5, 0, ""),
        ("credit", 5, 5, ""),
        ("hold", -5, 6, ""),
        ("hold", 5, -5, ""),
        ("charge", 5, 0, ""),
        ("charge", 0, 5, ""),
        ("release", -5, 0, ""),
        ("release", 5, -6, ""),
        ("refund", 5, 0, ""),
        ("dispute", -5, 5, ""),
        ("adjustment", 5, 0, ""),
        ("adjustment", 5, 5, "why"),
        ("gift", 5, 0, ""),
    ],
)
def test_an_entry_does_only_what_its_kind_can(
    context: None, cast: Cast, kind: str, amount: int, held: int, note: str
) -> None:
    values = f"{cast.owner.account_id}, '{kind}', {amount}, {held}, 'r', '{note}', '{note}'"
    with pytest.raises(IntegrityError):
        run(f"INSERT INTO ledger_entries ({ENTRY}) VALUES ({values}, '2026-11-01 00:00:00')")


@pytest.mark.parametrize(
    "change",
    [
        "amount = 1",
        "account_id = 8",
        "top_up_id = 10",
        "note = 'another'",
        "reference = 'line 2'",
        "kind = 'dispute_won'",
        "paid_at = '2020-01-01 00:00:00'",
        "currency = 'PLN'",
        "actor = 'x'",
        "invoice_id = 4",
        "account_id = NULL, amount = 1",
    ],
)
def test_a_payment_is_never_changed(context: None, change: str) -> None:
    pay(invoice_id=3)
    with pytest.raises(DBAPIError, match="only what leads to the account"):
        run(f"UPDATE payments SET {change}")


def test_only_the_links_of_a_payment_to_its_account_can_be_removed(context: None) -> None:
    pay()
    assert run("UPDATE payments SET invoice_id = 3") == 1  # issued now
    assert run("UPDATE payments SET account_id = NULL, top_up_id = NULL, note = ''") == 1
    with pytest.raises(DBAPIError, match="only what leads to the account"):
        run("UPDATE payments SET account_id = 7")
    with pytest.raises(DBAPIError, match="never deleted"):
        run("DELETE FROM payments")


MOMENT = "2026-03-02 12:30:05.000001"
DAY = "2026-03-01 23:00:00.000000"
"""Midnight of that moment in Warsaw."""


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (f"paid_at = '{DAY}', created_at = '{DAY}', account_id = NULL", True),
        (f"paid_at = '{DAY}'", False),  # the account is there
        ("created_at = '2026-03-01 10:00:00.000000', account_id = NULL", False),  # another day
        ("created_at = '2026-03-02 13:00:00.000000', account_id = NULL", False),  # later
        ("created_at = '2026-03-02 12:30:04.000000', account_id = NULL", False),  # no day
        ("reference = 'gone:1234', account_id = NULL", True),
        ("reference = 'gone:1234'", False),
        ("reference = 'another', account_id = NULL", False),
        ("reference = 'gone:1234', account_id = NULL, provider = 'stripe'", False),
    ],
)
def test_without_an_account_a_payment_keeps_only_the_day(
    context: None, change: str, allowed: bool
) -> None:
    moment = datetime.fromisoformat(f"{MOMENT}+00:00")
    pay(paid_at=moment, created_at=moment)
    statement = in_utc(f"UPDATE payments SET {change}")
    if allowed:
        assert run(statement) == 1
        return
    with pytest.raises(DBAPIError, match="only what leads to the account"):
        run(statement)


def test_the_reference_of_a_card_payment_is_never_changed(context: None) -> None:
    pay(provider="stripe", reference="pi_1")
    with pytest.raises(DBAPIError, match="only what leads to the account"):
        run("UPDATE payments SET reference = 'gone:1234', account_id = NULL")


def test_an_invoice_and_its_files_keep_only_the_day_without_an_account(
    context: None, cast: Cast
) -> None:
    invoice = issued(cast.owner.account_id)
    files.complete(invoice.id)
    day = seller_days.start_of(invoice.created_at).astimezone(UTC)
    cut = in_utc(f"created_at = '{day:%Y-%m-%d %H:%M:%S}.000000'")
    for table in ("invoices", "invoice_documents"):
        with pytest.raises(DBAPIError, match="never changed"):
            run(f"UPDATE {table} SET {cut}")
    run(f"UPDATE invoices SET {cut}, account_id = NULL")
    run(f"UPDATE invoice_documents SET {cut}")
    with pytest.raises(DBAPIError, match="never changed"):
        run(in_utc("UPDATE invoice_documents SET created_at = '2020-01-01 00:00:00.000000'"))


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (PaymentKind.RECEIPT, 0),
        (PaymentKind.RECEIPT, -1),
        (PaymentKind.REFUND, 0),
        (PaymentKind.DISPUTE, 1),
        (PaymentKind.DISPUTE_WON, -1),
    ],
)
def test_a_payment_has_the_sign_of_its_kind(context: None, kind: str, amount: int) -> None:
    with pytest.raises(IntegrityError):
        pay(kind=kind, amount=amount)


def test_a_migration_can_remove_the_guards_and_restore_them(context: None, cast: Cast) -> None:
    dialect = "sqlite" if on_sqlite() else "postgresql"
    for table in guards.GUARDED:
        for statement in guards.drops(table, dialect):
            run(statement)
    run("UPDATE ledger_entries SET note = 'by a migration'")
    for table in guards.GUARDED:
        for statement in guards.statements(table, dialect):
            run(statement)
    with pytest.raises(DBAPIError, match="never changed"):
        run("UPDATE ledger_entries SET note = ''")


def test_the_ledger_still_grows(context: None, cast: Cast) -> None:
    assert ledger.credit(cast.owner.account_id, 5, "credit:5").amount == 5
