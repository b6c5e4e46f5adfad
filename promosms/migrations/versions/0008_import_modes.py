"""What an import does with recipients who are here already."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version: imports so far have replaced values."""
    op.add_column(
        "imports", sa.Column("mode", sa.String(9), nullable=False, server_default="overwrite")
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("imports", "mode")
