"""Scheduled campaigns: the time at which a campaign is to start."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version: all campaigns so far started when they were sent."""
    for name, length in (("planned_time", 16), ("planned_zone", 40), ("not_started", 24)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("campaigns", column)
    op.add_column(
        "campaigns",
        sa.Column("latest_hours", sa.SmallInteger(), nullable=False, server_default="12"),
    )
    op.add_column("campaigns", sa.Column("send_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the version before: what was scheduled is a draft again."""
    op.execute("UPDATE campaigns SET status = 'draft' WHERE status = 'scheduled'")
    for name in ("send_at", "latest_hours", "not_started", "planned_zone", "planned_time"):
        op.drop_column("campaigns", name)
