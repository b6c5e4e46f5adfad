"""Sessions that stay on a phone for longer; names of recipients without accents in a campaign."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("sessions", sa.Column("stays_until", sa.DateTime(timezone=True)))
    op.add_column(
        "campaigns",
        sa.Column("plain_details", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Back to the version before: sessions have no limit of their own there, so those go."""
    op.drop_column("campaigns", "plain_details")
    op.execute("DELETE FROM sessions WHERE stays_until IS NOT NULL")
    op.drop_column("sessions", "stays_until")
