"""Fences: PostgreSQL shows requests of a customer only the rows of the own account.

The role that these policies are for is made after the migrations, where we may make it. SQLite has
nothing of the kind.
"""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

OWN = "nullif(current_setting('promosms.account', true), '')::bigint"
BY_ACCOUNT = (
    'account_exports', 'adjustments', 'automatic_top_ups', 'bad_rows', 'campaign_lists',
    'campaigns', 'companies', 'emails', 'gateway_events', 'guests', 'holds', 'imports',
    'inbound_messages', 'invoices', 'ledger_entries', 'list_recipients', 'lists',
    'low_balance_alerts', 'message_counts', 'message_parts', 'messages', 'payments', 'recipients',
    'campaign_costs', 'suppressions', 'tax_checks', 'top_ups', 'users',
)
BY_USER = (
    'email_links', 'known_browsers', 'phone_changes', 'recovery_codes', 'two_factor_challenges',
    'sessions',
)
RULES = {
    'accounts': f'id = {OWN}',
    'invoice_documents': 'invoice_id IN (SELECT id FROM invoices)',
    **{table: f'account_id = {OWN}' for table in BY_ACCOUNT},
    **{table: 'user_id IN (SELECT id FROM users)' for table in BY_USER},
}


def upgrade() -> None:
    """To this version."""
    if op.get_bind().dialect.name == 'postgresql':
        for table, rule in RULES.items():
            op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_account ON {table} USING ({rule})')


def downgrade() -> None:
    """Back from it."""
    if op.get_bind().dialect.name == 'postgresql':
        for table in RULES:
            op.execute(f'DROP POLICY own_account ON {table}')
            op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')
