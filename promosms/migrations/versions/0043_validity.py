"""How long texts of a campaign are tried, and wider hours where they are only advice."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    wide = sa.Column("wide_hours", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("campaigns", wide)
    validity = sa.Column("validity_hours", sa.SmallInteger(), nullable=False, server_default="0")
    op.add_column("campaigns", validity)


def downgrade() -> None:
    """Back to the version before: texts are tried as long as is usual, at the usual hours."""
    op.drop_column("campaigns", "validity_hours")
    op.drop_column("campaigns", "wide_hours")
