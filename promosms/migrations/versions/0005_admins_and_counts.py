"""The time zone of admins."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column(
        "users", sa.Column("timezone", sa.String(40), nullable=False, server_default="UTC")
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("users", "timezone")
