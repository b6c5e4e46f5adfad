"""Kinds of campaigns: promotional, and texts about something asked for or bought."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version: all campaigns so far were promotional."""
    op.add_column(
        "campaigns",
        sa.Column("kind", sa.String(11), nullable=False, server_default="promotional"),
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("campaigns", "kind")
