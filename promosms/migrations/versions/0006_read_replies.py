"""When a reply was first read."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

UNREAD = "read_at IS NULL AND kind = 'reply'"
SHOWN_AS_NEW = timedelta(days=3)


def upgrade() -> None:
    """To this version. The first page has shown replies of three days: the others count as read."""
    op.add_column("inbound_messages", sa.Column("read_at", sa.DateTime(timezone=True)))
    replies = sa.table(
        "inbound_messages",
        sa.column("received_at", sa.DateTime(timezone=True)),
        sa.column("read_at", sa.DateTime(timezone=True)),
    )
    old = replies.c.received_at < datetime.now(UTC) - SHOWN_AS_NEW
    op.execute(replies.update().where(old).values(read_at=replies.c.received_at))
    op.create_index(
        "ix_inbound_messages_unread",
        "inbound_messages",
        ["account_id", "id"],
        sqlite_where=sa.text(UNREAD),
        postgresql_where=sa.text(UNREAD),
    )


def downgrade() -> None:
    """Back to the version before, which counts the replies of three days."""
    op.drop_index("ix_inbound_messages_unread", "inbound_messages")
    op.drop_column("inbound_messages", "read_at")
