"""Who has confirmed that a service text with words of promotions is none."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column(
        "campaigns",
        sa.Column("service_confirmed_by", sa.String(20), nullable=False, server_default=""),
    )
    op.add_column("campaigns", sa.Column("service_confirmed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("campaigns", "service_confirmed_at")
    op.drop_column("campaigns", "service_confirmed_by")
