"""What happened stands with a text, a reply and an opt-out."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

CONSENTS = ("recipients", "imports")
LEGAL_GUARDS = {'postgresql': ["CREATE OR REPLACE FUNCTION guard_payments_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.provider IS DISTINCT FROM OLD.provider OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.actor IS DISTINCT FROM OLD.actor OR (NEW.account_id IS DISTINCT FROM OLD.account_id AND NEW.account_id IS DISTINCT FROM NULL) OR (NEW.top_up_id IS DISTINCT FROM OLD.top_up_id AND NEW.top_up_id IS DISTINCT FROM NULL) OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note IS DISTINCT FROM '') OR NOT (NEW.paid_at = OLD.paid_at OR (NEW.account_id IS NULL AND NEW.paid_at <= OLD.paid_at AND OLD.paid_at - NEW.paid_at < interval '26 hours' AND date_trunc('minute', NEW.paid_at) = NEW.paid_at)) OR NOT (NEW.created_at = OLD.created_at OR (NEW.account_id IS NULL AND NEW.created_at <= OLD.created_at AND OLD.created_at - NEW.created_at < interval '26 hours' AND date_trunc('minute', NEW.created_at) = NEW.created_at)) OR (NEW.reference IS DISTINCT FROM OLD.reference AND NOT (NEW.account_id IS NULL AND OLD.provider = 'transfer' AND substr(NEW.reference, 1, 5) = 'gone:')) OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id) THEN RAISE EXCEPTION 'of a payment only what leads to the account is ever emptied' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", "CREATE OR REPLACE FUNCTION guard_invoices_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.original_id IS DISTINCT FROM OLD.original_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.series IS DISTINCT FROM OLD.series OR NEW.year IS DISTINCT FROM OLD.year OR NEW.number IS DISTINCT FROM OLD.number OR NEW.label IS DISTINCT FROM OLD.label OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.tax_case IS DISTINCT FROM OLD.tax_case OR NEW.rate IS DISTINCT FROM OLD.rate OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.gross IS DISTINCT FROM OLD.gross OR NEW.data::text IS DISTINCT FROM OLD.data::text OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.purge_after IS DISTINCT FROM OLD.purge_after OR (NEW.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS DISTINCT FROM OLD.top_up_id) OR NOT (NEW.created_at = OLD.created_at OR (NEW.account_id IS NULL AND NEW.created_at <= OLD.created_at AND OLD.created_at - NEW.created_at < interval '26 hours' AND date_trunc('minute', NEW.created_at) = NEW.created_at)) THEN RAISE EXCEPTION 'an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", "CREATE OR REPLACE FUNCTION guard_invoice_documents_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.invoice_id IS DISTINCT FROM OLD.invoice_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.content IS DISTINCT FROM OLD.content OR NEW.digest IS DISTINCT FROM OLD.digest OR NOT (NEW.created_at = OLD.created_at OR (EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND account_id IS NULL) AND NEW.created_at <= OLD.created_at AND OLD.created_at - NEW.created_at < interval '26 hours' AND date_trunc('minute', NEW.created_at) = NEW.created_at)) THEN RAISE EXCEPTION 'a document of an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"], 'sqlite': ["CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.kind IS NOT OLD.kind OR NEW.provider IS NOT OLD.provider OR NEW.currency IS NOT OLD.currency OR NEW.amount IS NOT OLD.amount OR NEW.actor IS NOT OLD.actor OR (NEW.account_id IS NOT OLD.account_id AND NEW.account_id IS NOT NULL) OR (NEW.top_up_id IS NOT OLD.top_up_id AND NEW.top_up_id IS NOT NULL) OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT '') OR NOT (NEW.paid_at = OLD.paid_at OR (NEW.account_id IS NULL AND NEW.paid_at <= OLD.paid_at AND julianday(OLD.paid_at) - julianday(NEW.paid_at) < 1.09 AND substr(NEW.paid_at, 18) = '00.000000')) OR NOT (NEW.created_at = OLD.created_at OR (NEW.account_id IS NULL AND NEW.created_at <= OLD.created_at AND julianday(OLD.created_at) - julianday(NEW.created_at) < 1.09 AND substr(NEW.created_at, 18) = '00.000000')) OR (NEW.reference IS NOT OLD.reference AND NOT (NEW.account_id IS NULL AND OLD.provider = 'transfer' AND substr(NEW.reference, 1, 5) = 'gone:')) OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS NOT OLD.invoice_id) BEGIN SELECT RAISE(ABORT, 'of a payment only what leads to the account is ever emptied'); END", "CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.original_id IS NOT OLD.original_id OR NEW.kind IS NOT OLD.kind OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year OR NEW.number IS NOT OLD.number OR NEW.label IS NOT OLD.label OR NEW.issued_on IS NOT OLD.issued_on OR NEW.currency IS NOT OLD.currency OR NEW.tax_case IS NOT OLD.tax_case OR NEW.rate IS NOT OLD.rate OR NEW.net IS NOT OLD.net OR NEW.tax IS NOT OLD.tax OR NEW.gross IS NOT OLD.gross OR NEW.data IS NOT OLD.data OR NEW.digest IS NOT OLD.digest OR NEW.purge_after IS NOT OLD.purge_after OR (NEW.account_id IS NOT NULL AND NEW.account_id IS NOT OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS NOT OLD.top_up_id) OR NOT (NEW.created_at = OLD.created_at OR (NEW.account_id IS NULL AND NEW.created_at <= OLD.created_at AND julianday(OLD.created_at) - julianday(NEW.created_at) < 1.09 AND substr(NEW.created_at, 18) = '00.000000')) BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END", "CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW WHEN NEW.invoice_id IS NOT OLD.invoice_id OR NEW.kind IS NOT OLD.kind OR NEW.content IS NOT OLD.content OR NEW.digest IS NOT OLD.digest OR NOT (NEW.created_at = OLD.created_at OR (EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND account_id IS NULL) AND NEW.created_at <= OLD.created_at AND julianday(OLD.created_at) - julianday(NEW.created_at) < 1.09 AND substr(NEW.created_at, 18) = '00.000000')) BEGIN SELECT RAISE(ABORT, 'a document of an invoice is never changed'); END"]}
"""The guards of invoices and payments that change: without an account times may be cut to the day."""
FORMER_LEGAL_GUARDS = {'postgresql': ["CREATE OR REPLACE FUNCTION guard_payments_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.provider IS DISTINCT FROM OLD.provider OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.actor IS DISTINCT FROM OLD.actor OR NEW.paid_at IS DISTINCT FROM OLD.paid_at OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS DISTINCT FROM OLD.account_id AND NEW.account_id IS DISTINCT FROM NULL) OR (NEW.top_up_id IS DISTINCT FROM OLD.top_up_id AND NEW.top_up_id IS DISTINCT FROM NULL) OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note IS DISTINCT FROM '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id) THEN RAISE EXCEPTION 'of a payment only what leads to the account is ever emptied' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", "CREATE OR REPLACE FUNCTION guard_invoices_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.original_id IS DISTINCT FROM OLD.original_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.series IS DISTINCT FROM OLD.series OR NEW.year IS DISTINCT FROM OLD.year OR NEW.number IS DISTINCT FROM OLD.number OR NEW.label IS DISTINCT FROM OLD.label OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.tax_case IS DISTINCT FROM OLD.tax_case OR NEW.rate IS DISTINCT FROM OLD.rate OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.gross IS DISTINCT FROM OLD.gross OR NEW.data::text IS DISTINCT FROM OLD.data::text OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.purge_after IS DISTINCT FROM OLD.purge_after OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS DISTINCT FROM OLD.top_up_id) THEN RAISE EXCEPTION 'an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", "CREATE OR REPLACE FUNCTION guard_invoice_documents_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.invoice_id IS DISTINCT FROM OLD.invoice_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.content IS DISTINCT FROM OLD.content OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'a document of an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"], 'sqlite': ["CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.kind IS NOT OLD.kind OR NEW.provider IS NOT OLD.provider OR NEW.reference IS NOT OLD.reference OR NEW.currency IS NOT OLD.currency OR NEW.amount IS NOT OLD.amount OR NEW.actor IS NOT OLD.actor OR NEW.paid_at IS NOT OLD.paid_at OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT OLD.account_id AND NEW.account_id IS NOT NULL) OR (NEW.top_up_id IS NOT OLD.top_up_id AND NEW.top_up_id IS NOT NULL) OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS NOT OLD.invoice_id) BEGIN SELECT RAISE(ABORT, 'of a payment only what leads to the account is ever emptied'); END", "CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.original_id IS NOT OLD.original_id OR NEW.kind IS NOT OLD.kind OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year OR NEW.number IS NOT OLD.number OR NEW.label IS NOT OLD.label OR NEW.issued_on IS NOT OLD.issued_on OR NEW.currency IS NOT OLD.currency OR NEW.tax_case IS NOT OLD.tax_case OR NEW.rate IS NOT OLD.rate OR NEW.net IS NOT OLD.net OR NEW.tax IS NOT OLD.tax OR NEW.gross IS NOT OLD.gross OR NEW.data IS NOT OLD.data OR NEW.digest IS NOT OLD.digest OR NEW.purge_after IS NOT OLD.purge_after OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS NOT OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS NOT OLD.top_up_id) BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END", "CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW WHEN NEW.invoice_id IS NOT OLD.invoice_id OR NEW.kind IS NOT OLD.kind OR NEW.content IS NOT OLD.content OR NEW.digest IS NOT OLD.digest OR NEW.created_at IS NOT OLD.created_at BEGIN SELECT RAISE(ABORT, 'a document of an invoice is never changed'); END"]}
DIGESTS = (("audit_entries", "actor_digest"), ("erasures", "seal_key"))


def upgrade() -> None:
    """To this version."""
    keep_chosen_columns(op.get_bind())
    for table in ("messages", "inbound_messages"):
        op.add_column(table, sa.Column("recipient", sa.String(20)))
    for table in CONSENTS:
        op.add_column(table, sa.Column("consent_on", sa.Date()))
    turn_consents(op.get_bind(), "consent_at", "consent_on", day_of)
    for table in CONSENTS:
        op.drop_column(table, "consent_at")
    op.add_column("gateways", sa.Column("country", sa.String(2)))
    op.add_column("gateway_inbox", sa.Column("address", sa.String(20), server_default="", nullable=False))
    create_unmatched_opt_outs()
    for table, name in DIGESTS:
        op.add_column(table, sa.Column(name, sa.String(64), server_default="", nullable=False))
    guard_again(LEGAL_GUARDS)
    op.add_column("accounts", sa.Column("shop_name", sa.String(60), server_default="", nullable=False))
    op.add_column("email_links", sa.Column("factors_encrypted", sa.LargeBinary()))
    for name, column in EVIDENCE.items():
        op.add_column("suppressions", sa.Column(name, *column[:1], **column[1]))
    for name, column in DECISIONS.items():
        op.add_column("inbound_messages", sa.Column(name, *column[:1], **column[1]))
    for statement in NAME_SOURCES:
        op.execute(statement)
    create_email_attempts()
    create_welcome_credits()


def downgrade() -> None:
    """Back from it."""
    op.drop_column("accounts", "shop_name")
    op.drop_table("welcome_credits")
    op.drop_table("email_attempts")
    for table in CONSENTS:
        op.add_column(table, sa.Column("consent_at", sa.DateTime(timezone=True)))
    turn_consents(op.get_bind(), "consent_on", "consent_at", midnight_of)
    for table in CONSENTS:
        op.drop_column(table, "consent_on")
    op.drop_column("email_links", "factors_encrypted")
    op.execute(OLD_SOURCES)
    for name in EVIDENCE:
        op.drop_column("suppressions", name)
    for name in DECISIONS:
        op.drop_column("inbound_messages", name)
    op.drop_table("unmatched_opt_outs")
    op.drop_column("gateway_inbox", "address")
    op.drop_column("gateways", "country")
    guard_again(FORMER_LEGAL_GUARDS)
    for table, name in DIGESTS:
        op.drop_column(table, name)
    for table in ("inbound_messages", "messages"):
        op.drop_column(table, "recipient")


def keep_chosen_columns(connection: sa.Connection) -> None:
    """Refused rows of imports lose the cells of the columns that nobody chose."""
    mappings = {row.id: row.mapping for row in connection.execute(sa.text('SELECT id, mapping FROM imports'))}
    last = 0
    page = sa.text('SELECT id, import_id, content FROM bad_rows WHERE id > :last ORDER BY id LIMIT 1000')
    while rows := connection.execute(page, {'last': last}).all():
        last = rows[-1].id
        stored = [{'id': row.id, 'content': chosen_cells(row.content, mappings[row.import_id])} for row in rows]
        connection.execute(sa.text('UPDATE bad_rows SET content = :content WHERE id = :id'), stored)


def chosen_cells(content: str, mapping: str | list[str]) -> str:
    """The cells of a line of CSV whose columns have a field in the mapping of the import."""
    fields = json.loads(mapping) if isinstance(mapping, str) else mapping
    cells = next(csv.reader(io.StringIO(content, newline='')), [])
    line = io.StringIO()
    csv.writer(line).writerow([cells[n] if n < len(cells) else '' for n, field in enumerate(fields) if field])
    return line.getvalue().removesuffix('\r\n')


def turn_consents(connection: sa.Connection, old: str, new: str, turn: Callable) -> None:
    """Write the new column of a consent from the old one, in the time zone of its account.

    The values are turned once for each account, and joined: a list has few days and many people.
    """
    types = {"consent_at": sa.DateTime(timezone=True), "consent_on": sa.Date()}
    accounts = sa.table("accounts", sa.column("id"), sa.column("timezone"))
    turned = sa.Table(
        "turned_consents",
        sa.MetaData(),
        sa.Column("account_id", sa.BigInteger, primary_key=True),
        sa.Column("old", types[old], primary_key=True),
        sa.Column("new", types[new]),
        prefixes=["TEMPORARY"],
    )
    for name in CONSENTS:
        table = sa.table(name, sa.column("account_id"), *(sa.column(key, types[key]) for key in types))
        turned.create(connection)
        found = sa.select(table.c.account_id, table.c[old], accounts.c.timezone).join(
            accounts, accounts.c.id == table.c.account_id
        )
        rows = [
            {"account_id": account_id, "old": value, "new": turn(value, zone_of(zone))}
            for account_id, value, zone in connection.execute(found.where(table.c[old].is_not(None)).distinct())
        ]
        if rows:
            connection.execute(turned.insert(), rows)
            value = sa.select(turned.c.new).where(
                turned.c.account_id == table.c.account_id, turned.c.old == table.c[old]
            )
            connection.execute(table.update().where(table.c[old].is_not(None)).values({new: value.scalar_subquery()}))
        turned.drop(connection)


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name; UTC if there is none, as pages show it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day there of a moment, which SQLite stores without a zone."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone).date()


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day began there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create_unmatched_opt_outs() -> None:
    """Wishes to stop that belong to nobody, with the row security of the tables of accounts."""
    table = "unmatched_opt_outs"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("gateway_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(5), nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("encrypted_reply", sa.LargeBinary(), nullable=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index(f"ix_{table}_account_id", table, ["account_id"])
    op.create_index(f"ix_{table}_status", table, ["status", "address_hash"])
    if op.get_bind().dialect.name == "postgresql":
        own = "account_id = nullif(current_setting('promosms.account', true), '')::bigint"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_account ON {table} USING ({own})")


def guard_again(statements: dict[str, list[str]]) -> None:
    """Replace the guards on changes of invoices, their documents, and payments."""
    dialect = op.get_bind().dialect.name
    if dialect == 'sqlite':
        for table in ('payments', 'invoices', 'invoice_documents'):
            op.execute(f'DROP TRIGGER IF EXISTS {table}_update')
    for statement in statements[dialect]:
        op.get_bind().exec_driver_sql(statement)


EMPTY = {"server_default": "", "nullable": False}
DECIDED = {
    "decided_by": (sa.String(20), EMPTY),
    "decided_at": (sa.DateTime(timezone=True), {"nullable": True}),
}
EVIDENCE = {
    "text": (sa.Text(), EMPTY),
    "inbound_number": (sa.String(20), EMPTY),
    "received_at": (sa.DateTime(timezone=True), {"nullable": True}),
    **DECIDED,
}
DECISIONS = {"decision": (sa.String(5), EMPTY), **DECIDED}
OF_NUMBER = "i.account_id = suppressions.account_id AND i.phone = suppressions.phone"
FIRST_OPEN = f"""(SELECT {{}} FROM inbound_messages i
    WHERE {OF_NUMBER} AND i.kind = '{{}}' AND i.decision = '' ORDER BY i.id LIMIT 1)"""
# What was before a START does not count any more; afterwards the reply says how the number opted
# out. A hold counts only if it came before the row: else something else had made the row.
NAME_SOURCES = (
    """UPDATE inbound_messages SET decision = 'start' WHERE kind IN ('hold', 'stop') AND EXISTS (
        SELECT 1 FROM inbound_messages later WHERE later.account_id = inbound_messages.account_id
        AND later.phone = inbound_messages.phone AND later.kind = 'start'
        AND later.id > inbound_messages.id)""",
    *(
        f"""UPDATE suppressions SET source = '{source}', text = {FIRST_OPEN.format("i.text", kind)},
            received_at = {FIRST_OPEN.format("i.received_at", kind)}
            WHERE source = 'reply' AND EXISTS (SELECT 1 FROM inbound_messages i
            WHERE {OF_NUMBER} AND i.kind = '{kind}' AND i.decision = ''{more})"""
        for kind, source, more in (
            ("stop", "keyword", ""),
            ("hold", "held", " AND i.received_at <= suppressions.created_at"),
        )
    ),
    "UPDATE inbound_messages SET decision = '' WHERE kind = 'stop'",
)
OLD_SOURCES = """UPDATE suppressions SET source = 'reply'
    WHERE source IN ('keyword', 'link', 'held', 'words', 'failure')"""


def create_email_attempts() -> None:
    """The e-mails that a stranger can cause, for each receiver."""
    op.create_table(
        "email_attempts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("receiver_hash", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_attempts")),
    )
    op.create_index("ix_email_attempts_receiver", "email_attempts", ["receiver_hash", "created_at"])


def create_welcome_credits() -> None:
    """The numbers that had the welcome credit, as keyed hashes."""
    op.create_table(
        "welcome_credits",
        sa.Column("number_hash", sa.String(20), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_welcome_credits")),
    )
    op.create_index(op.f("ix_welcome_credits_granted_on"), "welcome_credits", ["granted_on"])
