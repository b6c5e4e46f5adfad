"""The clock of each person, and campaigns that are spread over hours or leave in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NUMBERS = {
    "spread_hours": sa.SmallInteger,
    "batch_size": sa.Integer,
    "batch_minutes": sa.SmallInteger,
    "pace_size": sa.Integer,
    "pace_seconds": sa.Integer,
}


def upgrade() -> None:
    """To this version: what is there leaves on one clock, and all at once."""
    op.add_column(
        "campaigns", sa.Column("each_clock", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column(
        "campaigns", sa.Column("first_zone", sa.String(40), nullable=False, server_default="")
    )
    for name, kind in NUMBERS.items():
        op.add_column("campaigns", sa.Column(name, kind, nullable=False, server_default="0"))
    op.add_column("campaigns", sa.Column("pace_log", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Back to the version before."""
    for name in ("pace_log", *reversed(NUMBERS), "first_zone", "each_clock"):
        op.drop_column("campaigns", name)
