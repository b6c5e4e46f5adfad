"""Sessions that stay on a phone for longer, when the user asked for it."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("sessions", sa.Column("stays_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the version before: sessions have no limit of their own there, so those go."""
    op.execute("DELETE FROM sessions WHERE stays_until IS NOT NULL")
    op.drop_column("sessions", "stays_until")
