"""The first tables: everything that is stored, what the database refuses, and row security.

Guards and policies stand here as they are today: a later change of the models does not change what
this migration makes.
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

GUARDS = {'postgresql': ["CREATE OR REPLACE FUNCTION guard_ledger_entries_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a ledger entry is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", 'CREATE TRIGGER ledger_entries_update BEFORE UPDATE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION guard_ledger_entries_update()', "CREATE OR REPLACE FUNCTION guard_ledger_entries_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting') THEN RAISE EXCEPTION 'a ledger entry leaves only with its account' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$", 'CREATE TRIGGER ledger_entries_delete BEFORE DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION guard_ledger_entries_delete()', 'CREATE TRIGGER ledger_entries_truncate BEFORE TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_entries_delete()', "CREATE OR REPLACE FUNCTION guard_payments_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.provider IS DISTINCT FROM OLD.provider OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.actor IS DISTINCT FROM OLD.actor OR NEW.paid_at IS DISTINCT FROM OLD.paid_at OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS DISTINCT FROM OLD.account_id AND NEW.account_id IS DISTINCT FROM NULL) OR (NEW.top_up_id IS DISTINCT FROM OLD.top_up_id AND NEW.top_up_id IS DISTINCT FROM NULL) OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note IS DISTINCT FROM '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS DISTINCT FROM OLD.invoice_id) THEN RAISE EXCEPTION 'of a payment only what leads to the account is ever emptied' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", 'CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION guard_payments_update()', "CREATE OR REPLACE FUNCTION guard_payments_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a payment is never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$", 'CREATE TRIGGER payments_delete BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION guard_payments_delete()', 'CREATE TRIGGER payments_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION guard_payments_delete()', "CREATE OR REPLACE FUNCTION guard_invoices_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.original_id IS DISTINCT FROM OLD.original_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.series IS DISTINCT FROM OLD.series OR NEW.year IS DISTINCT FROM OLD.year OR NEW.number IS DISTINCT FROM OLD.number OR NEW.label IS DISTINCT FROM OLD.label OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.tax_case IS DISTINCT FROM OLD.tax_case OR NEW.rate IS DISTINCT FROM OLD.rate OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.gross IS DISTINCT FROM OLD.gross OR NEW.data::text IS DISTINCT FROM OLD.data::text OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.purge_after IS DISTINCT FROM OLD.purge_after OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS DISTINCT FROM OLD.top_up_id) THEN RAISE EXCEPTION 'an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", 'CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION guard_invoices_update()', "CREATE OR REPLACE FUNCTION guard_invoices_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR OLD.purge_after >= (now() AT TIME ZONE 'UTC')::date THEN RAISE EXCEPTION 'an invoice is kept until its day' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$", 'CREATE TRIGGER invoices_delete BEFORE DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION guard_invoices_delete()', 'CREATE TRIGGER invoices_truncate BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION guard_invoices_delete()', "CREATE OR REPLACE FUNCTION guard_invoice_documents_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.invoice_id IS DISTINCT FROM OLD.invoice_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.content IS DISTINCT FROM OLD.content OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'a document of an invoice is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$", 'CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION guard_invoice_documents_update()', "CREATE OR REPLACE FUNCTION guard_invoice_documents_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' OR EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND purge_after >= (now() AT TIME ZONE 'UTC')::date) THEN RAISE EXCEPTION 'a document is kept as long as its invoice' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$", 'CREATE TRIGGER invoice_documents_delete BEFORE DELETE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION guard_invoice_documents_delete()', 'CREATE TRIGGER invoice_documents_truncate BEFORE TRUNCATE ON invoice_documents FOR EACH STATEMENT EXECUTE FUNCTION guard_invoice_documents_delete()'], 'sqlite': ["CREATE TRIGGER ledger_entries_update BEFORE UPDATE ON ledger_entries FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END", "CREATE TRIGGER ledger_entries_delete BEFORE DELETE ON ledger_entries FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting') BEGIN SELECT RAISE(ABORT, 'a ledger entry leaves only with its account'); END", "CREATE TRIGGER payments_update BEFORE UPDATE ON payments FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.kind IS NOT OLD.kind OR NEW.provider IS NOT OLD.provider OR NEW.reference IS NOT OLD.reference OR NEW.currency IS NOT OLD.currency OR NEW.amount IS NOT OLD.amount OR NEW.actor IS NOT OLD.actor OR NEW.paid_at IS NOT OLD.paid_at OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT OLD.account_id AND NEW.account_id IS NOT NULL) OR (NEW.top_up_id IS NOT OLD.top_up_id AND NEW.top_up_id IS NOT NULL) OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT '') OR (OLD.invoice_id IS NOT NULL AND NEW.invoice_id IS NOT OLD.invoice_id) BEGIN SELECT RAISE(ABORT, 'of a payment only what leads to the account is ever emptied'); END", "CREATE TRIGGER payments_delete BEFORE DELETE ON payments FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'a payment is never deleted'); END", "CREATE TRIGGER invoices_update BEFORE UPDATE ON invoices FOR EACH ROW WHEN NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.original_id IS NOT OLD.original_id OR NEW.kind IS NOT OLD.kind OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year OR NEW.number IS NOT OLD.number OR NEW.label IS NOT OLD.label OR NEW.issued_on IS NOT OLD.issued_on OR NEW.currency IS NOT OLD.currency OR NEW.tax_case IS NOT OLD.tax_case OR NEW.rate IS NOT OLD.rate OR NEW.net IS NOT OLD.net OR NEW.tax IS NOT OLD.tax OR NEW.gross IS NOT OLD.gross OR NEW.data IS NOT OLD.data OR NEW.digest IS NOT OLD.digest OR NEW.purge_after IS NOT OLD.purge_after OR NEW.created_at IS NOT OLD.created_at OR (NEW.account_id IS NOT NULL AND NEW.account_id IS NOT OLD.account_id) OR (NEW.top_up_id IS NOT NULL AND NEW.top_up_id IS NOT OLD.top_up_id) BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END", "CREATE TRIGGER invoices_delete BEFORE DELETE ON invoices FOR EACH ROW WHEN OLD.purge_after >= date('now') BEGIN SELECT RAISE(ABORT, 'an invoice is kept until its day'); END", "CREATE TRIGGER invoice_documents_update BEFORE UPDATE ON invoice_documents FOR EACH ROW WHEN NEW.invoice_id IS NOT OLD.invoice_id OR NEW.kind IS NOT OLD.kind OR NEW.content IS NOT OLD.content OR NEW.digest IS NOT OLD.digest OR NEW.created_at IS NOT OLD.created_at BEGIN SELECT RAISE(ABORT, 'a document of an invoice is never changed'); END", "CREATE TRIGGER invoice_documents_delete BEFORE DELETE ON invoice_documents FOR EACH ROW WHEN EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND purge_after >= date('now')) BEGIN SELECT RAISE(ABORT, 'a document is kept as long as its invoice'); END"]}
FUNCTIONS = ['DROP FUNCTION IF EXISTS guard_ledger_entries_update()',
 'DROP FUNCTION IF EXISTS guard_ledger_entries_delete()',
 'DROP FUNCTION IF EXISTS guard_payments_update()',
 'DROP FUNCTION IF EXISTS guard_payments_delete()',
 'DROP FUNCTION IF EXISTS guard_invoices_update()',
 'DROP FUNCTION IF EXISTS guard_invoices_delete()',
 'DROP FUNCTION IF EXISTS guard_invoice_documents_update()',
 'DROP FUNCTION IF EXISTS guard_invoice_documents_delete()']
POLICIES = {'account_exports': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'accounts': "id = nullif(current_setting('promosms.account', true), '')::bigint", 'adjustments': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'automatic_top_ups': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'bad_rows': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'campaign_costs': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'campaign_lists': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'campaigns': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'companies': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'email_links': 'user_id IN (SELECT id FROM users)', 'emails': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'gateway_inbox': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'guests': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'holds': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'imports': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'inbound_messages': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'invoice_documents': 'invoice_id IN (SELECT id FROM invoices)', 'invoices': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'known_browsers': 'user_id IN (SELECT id FROM users)', 'ledger_entries': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'list_recipients': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'lists': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'low_balance_alerts': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'message_counts': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'message_parts': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'messages': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'payments': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'phone_changes': 'user_id IN (SELECT id FROM users)', 'recipients': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'recovery_codes': 'user_id IN (SELECT id FROM users)', 'sessions': 'user_id IN (SELECT id FROM users)', 'suppressions': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'tax_checks': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'top_ups': "account_id = nullif(current_setting('promosms.account', true), '')::bigint", 'two_factor_challenges': 'user_id IN (SELECT id FROM users)', 'users': "account_id = nullif(current_setting('promosms.account', true), '')::bigint"}
TABLES = ['accounts', 'audit_entries', 'audit_head', 'backoffs', 'card_deletions', 'cookie_choices',
 'erasures', 'gateways', 'invoice_series', 'invoices', 'ledger_totals', 'nightly_jobs', 'payments',
 'routes', 'spent_proofs', 'text_attempts', 'text_blocks', 'text_refusals', 'workers',
 'account_exports', 'adjustments', 'automatic_top_ups', 'campaigns', 'companies', 'emails',
 'gateway_inbox', 'guests', 'inbound_messages', 'invoice_documents', 'lists', 'low_balance_alerts',
 'prices', 'route_gateways', 'suppressions', 'tax_checks', 'top_ups', 'users', 'campaign_costs',
 'campaign_lists', 'email_links', 'holds', 'imports', 'known_browsers', 'ledger_entries',
 'message_counts', 'messages', 'phone_changes', 'recovery_codes', 'sessions',
 'two_factor_challenges', 'bad_rows', 'message_parts', 'recipients', 'list_recipients']


def _dialect():
    return op.get_bind().dialect.name


def _on_sqlite(constraint):
    """PostgreSQL goes without this foreign key: see `checked_on_sqlite` in models/base.py."""
    return [constraint] if _dialect() == 'sqlite' else []


def upgrade() -> None:
    """To this version."""
    op.create_table('accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('suspended_reason', sa.String(length=300), nullable=False),
    sa.Column('region', sa.String(length=2), nullable=False),
    sa.Column('timezone', sa.String(length=40), nullable=False),
    sa.Column('balance', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.Column('field_labels', sa.JSON(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('terms_version', sa.String(length=10), server_default='', nullable=False),
    sa.Column('retention_days', sa.SmallInteger(), server_default='30', nullable=False),
    sa.Column('log_key', sa.String(length=32), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('balance >= 0', name=op.f('ck_accounts_balance')),
    sa.CheckConstraint('held >= 0', name=op.f('ck_accounts_held')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('public_id', name=op.f('uq_accounts_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_accounts_status'), 'accounts', ['status'], unique=False)
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor', sa.String(length=20), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('detail', sa.String(length=300), nullable=False),
    sa.Column('salt', sa.String(length=32), server_default='', nullable=False),
    sa.Column('detail_digest', sa.String(length=64), server_default='', nullable=False),
    sa.Column('previous', sa.String(length=64), server_default='', nullable=False),
    sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    op.create_index(op.f('ix_audit_entries_created_at'), 'audit_entries', ['created_at'], unique=False)
    op.create_table('audit_head',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('backoffs',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_backoffs'))
    )
    op.create_index(op.f('ix_backoffs_last_at'), 'backoffs', ['last_at'], unique=False)
    op.create_table('card_deletions',
    sa.Column('customer', sa.String(length=120), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('customer', name=op.f('pk_card_deletions'))
    )
    op.create_table('cookie_choices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('version', sa.String(length=10), nullable=False),
    sa.Column('accepted', sa.String(length=300), nullable=False),
    sa.Column('rejected', sa.String(length=300), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cookie_choices')),
    sa.UniqueConstraint('public_id', name=op.f('uq_cookie_choices_public_id'))
    )
    op.create_index(op.f('ix_cookie_choices_created_at'), 'cookie_choices', ['created_at'], unique=False)
    op.create_table('erasures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account', sa.String(length=20), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('certificate', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasures')),
    sa.UniqueConstraint('account', name=op.f('uq_erasures_account')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_erasures_link_hash')),
    sa.UniqueConstraint('public_id', name=op.f('uq_erasures_public_id'))
    )
    op.create_index(op.f('ix_erasures_finished_at'), 'erasures', ['finished_at'], unique=False)
    op.create_table('gateways',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=False),
    sa.Column('window', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('connections', sa.SmallInteger(), nullable=False),
    sa.Column('health', sa.SmallInteger(), nullable=False),
    sa.Column('answer_ms', sa.Integer(), nullable=False),
    sa.Column('errors_percent', sa.SmallInteger(), nullable=False),
    sa.Column('paused_why', sa.String(length=40), nullable=False),
    sa.Column('message_id_format', sa.String(length=20), nullable=False),
    sa.Column('message_id_format_seen', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gateways')),
    sa.UniqueConstraint('name', name=op.f('uq_gateways_name'))
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
    op.create_index(op.f('ix_invoices_account_id'), 'invoices', ['account_id'], unique=False)
    op.create_index(op.f('ix_invoices_issued_on'), 'invoices', ['issued_on'], unique=False)
    op.create_index(op.f('ix_invoices_original_id'), 'invoices', ['original_id'], unique=False)
    op.create_index(op.f('ix_invoices_top_up_id'), 'invoices', ['top_up_id'], unique=False)
    op.create_table('ledger_totals',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('month', 'kind', name=op.f('pk_ledger_totals'))
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
    op.create_index(op.f('ix_payments_account_id'), 'payments', ['account_id'], unique=False)
    op.create_index(op.f('ix_payments_created_at'), 'payments', ['created_at'], unique=False)
    op.create_index(op.f('ix_payments_invoice_id'), 'payments', ['invoice_id'], unique=False)
    op.create_index(op.f('ix_payments_top_up_id'), 'payments', ['top_up_id'], unique=False)
    op.create_table('routes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('sender_kind', sa.String(length=6), nullable=False),
    sa.Column('sender', sa.String(length=16), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routes')),
    sa.UniqueConstraint('code', name=op.f('uq_routes_code'))
    )
    op.create_table('spent_proofs',
    sa.Column('signature', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('signature', name=op.f('pk_spent_proofs'))
    )
    op.create_index(op.f('ix_spent_proofs_expires_at'), 'spent_proofs', ['expires_at'], unique=False)
    op.create_table('text_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('number_hash', sa.String(length=32), nullable=False),
    sa.Column('prefix_hash', sa.String(length=32), nullable=False),
    sa.Column('network_hash', sa.String(length=32), nullable=False),
    sa.Column('dial_code', sa.SmallInteger(), nullable=False),
    sa.Column('proven', sa.Boolean(), nullable=False),
    sa.Column('completed', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_attempts'))
    )
    op.create_index('ix_text_attempts_kind', 'text_attempts', ['kind', 'created_at'], unique=False)
    op.create_index(op.f('ix_text_attempts_number_hash'), 'text_attempts', ['number_hash'], unique=False)
    op.create_table('text_blocks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('prefix', sa.String(length=12), nullable=False),
    sa.Column('texts', sa.SmallInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_blocks')),
    sa.UniqueConstraint('public_id', name=op.f('uq_text_blocks_public_id'))
    )
    op.create_index(op.f('ix_text_blocks_prefix'), 'text_blocks', ['prefix'], unique=False)
    op.create_index(op.f('ix_text_blocks_until'), 'text_blocks', ['until'], unique=False)
    op.create_table('text_refusals',
    sa.Column('hour', sa.DateTime(timezone=True), nullable=False),
    sa.Column('layer', sa.String(length=12), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('hour', 'layer', name=op.f('pk_text_refusals'))
    )
    op.create_table('workers',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('connected', sa.Boolean(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_workers'))
    )
    op.create_table('account_exports',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('error', sa.String(length=20), nullable=False),
    sa.Column('stored_as', sa.String(length=40), nullable=False),
    sa.Column('place', sa.JSON(), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_exports_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_exports')),
    sa.UniqueConstraint('account_id', name=op.f('uq_account_exports_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_exports_public_id'))
    )
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
    op.create_index(op.f('ix_adjustments_account_id'), 'adjustments', ['account_id'], unique=False)
    op.create_index(op.f('ix_adjustments_status'), 'adjustments', ['status'], unique=False)
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
    op.create_table('campaigns',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('route_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('opt_out_line', sa.Boolean(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('everyone', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=False),
    sa.Column('send_cursors', sa.JSON(), nullable=False),
    sa.Column('audience', sa.Integer(), nullable=False),
    sa.Column('agreed_price', sa.BigInteger(), nullable=False),
    sa.Column('total_price', sa.BigInteger(), nullable=False),
    sa.Column('missing', sa.BigInteger(), nullable=False),
    sa.Column('n_queued', sa.Integer(), nullable=False),
    sa.Column('n_sending', sa.Integer(), nullable=False),
    sa.Column('n_sent', sa.Integer(), nullable=False),
    sa.Column('n_delivered', sa.Integer(), nullable=False),
    sa.Column('n_undelivered', sa.Integer(), nullable=False),
    sa.Column('n_expired', sa.Integer(), nullable=False),
    sa.Column('n_failed', sa.Integer(), nullable=False),
    sa.Column('n_unknown', sa.Integer(), nullable=False),
    sa.Column('n_skipped', sa.Integer(), nullable=False),
    sa.Column('n_cancelled', sa.Integer(), nullable=False),
    sa.Column('n_parts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('launched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_missing_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_campaigns_account_id_accounts')),
    sa.ForeignKeyConstraint(['route_id'], ['routes.id'], name=op.f('fk_campaigns_route_id_routes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns')),
    sa.UniqueConstraint('public_id', name=op.f('uq_campaigns_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_campaigns_page', 'campaigns', ['account_id', 'id'], unique=False)
    op.create_index('ix_campaigns_status', 'campaigns', ['status'], unique=False)
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
    op.create_table('emails',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('recipient', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('invoice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_emails_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emails'))
    )
    op.create_index(op.f('ix_emails_account_id'), 'emails', ['account_id'], unique=False)
    op.create_index(op.f('ix_emails_recipient'), 'emails', ['recipient'], unique=False)
    op.create_index(op.f('ix_emails_status'), 'emails', ['status'], unique=False)
    op.create_table('gateway_inbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('gateway_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('our_reference', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('inbound_number', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('concat_ref', sa.String(length=64), nullable=False),
    sa.Column('part', sa.SmallInteger(), nullable=False),
    sa.Column('parts', sa.SmallInteger(), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_gateway_inbox_account_id_accounts')),
    *_on_sqlite(sa.ForeignKeyConstraint(['gateway_id'], ['gateways.id'], name=op.f('fk_gateway_inbox_gateway_id_gateways'))),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gateway_inbox'))
    )
    op.create_index('ix_gateway_inbox_account_id', 'gateway_inbox', ['account_id'], unique=False, sqlite_where=sa.text('account_id IS NOT NULL'), postgresql_where=sa.text('account_id IS NOT NULL'))
    op.create_index('ix_gateway_inbox_due', 'gateway_inbox', ['next_attempt_at', 'id'], unique=False)
    op.create_index('ix_gateway_inbox_inbound', 'gateway_inbox', ['next_attempt_at', 'id'], unique=False, sqlite_where=sa.text("kind = 'inbound'"), postgresql_where=sa.text("kind = 'inbound'"))
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
    op.create_table('inbound_messages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=5), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_inbound_messages_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_messages')),
    sa.UniqueConstraint('public_id', name=op.f('uq_inbound_messages_public_id'))
    )
    op.create_index('ix_inbound_messages_page', 'inbound_messages', ['account_id', 'id'], unique=False)
    op.create_index('ix_inbound_messages_phone', 'inbound_messages', ['account_id', 'phone'], unique=False)
    op.create_table('invoice_documents',
    sa.Column('invoice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_documents_invoice_id_invoices')),
    sa.PrimaryKeyConstraint('invoice_id', 'kind', name=op.f('pk_invoice_documents'))
    )
    op.create_table('lists',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_lists_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lists')),
    sa.UniqueConstraint('account_id', 'name', name=op.f('uq_lists_account_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_lists_public_id'))
    )
    op.create_table('low_balance_alerts',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('below', sa.BigInteger(), nullable=False),
    sa.Column('by_text', sa.Boolean(), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_low_balance_alerts_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_low_balance_alerts'))
    )
    op.create_table('prices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('route_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('prefix', sa.String(length=12), server_default='', nullable=False),
    sa.Column('tier_from', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), server_default='1970-01-01 00:00:00', nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount >= 0 AND tier_from >= 0', name=op.f('ck_prices_amounts')),
    sa.ForeignKeyConstraint(['route_id'], ['routes.id'], name=op.f('fk_prices_route_id_routes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prices')),
    sa.UniqueConstraint('route_id', 'country', 'prefix', 'tier_from', 'valid_from', name=op.f('uq_prices_route_id_country_prefix_tier_from_valid_from'))
    )
    op.create_table('route_gateways',
    sa.Column('route_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gateway_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('countries', sa.String(length=800), nullable=False),
    sa.ForeignKeyConstraint(['gateway_id'], ['gateways.id'], name=op.f('fk_route_gateways_gateway_id_gateways')),
    sa.ForeignKeyConstraint(['route_id'], ['routes.id'], name=op.f('fk_route_gateways_route_id_routes')),
    sa.PrimaryKeyConstraint('route_id', 'gateway_id', name=op.f('pk_route_gateways'))
    )
    op.create_table('suppressions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_suppressions_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppressions')),
    sa.UniqueConstraint('account_id', 'phone', name=op.f('uq_suppressions_account_id_phone')),
    sa.UniqueConstraint('public_id', name=op.f('uq_suppressions_public_id'))
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
    op.create_index(op.f('ix_tax_checks_account_id'), 'tax_checks', ['account_id'], unique=False)
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
    op.create_index('ix_top_ups_page', 'top_ups', ['account_id', 'id'], unique=False)
    op.create_index('ix_top_ups_status', 'top_ups', ['status', 'id'], unique=False)
    op.create_table('users',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('role', sa.String(length=8), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('system_hash', sa.String(length=200), nullable=True),
    sa.Column('system_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('system_tries', sa.SmallInteger(), nullable=False),
    sa.Column('must_choose_password', sa.Boolean(), nullable=False),
    sa.Column('totp_encrypted', sa.LargeBinary(), nullable=True),
    sa.Column('totp_counter', sa.BigInteger(), nullable=True),
    sa.Column('totp_on_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_users_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email')),
    sa.UniqueConstraint('public_id', name=op.f('uq_users_public_id'))
    )
    op.create_index(op.f('ix_users_account_id'), 'users', ['account_id'], unique=False)
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
    op.create_index(op.f('ix_campaign_costs_account_id'), 'campaign_costs', ['account_id'], unique=False)
    op.create_table('campaign_lists',
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_campaign_lists_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_lists_campaign_id_campaigns'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['list_id'], ['lists.id'], name=op.f('fk_campaign_lists_list_id_lists'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('campaign_id', 'list_id', name=op.f('pk_campaign_lists'))
    )
    op.create_index(op.f('ix_campaign_lists_account_id'), 'campaign_lists', ['account_id'], unique=False)
    op.create_table('email_links',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_links_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_email_links_token_hash'))
    )
    op.create_index(op.f('ix_email_links_email'), 'email_links', ['email'], unique=False)
    op.create_index(op.f('ix_email_links_expires_at'), 'email_links', ['expires_at'], unique=False)
    op.create_table('holds',
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('remaining', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('remaining >= 0', name=op.f('ck_holds_remaining')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_holds_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_holds_campaign_id_campaigns')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_holds'))
    )
    op.create_index(op.f('ix_holds_account_id'), 'holds', ['account_id'], unique=False)
    op.create_table('imports',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('stored_as', sa.String(length=60), nullable=False),
    sa.Column('encoding', sa.String(length=20), nullable=False),
    sa.Column('delimiter', sa.String(length=1), nullable=False),
    sa.Column('has_header', sa.Boolean(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('consent', sa.String(length=5), nullable=False),
    sa.Column('consent_source', sa.String(length=300), nullable=False),
    sa.Column('consent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('error', sa.String(length=40), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('updated', sa.Integer(), nullable=False),
    sa.Column('duplicates', sa.Integer(), nullable=False),
    sa.Column('bad', sa.Integer(), nullable=False),
    sa.Column('suppressed', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_imports_account_id_accounts')),
    sa.ForeignKeyConstraint(['list_id'], ['lists.id'], name=op.f('fk_imports_list_id_lists'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imports')),
    sa.UniqueConstraint('public_id', name=op.f('uq_imports_public_id'))
    )
    op.create_index(op.f('ix_imports_account_id'), 'imports', ['account_id'], unique=False)
    op.create_table('known_browsers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_known_browsers_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_browsers')),
    sa.UniqueConstraint('mark', name=op.f('uq_known_browsers_mark'))
    )
    op.create_index(op.f('ix_known_browsers_seen_at'), 'known_browsers', ['seen_at'], unique=False)
    op.create_index(op.f('ix_known_browsers_user_id'), 'known_browsers', ['user_id'], unique=False)
    op.create_table('ledger_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('actor', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("CASE kind\nWHEN 'credit' THEN amount > 0 AND held = 0\nWHEN 'hold' THEN amount <= 0 AND held = -amount\nWHEN 'charge' THEN amount <= 0 AND held <= 0\nWHEN 'release' THEN amount >= 0 AND (held = 0 OR held = -amount)\nWHEN 'adjustment' THEN held = 0 AND note <> '' AND actor <> ''\nWHEN 'refund' THEN amount < 0 AND held = 0\nWHEN 'dispute' THEN held = 0\nELSE 1 = 0 END", name=op.f('ck_ledger_entries_signs')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_ledger_entries_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_ledger_entries_campaign_id_campaigns')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entries')),
    sa.UniqueConstraint('reference', name=op.f('uq_ledger_entries_reference'))
    )
    op.create_index(op.f('ix_ledger_entries_campaign_id'), 'ledger_entries', ['campaign_id'], unique=False)
    op.create_index('ix_ledger_entries_page', 'ledger_entries', ['account_id', 'id'], unique=False)
    op.create_index(op.f('ix_ledger_entries_payment_id'), 'ledger_entries', ['payment_id'], unique=False)
    op.create_table('message_counts',
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status', sa.String(length=11), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('parts', sa.SmallInteger(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('messages', sa.Integer(), nullable=False),
    sa.Column('charged', sa.BigInteger(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_message_counts_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_message_counts_campaign_id_campaigns')),
    sa.PrimaryKeyConstraint('campaign_id', 'status', 'reason', 'country', 'parts', 'price', name=op.f('pk_message_counts'))
    )
    op.create_index(op.f('ix_message_counts_account_id'), 'message_counts', ['account_id'], unique=False)
    op.create_table('messages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('gateway_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('sender', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('encrypted_text', sa.LargeBinary(), nullable=True),
    sa.Column('encoding', sa.String(length=4), nullable=False),
    sa.Column('parts', sa.SmallInteger(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=11), nullable=False),
    sa.Column('attention_status', sa.String(length=11), nullable=True),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unconfirmed', sa.Boolean(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=32), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('final_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_messages_account_id_accounts')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_messages_campaign_id_campaigns')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('phone', 'campaign_id', name=op.f('uq_messages_phone_campaign_id')),
    postgresql_with={'fillfactor': 50},
    sqlite_autoincrement=True
    )
    op.create_index('ix_messages_attention', 'messages', ['attention_status', 'gateway_id', 'campaign_id', 'id'], unique=False, sqlite_where=sa.text('attention_status IS NOT NULL'), postgresql_where=sa.text('attention_status IS NOT NULL'))
    op.create_index('ix_messages_campaign', 'messages', ['campaign_id', 'id'], unique=False)
    op.create_index('ix_messages_report', 'messages', ['campaign_id', 'attention_status', 'id'], unique=False, sqlite_where=sa.text('attention_status IS NOT NULL'), postgresql_where=sa.text('attention_status IS NOT NULL'))
    op.create_index('ix_messages_single', 'messages', ['account_id', 'id'], unique=False, sqlite_where=sa.text('campaign_id IS NULL'), postgresql_where=sa.text('campaign_id IS NULL'))
    op.create_index('ix_messages_system', 'messages', ['created_at'], unique=False, sqlite_where=sa.text('priority = 0'), postgresql_where=sa.text('priority = 0'))
    op.create_table('phone_changes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('code_hash', sa.String(length=200), nullable=False),
    sa.Column('tries', sa.SmallInteger(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_phone_changes_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_changes')),
    sa.UniqueConstraint('user_id', name=op.f('uq_phone_changes_user_id'))
    )
    op.create_index(op.f('ix_phone_changes_expires_at'), 'phone_changes', ['expires_at'], unique=False)
    op.create_table('recovery_codes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(length=4), nullable=False),
    sa.Column('code_hash', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes'))
    )
    op.create_index(op.f('ix_recovery_codes_user_id'), 'recovery_codes', ['user_id'], unique=False)
    op.create_table('sessions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('browser', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sessions_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sessions_token_hash'))
    )
    op.create_index(op.f('ix_sessions_user_id'), 'sessions', ['user_id'], unique=False)
    op.create_table('two_factor_challenges',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_text', sa.Boolean(), nullable=False),
    sa.Column('tries', sa.SmallInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_two_factor_challenges_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_two_factor_challenges')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_two_factor_challenges_token_hash'))
    )
    op.create_index(op.f('ix_two_factor_challenges_expires_at'), 'two_factor_challenges', ['expires_at'], unique=False)
    op.create_index(op.f('ix_two_factor_challenges_user_id'), 'two_factor_challenges', ['user_id'], unique=False)
    op.create_table('bad_rows',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(length=24), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_bad_rows_account_id_accounts')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_bad_rows_import_id_imports'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bad_rows'))
    )
    op.create_index(op.f('ix_bad_rows_account_id'), 'bad_rows', ['account_id'], unique=False)
    op.create_index(op.f('ix_bad_rows_import_id'), 'bad_rows', ['import_id'], unique=False)
    op.create_table('message_parts',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gateway_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=11), nullable=False),
    *_on_sqlite(sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_message_parts_message_id_messages'), ondelete='CASCADE')),
    sa.PrimaryKeyConstraint('message_id', 'number', name=op.f('pk_message_parts')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_message_parts_reference', 'message_parts', ['gateway_id', 'reference'], unique=False)
    op.create_table('recipients',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('first_name', sa.String(length=100), nullable=False),
    sa.Column('last_name', sa.String(length=100), nullable=False),
    sa.Column('company', sa.String(length=200), nullable=False),
    sa.Column('tax_id', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('city', sa.String(length=100), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('field1', sa.String(length=300), nullable=False),
    sa.Column('field2', sa.String(length=300), nullable=False),
    sa.Column('field3', sa.String(length=300), nullable=False),
    sa.Column('field4', sa.String(length=300), nullable=False),
    sa.Column('field5', sa.String(length=300), nullable=False),
    sa.Column('consent', sa.String(length=5), nullable=False),
    sa.Column('consent_source', sa.String(length=300), nullable=False),
    sa.Column('consent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_import_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_recipients_account_id_accounts')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_recipients_import_id_imports'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipients')),
    sa.UniqueConstraint('account_id', 'phone', name=op.f('uq_recipients_account_id_phone')),
    sa.UniqueConstraint('public_id', name=op.f('uq_recipients_public_id'))
    )
    op.create_index(op.f('ix_recipients_import_id'), 'recipients', ['import_id'], unique=False)
    op.create_index('ix_recipients_page', 'recipients', ['account_id', 'id'], unique=False)
    op.create_table('list_recipients',
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recipient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_list_recipients_account_id_accounts')),
    sa.ForeignKeyConstraint(['list_id'], ['lists.id'], name=op.f('fk_list_recipients_list_id_lists'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recipient_id'], ['recipients.id'], name=op.f('fk_list_recipients_recipient_id_recipients'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('list_id', 'recipient_id', name=op.f('pk_list_recipients'))
    )
    op.create_index(op.f('ix_list_recipients_account_id'), 'list_recipients', ['account_id'], unique=False)
    op.create_index('ix_list_recipients_recipient', 'list_recipients', ['recipient_id'], unique=False)
    for statement in GUARDS[_dialect()]:
        op.get_bind().exec_driver_sql(statement)
    if _dialect() == 'postgresql':
        for table, rule in POLICIES.items():
            op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_account ON {table} USING ({rule})')


def downgrade() -> None:
    """Back from it: nothing is left. SQLite drops indexes and triggers with their table."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if _dialect() == 'postgresql':
        for statement in FUNCTIONS:
            op.execute(statement)
