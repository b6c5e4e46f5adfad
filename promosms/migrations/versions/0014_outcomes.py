"""The outcome of an import before it runs, and how far a worker has looked into its file."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("imports", sa.Column("outcome", sa.JSON()))
    op.add_column(
        "imports", sa.Column("checked", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("imports", sa.Column("checked_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the version before."""
    for name in ("checked_at", "checked", "outcome"):
        op.drop_column("imports", name)
