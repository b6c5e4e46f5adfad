"""Lighter rows: no foreign keys that PostgreSQL checks for each part and each receipt."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

INDEX = 'ix_gateway_events_account_id'
NAMED = sa.text('account_id IS NOT NULL')
PARTS = 'fk_message_parts_message_id_messages'
EVENTS = 'fk_gateway_events_gateway_id_gateways'


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def upgrade() -> None:
    """To this version."""
    op.drop_index(INDEX, 'gateway_events')
    op.create_index(
        INDEX, 'gateway_events', ['account_id'], sqlite_where=NAMED, postgresql_where=NAMED
    )
    if _on_postgresql():  # SQLite would make its tables anew, and loses little by the checks
        op.drop_constraint(PARTS, 'message_parts', type_='foreignkey')
        op.drop_constraint(EVENTS, 'gateway_events', type_='foreignkey')


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index(INDEX, 'gateway_events')
    op.create_index(INDEX, 'gateway_events', ['account_id'])
    if _on_postgresql():
        op.create_foreign_key(EVENTS, 'gateway_events', 'gateways', ['gateway_id'], ['id'])
        op.create_foreign_key(
            PARTS, 'message_parts', 'messages', ['message_id'], ['id'], ondelete='CASCADE'
        )
