"""Quiet hours: the countries of a campaign that they bind, and until when it is held."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version: what is being sent now keeps no quiet hours."""
    op.add_column("campaigns", sa.Column("countries", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("campaigns", sa.Column("held_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("campaigns", "held_until")
    op.drop_column("campaigns", "countries")
