"""Billing: prices with a beginning, top-ups, payments, invoices, the trial, nightly nightly_jobs."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

NUMBERED = {'sqlite_autoincrement': True}  # SQLite makes the table anew when a column goes

# What the database itself refuses: entries, payments and invoices are never changed.
GUARDS = {
    'sqlite': [
        "CREATE TRIGGER ledger_entries_update BEFORE UPDATE ON ledger_entries FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END",
        "CREATE TRIGGER ledger_entries_delete BEFORE DELETE ON ledger_entries FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting') BEGIN SELECT RAISE(ABORT, 'a ledger entry leaves only with its account'); END",
        "CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.kind IS NOT OLD.kind OR NEW.provider IS NOT OLD.provider OR NEW.reference IS NOT OLD.reference OR NEW.currency IS NOT OLD.currency OR NEW.amount IS NOT OLD.amount OR NEW.actor IS NOT OLD.actor OR NEW.paid_at IS NOT OLD.paid_at OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT OLD.account_id AND NEW.account_id IS NOT NULL) OR (NEW.top_up_id IS NOT OLD.top_up_id AND NEW.top_up_id IS NOT NULL) OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS NOT OLD.invoice_id) BEGIN SELECT RAISE(ABORT, 'of a payment only what leads to the account is ever emptied'); END",
        "CREATE TRIGGER payments_delete BEFORE DELETE ON payments FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'a payment is never deleted'); END",
        "CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.original_id IS NOT OLD.original_id OR NEW.kind IS NOT OLD.kind OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year OR NEW.number IS NOT OLD.number OR NEW.label IS NOT OLD.label OR NEW.issued_on IS NOT OLD.issued_on OR NEW.currency IS NOT OLD.currency OR NEW.tax_case IS NOT OLD.tax_case OR NEW.rate IS NOT OLD.rate OR NEW.net IS NOT OLD.net OR NEW.tax IS NOT OLD.tax OR NEW.gross IS NOT OLD.gross OR NEW.data IS NOT OLD.data OR NEW.digest IS NOT OLD.digest OR NEW.purge_after IS NOT OLD.purge_after OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS NOT OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS NOT OLD.top_up_id) BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END",
        "CREATE TRIGGER invoices_delete BEFORE DELETE ON invoices FOR EACH ROW WHEN OLD.purge_after >= date('now') BEGIN SELECT RAISE(ABORT, 'an invoice is kept until its day'); END",
        "CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW WHEN NEW.invoice_id IS NOT OLD.invoice_id OR NEW.kind IS NOT OLD.kind OR NEW.content IS NOT OLD.content OR NEW.digest IS NOT OLD.digest OR NEW.created_at IS NOT OLD.created_at BEGIN SELECT RAISE(ABORT, 'a document of an invoice is never changed'); END",
        "CREATE TRIGGER invoice_documents_delete BEFORE DELETE ON invoice_documents FOR EACH ROW WHEN EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND purge_after >= date('now')) BEGIN SELECT RAISE(ABORT, 'a document is kept as long as its invoice'); END",
    ],
    'postgresql': [
        "CREATE OR REPLACE FUNCTION guard_ledger_entries_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a ledger entry is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        'CREATE TRIGGER ledger_entries_update BEFORE UPDATE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION guard_ledger_entries_update()',
        "CREATE OR REPLACE FUNCTION guard_ledger_entries_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting') THEN RAISE EXCEPTION 'a ledger entry leaves only with its account' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
        'CREATE TRIGGER ledger_entries_delete BEFORE DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION guard_ledger_entries_delete()',
        'CREATE TRIGGER ledger_entries_truncate BEFORE TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_entries_delete()',
        "CREATE OR REPLACE FUNCTION guard_payments_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.provider IS DISTINCT FROM OLD.provider OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.actor IS DISTINCT FROM OLD.actor OR NEW.paid_at IS DISTINCT FROM OLD.paid_at OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS DISTINCT FROM OLD.account_id AND NEW.account_id IS DISTINCT FROM NULL) OR (NEW.top_up_id IS DISTINCT FROM OLD.top_up_id AND NEW.top_up_id IS DISTINCT FROM NULL) OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note IS DISTINCT FROM '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id) THEN RAISE EXCEPTION 'of a payment only what leads to the account is ever emptied' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        'CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION guard_payments_update()',
        "CREATE OR REPLACE FUNCTION guard_payments_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a payment is never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
        'CREATE TRIGGER payments_delete BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION guard_payments_delete()',
        'CREATE TRIGGER payments_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION guard_payments_delete()',
        "CREATE OR REPLACE FUNCTION guard_invoices_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.original_id IS DISTINCT FROM OLD.original_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.series IS DISTINCT FROM OLD.series OR NEW.year IS DISTINCT FROM OLD.year OR NEW.number IS DISTINCT FROM OLD.number OR NEW.label IS DISTINCT FROM OLD.label OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.tax_case IS DISTINCT FROM OLD.tax_case OR NEW.rate IS DISTINCT FROM OLD.rate OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.gross IS DISTINCT FROM OLD.gross OR NEW.data::text IS DISTINCT FROM OLD.data::text OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.purge_after IS DISTINCT FROM OLD.purge_after OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS DISTINCT FROM OLD.top_up_id) THEN RAISE EXCEPTION 'an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        'CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION guard_invoices_update()',
        "CREATE OR REPLACE FUNCTION guard_invoices_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR OLD.purge_after >= (now() AT TIME ZONE 'UTC')::date THEN RAISE EXCEPTION 'an invoice is kept until its day' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
        'CREATE TRIGGER invoices_delete BEFORE DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION guard_invoices_delete()',
        'CREATE TRIGGER invoices_truncate BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION guard_invoices_delete()',
        "CREATE OR REPLACE FUNCTION guard_invoice_documents_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.invoice_id IS DISTINCT FROM OLD.invoice_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.content IS DISTINCT FROM OLD.content OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'a document of an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        'CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION guard_invoice_documents_update()',
        "CREATE OR REPLACE FUNCTION guard_invoice_documents_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND purge_after >= (now() AT TIME ZONE 'UTC')::date) THEN RAISE EXCEPTION 'a document is kept as long as its invoice' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
        'CREATE TRIGGER invoice_documents_delete BEFORE DELETE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION guard_invoice_documents_delete()',
        'CREATE TRIGGER invoice_documents_truncate BEFORE TRUNCATE ON invoice_documents FOR EACH STATEMENT EXECUTE FUNCTION guard_invoice_documents_delete()',
    ],
}
NO_GUARDS = {
    'sqlite': [
        'DROP TRIGGER IF EXISTS ledger_entries_update',
        'DROP TRIGGER IF EXISTS ledger_entries_delete',
        'DROP TRIGGER IF EXISTS payments_update',
        'DROP TRIGGER IF EXISTS payments_delete',
        'DROP TRIGGER IF EXISTS invoices_update',
        'DROP TRIGGER IF EXISTS invoices_delete',
        'DROP TRIGGER IF EXISTS invoice_documents_update',
        'DROP TRIGGER IF EXISTS invoice_documents_delete',
    ],
    'postgresql': [
        'DROP TRIGGER IF EXISTS ledger_entries_update ON ledger_entries',
        'DROP TRIGGER IF EXISTS ledger_entries_delete ON ledger_entries',
        'DROP TRIGGER IF EXISTS ledger_entries_truncate ON ledger_entries',
        'DROP FUNCTION IF EXISTS guard_ledger_entries_update()',
        'DROP FUNCTION IF EXISTS guard_ledger_entries_delete()',
        'DROP TRIGGER IF EXISTS payments_update ON payments',
        'DROP TRIGGER IF EXISTS payments_delete ON payments',
        'DROP TRIGGER IF EXISTS payments_truncate ON payments',
        'DROP FUNCTION IF EXISTS guard_payments_update()',
        'DROP FUNCTION IF EXISTS guard_payments_delete()',
        'DROP TRIGGER IF EXISTS invoices_update ON invoices',
        'DROP TRIGGER IF EXISTS invoices_delete ON invoices',
        'DROP TRIGGER IF EXISTS invoices_truncate ON invoices',
        'DROP FUNCTION IF EXISTS guard_invoices_update()',
        'DROP FUNCTION IF EXISTS guard_invoices_delete()',
        'DROP TRIGGER IF EXISTS invoice_documents_update ON invoice_documents',
        'DROP TRIGGER IF EXISTS invoice_documents_delete ON invoice_documents',
        'DROP TRIGGER IF EXISTS invoice_documents_truncate ON invoice_documents',
        'DROP FUNCTION IF EXISTS guard_invoice_documents_update()',
        'DROP FUNCTION IF EXISTS guard_invoice_documents_delete()',
    ],
}

SIGNS = "CASE kind\nWHEN 'credit' THEN amount > 0 AND held = 0\nWHEN 'hold' THEN amount <= 0 AND held = -amount\nWHEN 'charge' THEN amount <= 0 AND held <= 0\nWHEN 'release' THEN amount >= 0 AND (held = 0 OR held = -amount)\nWHEN 'adjustment' THEN held = 0 AND note <> '' AND actor <> ''\nWHEN 'refund' THEN amount < 0 AND held = 0\nWHEN 'dispute' THEN held = 0\nELSE 1 = 0 END"
AMOUNTS = 'amount >= 0 AND tier_from >= 0'


def _run(statements):
    """The statements for this database, as they stand: a colon in them is no parameter."""
    connection = op.get_bind()
    for statement in statements[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def upgrade() -> None:
    """To this version."""
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('card_deletions',
    sa.Column('customer', sa.String(length=120), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('customer', name=op.f('pk_card_deletions'))
    )
    op.create_table('nightly_jobs',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('ran_on', sa.Date(), nullable=True),
    sa.Column('ran_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('place', sa.JSON(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_nightly_jobs'))
    )
    op.create_table('invoice_series',
    sa.Column('series', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', 'year', name=op.f('pk_invoice_series'))
    )
    op.create_table('invoices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('top_up_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('original_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('series', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('tax_case', sa.String(length=20), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=False),
    sa.Column('net', sa.BigInteger(), nullable=False),
    sa.Column('tax', sa.BigInteger(), nullable=False),
    sa.Column('gross', sa.BigInteger(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('purge_after', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['original_id'], ['invoices.id'], name=op.f('fk_invoices_original_id_invoices')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoices')),
    sa.UniqueConstraint('label', name=op.f('uq_invoices_label')),
    sa.UniqueConstraint('public_id', name=op.f('uq_invoices_public_id')),
    sa.UniqueConstraint('series', 'year', 'number', name=op.f('uq_invoices_series_year_number'))
    )
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoices_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoices_issued_on'), ['issued_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoices_original_id'), ['original_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoices_top_up_id'), ['top_up_id'], unique=False)

    op.create_table('ledger_totals',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('month', 'kind', name=op.f('pk_ledger_totals'))
    )
    op.create_table('payments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('top_up_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('invoice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('provider', sa.String(length=12), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('actor', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("CASE kind WHEN 'dispute' THEN amount < 0 WHEN 'refund' THEN amount <> 0 ELSE amount > 0 END", name=op.f('ck_payments_signs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('provider', 'reference', 'kind', name=op.f('uq_payments_provider_reference_kind')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payments_public_id'))
    )
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_top_up_id'), ['top_up_id'], unique=False)

    op.create_table('adjustments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=9), nullable=False),
    sa.Column('asked_by', sa.String(length=20), nullable=False),
    sa.Column('decided_by', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_adjustments_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_adjustments_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_adjustments_reference'))
    )
    with op.batch_alter_table('adjustments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_adjustments_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_adjustments_status'), ['status'], unique=False)

    op.create_table('automatic_top_ups',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('below', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('monthly_cap', sa.BigInteger(), nullable=False),
    sa.Column('customer', sa.String(length=120), nullable=False),
    sa.Column('card', sa.String(length=120), nullable=False),
    sa.Column('card_label', sa.String(length=60), nullable=False),
    sa.Column('stopped_why', sa.String(length=120), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_automatic_top_ups_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_automatic_top_ups'))
    )
    op.create_table('companies',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('street', sa.String(length=200), nullable=False),
    sa.Column('postcode', sa.String(length=20), nullable=False),
    sa.Column('city', sa.String(length=100), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('tax_id', sa.String(length=30), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_companies_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_companies'))
    )
    op.create_table('guests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_guests_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guests')),
    sa.UniqueConstraint('account_id', 'phone', name=op.f('uq_guests_account_id_phone')),
    sa.UniqueConstraint('public_id', name=op.f('uq_guests_public_id'))
    )
    op.create_table('invoice_documents',
    sa.Column('invoice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_documents_invoice_id_invoices')),
    sa.PrimaryKeyConstraint('invoice_id', 'kind', name=op.f('pk_invoice_documents'))
    )
    op.create_table('low_balance_alerts',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('below', sa.BigInteger(), nullable=False),
    sa.Column('by_text', sa.Boolean(), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_low_balance_alerts_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_low_balance_alerts'))
    )
    op.create_table('tax_checks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tax_id', sa.String(length=30), nullable=False),
    sa.Column('answer', sa.String(length=11), nullable=False),
    sa.Column('consultation', sa.String(length=60), nullable=False),
    sa.Column('raw', sa.JSON(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_tax_checks_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tax_checks'))
    )
    with op.batch_alter_table('tax_checks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tax_checks_account_id'), ['account_id'], unique=False)

    op.create_table('top_ups',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status', sa.String(length=9), nullable=False),
    sa.Column('method', sa.String(length=8), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('net', sa.BigInteger(), nullable=False),
    sa.Column('tax', sa.BigInteger(), nullable=False),
    sa.Column('gross', sa.BigInteger(), nullable=False),
    sa.Column('paid', sa.BigInteger(), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=False),
    sa.Column('tax_case', sa.String(length=20), nullable=False),
    sa.Column('tax_check_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('buyer', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('checkout', sa.String(length=120), nullable=True),
    sa.Column('actor', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('net > 0 AND tax >= 0 AND gross = net + tax', name=op.f('ck_top_ups_sums')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_top_ups_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_top_ups')),
    sa.UniqueConstraint('checkout', name=op.f('uq_top_ups_checkout')),
    sa.UniqueConstraint('public_id', name=op.f('uq_top_ups_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_top_ups_reference'))
    )
    with op.batch_alter_table('top_ups', schema=None) as batch_op:
        batch_op.create_index('ix_top_ups_page', ['account_id', 'id'], unique=False)
        batch_op.create_index('ix_top_ups_status', ['status', 'id'], unique=False)

    op.create_table('campaign_costs',
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('parts', sa.SmallInteger(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('charged', sa.BigInteger(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.Column('released', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_campaign_costs_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_costs_campaign_id_campaigns')),
    sa.PrimaryKeyConstraint('campaign_id', 'country', 'parts', 'price', name=op.f('pk_campaign_costs'))
    )
    with op.batch_alter_table('campaign_costs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_costs_account_id'), ['account_id'], unique=False)

    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('campaigns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_missing_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('emails', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invoice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))

    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_ledger_entries_payment_id'), ['payment_id'], unique=False)
        batch_op.create_check_constraint(batch_op.f('ck_ledger_entries_signs'), sa.text(SIGNS))

    with op.batch_alter_table('prices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('prefix', sa.String(length=12), server_default='', nullable=False))
        batch_op.add_column(sa.Column('tier_from', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('valid_from', sa.DateTime(timezone=True), server_default='1970-01-01 00:00:00', nullable=False))
        batch_op.alter_column('amount',
               existing_type=sa.BIGINT(),
               nullable=True)
        batch_op.drop_constraint(batch_op.f('uq_prices_route_id_country'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_prices_route_id_country_prefix_tier_from_valid_from'), ['route_id', 'country', 'prefix', 'tier_from', 'valid_from'])
        batch_op.create_check_constraint(batch_op.f('ck_prices_amounts'), sa.text(AMOUNTS))

    # Whoever is here already does not begin with a trial.
    op.execute('UPDATE accounts SET approved_at = created_at')
    _run(GUARDS)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Back from it."""
    # ### commands auto generated by Alembic - please adjust! ###
    _run(NO_GUARDS)
    # Only what held for whole countries from the beginning has a place there.
    op.execute("DELETE FROM prices WHERE prefix <> '' OR tier_from <> 0 OR amount IS NULL")
    op.execute('DELETE FROM prices WHERE id NOT IN (SELECT max(id) FROM prices GROUP BY route_id, country)')
    with op.batch_alter_table('prices', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_prices_amounts'), type_='check')
        batch_op.drop_constraint(batch_op.f('uq_prices_route_id_country_prefix_tier_from_valid_from'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_prices_route_id_country'), ['route_id', 'country'])
        batch_op.alter_column('amount',
               existing_type=sa.BIGINT(),
               nullable=False)
        batch_op.drop_column('valid_from')
        batch_op.drop_column('tier_from')
        batch_op.drop_column('prefix')

    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_ledger_entries_signs'), type_='check')
        batch_op.drop_index(batch_op.f('ix_ledger_entries_payment_id'))
        batch_op.drop_column('payment_id')

    with op.batch_alter_table('emails', schema=None) as batch_op:
        batch_op.drop_column('invoice_id')

    with op.batch_alter_table('campaigns', schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_column('told_missing_at')

    with op.batch_alter_table('accounts', schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_column('approved_at')

    with op.batch_alter_table('campaign_costs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_costs_account_id'))

    op.drop_table('campaign_costs')
    with op.batch_alter_table('top_ups', schema=None) as batch_op:
        batch_op.drop_index('ix_top_ups_status')
        batch_op.drop_index('ix_top_ups_page')

    op.drop_table('top_ups')
    with op.batch_alter_table('tax_checks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tax_checks_account_id'))

    op.drop_table('tax_checks')
    op.drop_table('low_balance_alerts')
    op.drop_table('invoice_documents')
    op.drop_table('guests')
    op.drop_table('companies')
    op.drop_table('automatic_top_ups')
    with op.batch_alter_table('adjustments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_adjustments_status'))
        batch_op.drop_index(batch_op.f('ix_adjustments_account_id'))

    op.drop_table('adjustments')
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payments_top_up_id'))
        batch_op.drop_index(batch_op.f('ix_payments_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_payments_created_at'))
        batch_op.drop_index(batch_op.f('ix_payments_account_id'))

    op.drop_table('payments')
    op.drop_table('ledger_totals')
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoices_top_up_id'))
        batch_op.drop_index(batch_op.f('ix_invoices_original_id'))
        batch_op.drop_index(batch_op.f('ix_invoices_issued_on'))
        batch_op.drop_index(batch_op.f('ix_invoices_account_id'))

    op.drop_table('invoices')
    op.drop_table('invoice_series')
    op.drop_table('nightly_jobs')
    op.drop_table('card_deletions')
    # ### end Alembic commands ###
