"""How many rows of an imported workbook nobody saw in it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column(
        "imports", sa.Column("hidden_rows", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("imports", "hidden_rows")
