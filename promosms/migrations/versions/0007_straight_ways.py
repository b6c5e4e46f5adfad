"""Straight ways: no index knows of what every message goes through."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TROUBLED = "status IN ('failed', 'undelivered', 'expired', 'unknown', 'skipped', 'cancelled')"
NEW = {
    'ix_messages_apart': (['apart', 'gateway_id', 'campaign_id', 'id'], 'apart IS NOT NULL'),
    'ix_messages_report': (['campaign_id', 'apart', 'id'], 'apart IS NOT NULL'),
}
OLD = {
    'ix_messages_queued': (['gateway_id', 'campaign_id', 'id'], "status = 'queued'"),
    'ix_messages_leased': (['lease_until'], "status = 'sending'"),
    'ix_messages_troubled': (['campaign_id', 'status', 'id'], TROUBLED),
}


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _exchange(old, new) -> None:
    for name in old:
        op.drop_index(name, table_name='messages')
    for name, (columns, where) in new.items():
        only = sa.text(where)
        op.create_index(name, 'messages', columns, sqlite_where=only, postgresql_where=only)


def upgrade() -> None:
    """To this version. What waits or is being sent is apart from now on: no walk will find it."""
    op.add_column('campaigns', sa.Column('walks', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('messages', sa.Column('apart', sa.String(length=11), nullable=True))
    if _on_postgresql():  # for rows from now on; those that are there keep their pages
        op.execute('ALTER TABLE messages SET (fillfactor = 50)')
    op.execute("UPDATE messages SET apart = status WHERE status NOT IN ('sent', 'delivered')")
    _exchange(OLD, NEW)


def downgrade() -> None:
    """Back to the version before."""
    _exchange(NEW, OLD)
    if _on_postgresql():
        op.execute('ALTER TABLE messages RESET (fillfactor)')
    op.drop_column('messages', 'apart')
    op.drop_column('campaigns', 'walks')
